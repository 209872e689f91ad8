// STREAM_MODE: the upstream's own stream if it has one, otherwise ours.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { messages } from './answers-messages.mjs';
import { responses } from './answers-responses.mjs';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { rejection } from './failures.mjs';
import { anthropicOf, messagesQuestion } from './messages.mjs';
import { rawChat } from './raw.mjs';
import {
    accumulated,
    accumulatedResponse,
    chunksOf,
    clientOf,
    question,
    responsesQuestion,
    sdks,
} from './sdks.mjs';

/** The daemon's settings for these checks; the name of a model says its mode. */
export const MODES = { STREAM_MODE: 'auto', STREAM_MODE_MODELS: 'real *=real,tools *=tools' };

const REFUSAL = {
    status: 400,
    body: {
        error: {
            message: "Unsupported value: 'stream' does not support true with this model.",
            type: 'invalid_request_error',
            param: 'stream',
            code: 'unsupported_value',
        },
    },
};

/** A stream with unusual framing: parsing and writing it again would change it. */
const STREAM_START =
    ': hello from upstream\n\n' +
    'data:{"id" : "chatcmpl-own","object":"chat.completion.chunk","created":1,"model":"own",' +
    '"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
const STREAM_END =
    'event: message\r\nid: 7\r\ndata: {"id":"chatcmpl-own","object":"chat.completion.chunk",' +
    '"created":1,"model":"own","n":[1.0,1e5],"choices":[{"index":0,"delta":{"content":' +
    '"Gr\u00fc\\u00dfe \u{1F1E9}\u{1F1EA}"},"finish_reason":"stop"}]}\r\n\r\n' +
    'data: [DONE]\n\n';
const OWN = {
    headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_own' },
    body: STREAM_START + STREAM_END,
};
const OWN_TEXT = 'Gr\u00fc\u00dfe \u{1F1E9}\u{1F1EA}';

const TOOL = { type: 'function', function: { name: 'clock', parameters: { type: 'object' } } };

export function modeChecks(world) {
    describe('modes', () => {
        for (const sdk of sdks) {
            autoChecks(world, sdk);
            realChecks(world, sdk);
            toolsCheck(world, sdk);
        }
        otherApiChecks(world);
        rawChecks(world);
    });
}

/** An upstream that sends `streamed` to stream requests, and `whole` to others. */
function script(world, model, streamed, whole) {
    world.upstream.script(model, ({ body }) => (JSON.parse(body).stream ? streamed : whole));
}

/** Which requests for a model asked for a stream. */
function askedForStream(world, model) {
    return world.upstream.received(model).map(({ body }) => JSON.parse(body).stream);
}

function autoChecks(world, sdk) {
    test(`${sdk.name} with auto sees no refusal to stream, which comes once`, async () => {
        const model = `refused to ${sdk.name}`;
        const whole = answers['several tool calls'];
        script(world, model, REFUSAL, { body: whole });
        const client = clientOf(sdk, world.modal.url);
        for (const asked of [[true, false], [true, false, false]]) {
            const streamed = await accumulated(client, question(model, ASKED_USAGE));
            assert.deepEqual(compare(whole, streamed, sdk), { equal: true });
            assert.deepEqual(askedForStream(world, model), asked);
        }
    });

    test(`${sdk.name} with auto gets a stream where the upstream answers whole`, async () => {
        const model = `whole to ${sdk.name}`;
        world.upstream.script(model, { body: answers.text });
        const client = clientOf(sdk, world.modal.url);
        const streamed = await accumulated(client, question(model, ASKED_USAGE));
        assert.deepEqual(compare(answers.text, streamed, sdk), { equal: true });
    });

    test(`${sdk.name} with auto throws what is no refusal to stream`, async () => {
        const model = `fails to ${sdk.name}`;
        const error = { message: 'too long', type: 't', param: 'messages', code: 'c' };
        world.upstream.script(model, { status: 400, body: { error } });
        const client = clientOf(sdk, world.modal.url);
        const thrown = await rejection(chunksOf(client, question(model)));
        assert.ok(thrown instanceof sdk.OpenAI.BadRequestError, String(thrown));
        assert.deepEqual(thrown.error, error);
        assert.deepEqual(askedForStream(world, model), [true]);
    });
}

