// Upstreams that only stream: a client that asks whole is answered all the same, and so is one that
// streams in mode fake. Also the caller's own choice of the mode.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { geminiOf } from './gemini.mjs';
import { anthropicOf, messagesQuestion } from './messages.mjs';
import {
    accumulated,
    accumulatedResponse,
    clientOf,
    question,
    responsesQuestion,
    sdks,
} from './sdks.mjs';

/** The words of Alibaba, of OpenAI's Codex, of Fireworks, and of others. */
const DEMANDS = [
    { error: { message: 'parameter.enable_thinking must be set to false for non-streaming calls' } },
    { detail: 'Stream must be set to true' },
    {
        error: {
            message: 'Requests with max_tokens > 4096 must have stream=true',
            param: 'max_tokens',
        },
    },
    { type: 'error', error: { type: 'invalid_request_error', message: 'Streaming is required' } },
];
const [QWEN, CODEX, FIREWORKS, OTHER] = DEMANDS.map((body) => ({ status: 400, body }));

const events = (data) => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('');
const typed = (data) => data.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`);
const streamed = (body) => ({ headers: { 'content-type': 'text/event-stream' }, body });

const CHUNK = { id: 'chatcmpl-q', object: 'chat.completion.chunk', created: 1, model: 'qwq' };
const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
const chunk = (delta, finish_reason = null) => ({
    ...CHUNK,
    choices: [{ index: 0, delta, finish_reason }],
});
/** As Qwen thinks, speaks and calls. */
const CHAT = streamed(
    events([
        chunk({ role: 'assistant', content: null, reasoning_content: '' }),
        chunk({ content: null, reasoning_content: 'Let me ' }),
        chunk({ content: null, reasoning_content: 'see.' }),
        chunk({ content: 'Gr\u00fc', reasoning_content: null }),
        chunk({ content: '\u00dfe.' }),
        chunk({
            tool_calls: [
                { index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } },
            ],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
        chunk({}, 'tool_calls'),
        { ...CHUNK, choices: [], usage: USAGE },
    ]) + 'data: [DONE]\n\n',
);
const CHAT_WHOLE = {
    ...CHUNK,
    object: 'chat.completion',
    choices: [
        {
            index: 0,
            message: {
                role: 'assistant',
                content: 'Gr\u00fc\u00dfe.',
                reasoning_content: 'Let me see.',
                tool_calls: [
                    { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
                ],
            },
            finish_reason: 'tool_calls',
        },
    ],
    usage: USAGE,
};

const ITEM = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hello you.', annotations: [] }],
};
const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1, model: 'codex', output: [ITEM] };
const PART = { type: 'output_text', text: '', annotations: [] };
const AT = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const RESPONSES = streamed(
    typed(
        [
            { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [] } },
            {
                type: 'response.output_item.added',
                output_index: 0,
                item: { ...ITEM, status: 'in_progress', content: [] },
            },
            { type: 'response.content_part.added', ...AT, part: PART },
            { type: 'response.output_text.delta', ...AT, delta: 'Hello ' },
            { type: 'response.output_text.delta', ...AT, delta: 'you.' },
            { type: 'response.output_text.done', ...AT, text: 'Hello you.' },
            { type: 'response.content_part.done', ...AT, part: ITEM.content[0] },
            { type: 'response.output_item.done', output_index: 0, item: ITEM },
            // Codex' backend sends no item here again.
            { type: 'response.completed', response: { ...RESPONSE, status: 'completed', output: [] } },
        ].map((event, sequence_number) => ({ ...event, sequence_number })),
    ).join(''),
);

const MESSAGES = streamed(
    typed([
        {
            type: 'message_start',
            message: {
                id: 'msg_1',
                type: 'message',
                role: 'assistant',
                model: 'claude',
                content: [],
                stop_reason: null,
                stop_sequence: null,
                usage: { input_tokens: 3, output_tokens: 1 },
            },
        },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'ping' },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello ' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'you.' } },
        { type: 'content_block_stop', index: 0 },
        {
            type: 'message_delta',
            delta: { stop_reason: 'end_turn', stop_sequence: null },
            usage: { output_tokens: 4 },
        },
        { type: 'message_stop' },
    ]).join(''),
);

const GEMINI = streamed(
    events([
        { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello ' }] }, index: 0 }] },
        {
            candidates: [
                {
                    content: { role: 'model', parts: [{ text: 'you.' }] },
                    finishReason: 'STOP',
                    index: 0,
                },
            ],
            usageMetadata: { totalTokenCount: 9 },
        },
    ]),
);

export function streamOnlyChecks(world) {
    describe('upstreams that only stream', () => {
        for (const sdk of sdks) {
            chatChecks(world, sdk);
            responsesCheck(world, sdk);
            choiceChecks(world, sdk);
        }
        messagesCheck(world);
        geminiCheck(world);
    });
}

function script(world, model, stream, demand) {
    world.upstream.script(model, ({ body }) => (JSON.parse(body).stream ? stream : demand));
}

/** Which requests for a model asked for a stream. */
function askedForStream(world, model) {
    return world.upstream.received(model).map(({ body }) => JSON.parse(body).stream);
}

function chatChecks(world, sdk) {
    for (const [vendor, demand] of Object.entries({ QWEN, FIREWORKS })) {
        test(`${sdk.name} asks whole where ${vendor} demands a stream, once`, async () => {
            const model = `${vendor} whole to ${sdk.name}`;
            script(world, model, CHAT, demand);
            const client = clientOf(sdk, world.daemon.url);
            for (const asked of [[false, true], [false, true, true]]) {
                const whole = await client.chat.completions.create(question(model));
                assert.deepEqual(JSON.parse(JSON.stringify(whole)), CHAT_WHOLE);
                assert.deepEqual(askedForStream(world, model), asked);
            }
        });
    }

    test(`${sdk.name} streams in mode fake what the upstream only streams`, async () => {
        const model = `fake to ${sdk.name}`;
        script(world, model, { ...CHAT, delayMs: world.intervalMs * 2.4 }, QWEN);
        const client = clientOf(sdk, world.daemon.url);
        const told = await accumulated(client, question(model, ASKED_USAGE));
        assert.deepEqual(compare(CHAT_WHOLE, told, sdk), { equal: true });
        assert.deepEqual(askedForStream(world, model), [false, true]);
    });
}

function responsesCheck(world, sdk) {
    test(`${sdk.name} gets a whole response where Codex demands a stream`, async () => {
        const model = `codex to ${sdk.name}`;
        script(world, model, RESPONSES, CODEX);
        const client = clientOf(sdk, world.daemon.url);
        const whole = await client.responses.create(responsesQuestion(model));
        assert.equal(whole.output_text, 'Hello you.');
        const told = await accumulatedResponse(client, responsesQuestion(model));
        assert.equal(told.output_text, 'Hello you.');
        assert.equal(told.status, 'completed');
        assert.deepEqual(askedForStream(world, model), [false, true, true]);
    });
}

function messagesCheck(world) {
    test('@anthropic-ai/sdk gets a whole message where the upstream demands a stream', async () => {
        const model = 'message in a stream';
        script(world, model, MESSAGES, OTHER);
        const client = anthropicOf(world.daemon.url);
        const whole = await client.messages.create(messagesQuestion(model));
        assert.deepEqual(whole.content, [{ type: 'text', text: 'Hello you.' }]);
        assert.equal(whole.stop_reason, 'end_turn');
        assert.deepEqual(whole.usage, { input_tokens: 3, output_tokens: 4 });
        const told = await client.messages.stream(messagesQuestion(model)).finalMessage();
        assert.deepEqual(told.content, whole.content);
        assert.deepEqual(askedForStream(world, model), [false, true, true]);
    });
}

function geminiCheck(world) {
    test('@google/genai gets whole content where the upstream demands a stream', async () => {
        const path = 'POST /v1beta/models/only-streams';
        world.upstream.script(`${path}:generateContent`, OTHER);
        world.upstream.script(`${path}:streamGenerateContent?alt=sse`, GEMINI);
        const { models } = geminiOf(world.daemon.url);
        for (const model of ['only-streams', 'fake/only-streams']) {
            const whole = await models.generateContent({ model, contents: 'hello' });
            assert.equal(whole.text, 'Hello you.');
            assert.equal(whole.usageMetadata.totalTokenCount, 9);
        }
        assert.equal(world.upstream.received(`${path}:generateContent`).length, 1);
        assert.equal(world.upstream.received(`${path}:streamGenerateContent?alt=sse`).length, 2);
    });
}

function choiceChecks(world, sdk) {
    test(`${sdk.name} chooses the mode by the model's prefix and by a header`, async () => {
        const model = `chosen by ${sdk.name}`;
        script(world, model, CHAT, { body: answers.text });
        const client = clientOf(sdk, world.daemon.url);
        const inHeader = { headers: { 'X-Stream-Mode': 'real' } };
        const text = answers.text.choices[0].message.content;
        for (const [name, options, content] of [
            [`real/${model}`, {}, 'Gr\u00fc\u00dfe.'],
            [`fake/${model}`, {}, text],
            [model, inHeader, 'Gr\u00fc\u00dfe.'],
            [`fake/${model}`, inHeader, 'Gr\u00fc\u00dfe.'],
        ]) {
            const stream = client.chat.completions.stream(question(name), options);
            assert.equal((await stream.finalChatCompletion()).choices[0].message.content, content);
        }
        assert.deepEqual(askedForStream(world, model), [true, false, true, true]);
    });

    test(`${sdk.name} picks a mode from the list of models`, async () => {
        const own = { id: 'org/m', object: 'model', created: 1, owned_by: 'org' };
        world.upstream.script('GET /v1/models', { body: { object: 'list', data: [own] } });
        world.upstream.script('GET /v1/models/org%2Fm', { body: own });
        const client = clientOf(sdk, world.listing.url);
        const { data } = await client.models.list();
        assert.deepEqual(data, [own, { ...own, id: 'fake/org/m' }, { ...own, id: 'real/org/m' }]);
        assert.deepEqual({ ...(await client.models.retrieve('real/org/m')) }, own);
    });
}
