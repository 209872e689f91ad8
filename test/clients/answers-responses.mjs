// Our own whole responses, one for each kind of item that has its own events.
import { HARD_TEXT } from './answers.mjs';

function response(output, more = {}) {
    return {
        id: 'resp_whole',
        object: 'response',
        created_at: 1750000000,
        completed_at: 1750000009,
        status: 'completed',
        error: null,
        incomplete_details: null,
        instructions: null,
        model: 'vendor-model-2025',
        output,
        parallel_tool_calls: true,
        previous_response_id: null,
        reasoning: { effort: 'medium', summary: 'auto' },
        temperature: 1,
        text: { format: { type: 'text' } },
        tool_choice: 'auto',
        tools: [],
        top_p: 1,
        truncation: 'disabled',
        usage: {
            input_tokens: 12,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: 34,
            output_tokens_details: { reasoning_tokens: 5 },
            total_tokens: 46,
        },
        metadata: {},
        ...more,
    };
}

function message(content, more = {}) {
    const status = 'completed';
    return { id: 'msg_1', type: 'message', status, role: 'assistant', content, ...more };
}

function text(value, more = {}) {
    return { type: 'output_text', text: value, annotations: [], logprobs: [], ...more };
}

function token(value) {
    const entry = { token: value, logprob: -0.25, bytes: [...Buffer.from(value)] };
    return { ...entry, top_logprobs: [entry] };
}

const SUMMARIES = ['First I looked.', 'Then I thought about it, at some length.'];

const REASONING = {
    id: 'rs_1',
    type: 'reasoning',
    summary: SUMMARIES.map((value) => ({ type: 'summary_text', text: value })),
    content: [{ type: 'reasoning_text', text: 'It is said that the answer is known. '.repeat(9) }],
    encrypted_content: 'c2VjcmV0',
    status: 'completed',
};

const CITATION = {
    type: 'url_citation',
    start_index: 2,
    end_index: 7,
    title: 'T',
    url: 'https://example.org/',
};

function called(position, args) {
    return {
        id: `fc_${position}`,
        type: 'function_call',
        status: 'completed',
        call_id: `call_${position}`,
        name: 'weather',
        arguments: args,
    };
}

const CUSTOM = {
    id: 'ctc_1',
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'call_8',
    name: 'shell',
    input: 'print("\u{1F469}\u200d\u{1F469}\u200d\u{1F467}")\n',
};

const MCP = {
    id: 'mcp_1',
    type: 'mcp_call',
    status: 'completed',
    approval_request_id: null,
    arguments: '{"url":"https://example.org/"}',
    error: null,
    name: 'shorten',
    output: 'https://e.x/',
    server_label: 'short',
};

const INTERPRETED = {
    id: 'ci_1',
    type: 'code_interpreter_call',
    status: 'completed',
    code: 'import math\r\nprint(math.pi)\n',
    container_id: 'cntr_1',
    outputs: [{ type: 'logs', logs: '3.14' }],
};

const SEARCHES = [
    {
        id: 'ws_1',
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', query: 'news', queries: ['news'] },
    },
    { id: 'fs_1', type: 'file_search_call', status: 'completed', queries: ['a'], results: null },
    { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'aGVsbG8=' },
];

/** name -> whole response */
export const responses = {
    text: response([message([text(HARD_TEXT)])]),
    'a long text': response([message([text('Words and words. '.repeat(8000))])]),
    'reasoning with summaries': response([REASONING, message([text('Forty-two.')])]),
    annotations: response([
        message([text('A cited text.', { annotations: [CITATION, CITATION] })]),
    ]),
    logprobs: response([
        message([text('One two three', { logprobs: ['One', ' two', ' three'].map(token) })]),
    ]),
    'a refusal': response([
        message([{ type: 'refusal', refusal: 'I am sorry, I cannot help you with that at all.' }]),
    ]),
    'several tool calls': response([
        called(1, '{"city":"M\u00fcnchen","days":[1,2,3],"unit":"C"}'),
        called(2, '{}'),
        CUSTOM,
        MCP,
    ]),
    'tools of the server': response([INTERPRETED, ...SEARCHES, message([text('Done.')])]),
    'an incomplete answer': response(
        [message([text('It breaks o')], { status: 'incomplete' })],
        {
            status: 'incomplete',
            completed_at: null,
            incomplete_details: { reason: 'max_output_tokens' },
        },
    ),
    'things that nobody has heard of': response(
        [
            { id: 'zz_1', type: 'function_call_of_tomorrow', payload: { a: [1, null] } },
            message([text('Sunny.', { mood: { level: 1.5 } })], { phase: 'final_answer' }),
        ],
        { x_vendor: { id: 'req_1', usage: null }, service_tier: 'default' },
    ),
};
