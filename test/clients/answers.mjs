// Our own whole answers, one for each thing that a stream can lose.

const USAGE = {
    prompt_tokens: 12,
    completion_tokens: 34,
    total_tokens: 46,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 5, audio_tokens: 0 },
};

function answer(choices, more = {}) {
    return {
        id: 'chatcmpl-whole',
        object: 'chat.completion',
        created: 1750000000,
        model: 'vendor-model-2025',
        choices,
        usage: USAGE,
        system_fingerprint: 'fp_1',
        service_tier: 'default',
        ...more,
    };
}

function choice(message, more = {}) {
    return {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, ...message },
        logprobs: null,
        finish_reason: 'stop',
        ...more,
    };
}

function tool(id, name, text, more = {}) {
    return { id, type: 'function', function: { name, arguments: text }, ...more };
}

function token(text) {
    const entry = { token: text, logprob: -0.25, bytes: [...Buffer.from(text)] };
    return { ...entry, top_logprobs: [entry] };
}

/** Characters that often break texts. */
export const HARD_TEXT =
    'A first sentence. A second, with "quotes" and \\slashes\\.\r\n\tNa\u00efve cafe\u0301, ' +
    '\u65e5\u672c\u8a9e\u3001\u{1F469}\u200d\u{1F469}\u200d\u{1F467} and \u{1F1E9}\u{1F1EA}; ' +
    'U+2028 \u2028, U+2029 \u2029, U+0085 \u0085, a control \u0001 and a lone \ud83d half.';

const CITATION = {
    type: 'url_citation',
    url_citation: { start_index: 0, end_index: 7, title: 'T', url: 'https://example.org/' },
};

/** name -> whole answer */
export const answers = {
    text: answer([choice({ content: HARD_TEXT })]),
    'a long text': answer([choice({ content: 'Words and words. '.repeat(8000) })]),
    'an empty text': answer([choice({ content: '' }, { finish_reason: 'length' })]),
    reasoning: answer([
        choice({
            content: 'Forty-two.',
            reasoning: 'Because.',
            reasoning_content: 'It is said that the answer is known. '.repeat(20),
            reasoning_details: [
                { type: 'reasoning.text', text: 'one', index: 0 },
                { type: 'reasoning.text', text: 'two', index: 1 },
            ],
        }),
    ]),
    'a refusal': answer([choice({ refusal: 'I am sorry, I cannot help you with that at all.' })]),
    annotations: answer([choice({ content: 'A cited text.', annotations: [CITATION] })]),
    logprobs: answer([
        choice(
            { content: 'One two three' },
            { logprobs: { content: ['One', ' two', ' three'].map(token), refusal: null } },
        ),
    ]),
    'logprobs of a refusal': answer([
        choice(
            { refusal: 'No way' },
            { logprobs: { content: null, refusal: ['No', ' way'].map(token) } },
        ),
    ]),
    'several tool calls': answer([
        choice(
            {
                content: 'Let me look.',
                tool_calls: [
                    tool('call_1', 'weather', '{"city":"M\u00fcnchen","days":[1,2,3],"unit":"C"}'),
                    tool('call_2', 'weather', '{}'),
                    tool('call_3', 'clock', ''),
                ],
            },
            { finish_reason: 'tool_calls' },
        ),
    ]),
    'two choices': answer([
        choice({ content: 'The first of two choices, said at some length.' }),
        choice(
            { content: 'The second.', tool_calls: [tool('call_9', 'clock', '{"zone":"UTC"}')] },
            { index: 1, finish_reason: 'tool_calls' },
        ),
    ]),
    'a legacy function call': answer([
        choice(
            { function_call: { name: 'weather', arguments: '{"city":"Paris","days":3}' } },
            { finish_reason: 'function_call' },
        ),
    ]),
    'fields that nobody has heard of': answer(
        [
            choice(
                {
                    content: 'Sunny.',
                    mood: { level: 1.5, tags: ['a', null] },
                    tool_calls: [tool('call_7', 'f', '{"a":1}', { extra: { signature: 'c2ln' } })],
                },
                { finish_reason: 'tool_calls', stop_reason: null, native_finish_reason: 'eos' },
            ),
        ],
        { citations: ['https://example.org/'], x_vendor: { id: 'req_1', usage: null } },
    ),
};

/** A whole answer with this text, and without what only some vendors send. */
export function chat(content) {
    const message = { role: 'assistant', content };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return { id: 'chatcmpl-1', object: 'chat.completion', created: 7, model: 'm', choices };
}

export const ASKED_USAGE = { stream_options: { include_usage: true } };
