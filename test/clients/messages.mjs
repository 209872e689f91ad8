// Anthropic's messages through Anthropic's own SDK, in its two forms.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { betaMessages, messages } from './answers-messages.mjs';
import { pick } from './canonical.mjs';
import { rejection } from './failures.mjs';
import { scripted, streamChecks } from './streams.mjs';

const BETA = '@anthropic-ai/sdk beta';
const PLAIN = '@anthropic-ai/sdk';

const EARLY = [
    [400, 'BadRequestError', 'invalid_request_error'],
    [401, 'AuthenticationError', 'authentication_error'],
    [429, 'RateLimitError', 'rate_limit_error'],
    [529, 'OverloadedError', 'overloaded_error'],
];

/** The key's header: this SDK sends a bearer token; older and other clients, their own. */
const KEYS = [
    [{}, { authorization: 'Bearer sk-client', 'x-api-key': undefined }],
    [
        { apiKey: null, defaultHeaders: { 'x-api-key': 'sk-client' } },
        { authorization: undefined, 'x-api-key': 'sk-client' },
    ],
];

/** Without `service_tier`, `cache_creation` and `inference_geo`, which are lost. */
const USAGE_OF_DELTAS = [
    'input_tokens',
    'output_tokens',
    'output_tokens_details',
    'cache_creation_input_tokens',
    'cache_read_input_tokens',
    'server_tool_use',
    'iterations',
];

export function anthropicOf(url, options = {}) {
    return new Anthropic({ baseURL: url, apiKey: 'sk-client', maxRetries: 0, ...options });
}

export function messagesQuestion(model, more = {}) {
    return { model, max_tokens: 99, messages: [{ role: 'user', content: 'hello' }], ...more };
}

/** The message that the SDK accumulates, as plain JSON. */
async function accumulated(resource, model) {
    const whole = await resource.stream(messagesQuestion(model)).finalMessage();
    return JSON.parse(JSON.stringify(whole));
}

const accumulatedBeta = (url, model) => accumulated(anthropicOf(url).beta.messages, model);
const accumulatedPlain = (url, model) => accumulated(anthropicOf(url).messages, model);

const common = {
    name: 'messages',
    path: () => '/v1/messages',
    request: (model) => messagesQuestion(model, { stream: true }),
    // The SDK adds this member (lib/parser.ts, lib/beta-parser.ts); a block's is not enumerable.
    canonical: ({ parsed_output, ...whole }) => whole,
    // A heartbeat's message has an id and a model of the daemon's. Of the usage only the members
    // that the SDK reads from `message_delta` survive.
    minted: ['id', 'model'],
    behindBeats: ({ usage, ...whole }) => ({ ...whole, usage: pick(usage, USAGE_OF_DELTAS) }),
    beats: /^(event: ping\ndata: \{"type":"ping"\}\n\n){2,3}event: message_start\ndata: \{/,
};

const beta = {
    ...common,
    answers: { ...messages, ...betaMessages },
    clients: [{ name: BETA, accumulated: accumulatedBeta }],
};

const plain = {
    ...common,
    answers: messages,
    clients: [{ name: PLAIN, accumulated: accumulatedPlain, recorded: false }],
};

export function messagesChecks(world) {
    describe('messages', () => {
        streamChecks(world, beta);
        streamChecks(world, plain);
        for (const client of [...beta.clients, ...plain.clients]) {
            failureChecks(world, client);
        }
        test(`the upstream gets the headers and the question of ${BETA}`, async () => {
            const model = scripted(world, common, 'headers', { body: messages.text });
            for (const [options, keys] of KEYS) {
                const arrival = world.upstream.next(model);
                const request = messagesQuestion(model, { betas: ['one', 'two'] });
                const client = anthropicOf(world.daemon.url, options);
                await client.beta.messages.stream(request).done();
                const { url, headers, body } = await arrival;
                assert.equal(url.split('?')[0], '/v1/messages');
                assert.match(headers['anthropic-version'], /^\d{4}-\d\d-\d\d$/);
                assert.equal(headers['anthropic-beta'], 'one,two');
                assert.deepEqual(pick(headers, Object.keys(keys)), keys);
                assert.deepEqual(JSON.parse(body), messagesQuestion(model, { stream: false }));
            }
        });
    });
}

function failureChecks(world, client) {
    for (const [status, name, type] of EARLY) {
        test(`${client.name} throws ${name} for an early ${status}`, async () => {
            const error = failure(type);
            const headers = { 'request-id': `req_${status}`, 'retry-after': '7' };
            const answer = { status, headers, body: error };
            const model = scripted(world, common, `fails ${status}`, answer);
            const thrown = await rejection(client.accumulated(world.daemon.url, model));
            assert.equal(thrown.name, name);
            assert.equal(thrown.status, status);
            assert.equal(thrown.type, type);
            assert.deepEqual(thrown.error, error);
            assert.equal(thrown.requestID, `req_${status}`);
            assert.equal(thrown.headers.get('retry-after'), '7');
        });
    }

    test(`${client.name} throws the upstream's own error after the commit`, async () => {
        const error = failure('overloaded_error');
        const delayMs = world.intervalMs + 250;
        const answer = { status: 529, delayMs, body: error };
        const model = scripted(world, common, 'fails late', answer);
        const thrown = await rejection(client.accumulated(world.daemon.url, model));
        assert.ok(thrown instanceof Anthropic.APIError, String(thrown));
        assert.equal(thrown.status, undefined);
        assert.equal(thrown.type, 'overloaded_error');
        assert.deepEqual(thrown.error.error, error.error);
    });

    test(`${client.name} throws where the upstream hangs up after the commit`, async () => {
        const answer = { hangUp: true, delayMs: world.intervalMs + 250 };
        const model = scripted(world, common, 'hangs up late', answer);
        const thrown = await rejection(client.accumulated(world.daemon.url, model));
        assert.ok(thrown instanceof Anthropic.APIError, String(thrown));
        assert.ok(thrown.error?.error?.message, String(thrown));
    });
}

function failure(type) {
    const error = { type, message: `the upstream says ${type}` };
    return { type: 'error', error, request_id: 'req_body' };
}