function realChecks(world, sdk) {
    test(`${sdk.name} with real reads the upstream's own stream, slow as it may be`, async () => {
        const model = `real for ${sdk.name}`;
        world.upstream.script(model, { ...OWN, delayMs: world.intervalMs * 2.4 });
        const streamed = await accumulated(clientOf(sdk, world.modal.url), question(model));
        assert.equal(streamed.id, 'chatcmpl-own');
        assert.equal(streamed.choices[0].message.content, OWN_TEXT);
        assert.deepEqual(askedForStream(world, model), [true]);
    });

    test(`${sdk.name} with real throws where the upstream's stream is cut off`, async () => {
        const model = `real but cut for ${sdk.name}`;
        world.upstream.script(model, { ...OWN, body: STREAM_START });
        const thrown = await rejection(
            accumulated(clientOf(sdk, world.modal.url), question(model)),
        );
        assert.ok(thrown instanceof sdk.OpenAI.APIError, String(thrown));
    });
}

function toolsCheck(world, sdk) {
    test(`${sdk.name} with tools gets a whole answer told where it brings tools`, async () => {
        const model = `tools for ${sdk.name}`;
        script(world, model, OWN, { body: answers['several tool calls'] });
        const client = clientOf(sdk, world.modal.url);
        const plain = await accumulated(client, question(model));
        assert.equal(plain.choices[0].message.content, OWN_TEXT);
        const request = question(model, { tools: [TOOL], ...ASKED_USAGE });
        const told = await accumulated(client, request);
        assert.deepEqual(compare(answers['several tool calls'], told, sdk), { equal: true });
        assert.deepEqual(askedForStream(world, model), [true, false]);
    });
}

function otherApiChecks(world) {
    test('openai-node with auto sees no refusal to stream a response', async () => {
        const model = 'refused response';
        script(world, model, REFUSAL, { body: responses.text });
        const client = clientOf(sdks[0], world.modal.url);
        const streamed = await accumulatedResponse(client, responsesQuestion(model));
        assert.deepEqual(streamed.usage, responses.text.usage);
        assert.equal(streamed.output_text, responses.text.output[0].content[0].text);
        assert.deepEqual(askedForStream(world, model), [true, false]);
    });

    test('@anthropic-ai/sdk with auto sees no refusal to stream a message', async () => {
        const model = 'refused message';
        const error = { type: 'invalid_request_error', message: 'stream: not supported' };
        const refusal = { status: 400, body: { type: 'error', error } };
        script(world, model, refusal, { body: messages.text });
        const client = anthropicOf(world.modal.url);
        const streamed = await client.messages.stream(messagesQuestion(model)).finalMessage();
        assert.deepEqual(streamed.content[0].text, messages.text.content[0].text);
        assert.deepEqual(askedForStream(world, model), [true, false]);
    });
}

function rawChecks(world) {
    for (const model of ['real bytes', 'bytes']) {
        test(`the upstream's own stream of "${model}" goes on byte for byte`, async () => {
            world.upstream.script(model, OWN);
            const request = question(model, { stream: true, ...ASKED_USAGE });
            const seen = await rawChat(world.modal.url, request);
            assert.equal(seen.text, OWN.body);
            assert.equal(seen.error, undefined);
            assert.equal(seen.headers.get('x-upstream-request-id'), 'req_own');
            const [{ body }] = world.upstream.received(model);
            assert.deepEqual(JSON.parse(body), request);
        });
    }

    test('heartbeats come before the first byte of the upstream\'s own stream', async () => {
        const model = 'real but slow';
        world.upstream.script(model, { ...OWN, delayMs: world.intervalMs * 2.4 });
        const seen = await rawChat(world.modal.url, question(model, { stream: true }));
        assert.match(seen.text.slice(0, -OWN.body.length), /^(: heartbeat\n){2,3}$/);
        assert.ok(seen.text.endsWith(OWN.body));
    });
}
