// A failure keeps its own status until the commit, and never looks like a finished answer after it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rawChat } from './raw.mjs';
import {
    accumulated,
    accumulatedResponse,
    chunksOf,
    clientOf,
    completionChunksOf,
    completionsQuestion,
    eventsOf,
    question,
    responsesQuestion,
    sdks,
} from './sdks.mjs';

/** Every way to request a stream with these SDKs. */
const WAYS = [
    ['accumulating', (client, model) => accumulated(client, question(model))],
    ['iterating', (client, model) => chunksOf(client, question(model))],
    ['accumulating a response', accumulating],
    ['iterating over a response', (client, model) => eventsOf(client, responsesQuestion(model))],
    ['iterating over a completion', iteratingCompletion],
];

function accumulating(client, model) {
    return accumulatedResponse(client, responsesQuestion(model));
}

function iteratingCompletion(client, model) {
    return completionChunksOf(client, completionsQuestion(model));
}

export const EARLY = [
    failure(400, 'BadRequestError', 'context_length_exceeded', 'messages'),
    failure(401, 'AuthenticationError', 'invalid_api_key'),
    failure(429, 'RateLimitError', 'rate_limit_exceeded', null, { 'retry-after': '7' }),
    failure(500, 'InternalServerError', 'server_error', null, { 'x-should-retry': 'false' }),
];

function failure(status, type, code, param = null, headers = {}) {
    const error = { message: `the upstream says ${status}`, type: `${code}_type`, param, code };
    return { status, type, error, headers: { 'x-request-id': `req_${status}`, ...headers } };
}

/** The model by which this side and the Java client request a late failure. */
export const LATE = 'fails late';
export const LATE_ERROR = {
    message: 'the upstream gave up',
    type: 'rate_limit_error',
    param: null,
    code: 'rate_limit_exceeded',
};

export function scriptFailures(world) {
    for (const { status, error, headers } of EARLY) {
        world.upstream.script(`fails ${status}`, { status, headers, body: { error } });
    }
    const delayMs = world.intervalMs + 250;
    world.upstream.script(LATE, { status: 429, delayMs, body: { error: LATE_ERROR } });
    world.upstream.script('hangs up', { hangUp: true });
    world.upstream.script('hangs up late', { hangUp: true, delayMs });
}

export function failureChecks(world) {
    describe('failures', () => {
        for (const sdk of sdks) {
            beforeCommit(world, sdk);
            afterCommit(world, sdk);
        }
        test('after the commit the body breaks off: no [DONE], no finish', async () => {
            for (const model of [LATE, 'hangs up late']) {
                const seen = await rawChat(world.daemon.url, question(model, { stream: true }));
                assert.equal(seen.status, 200);
                assert.match(seen.text, /\n?event: error\ndata: \{"error":\{.*\}\}\n\n$/);
                assert.doesNotMatch(seen.text, /\[DONE\]|"finish_reason":"/);
                assert.ok(seen.error instanceof TypeError, 'the body ended as if it were whole');
            }
        });
    });
}

function beforeCommit(world, sdk) {
    for (const { status, type, error, headers } of EARLY) {
        test(`${sdk.name} throws ${type} for an early ${status}`, async () => {
            const client = clientOf(sdk, world.daemon.url);
            for (const [, ask] of WAYS) {
                const thrown = await rejection(ask(client, `fails ${status}`));
                assert.ok(thrown instanceof sdk.OpenAI[type], String(thrown));
                assert.equal(thrown.status, status);
                assert.equal(thrown.message, `${status} ${error.message}`);
                assert.deepEqual(thrown.error, error);
                assert.equal(thrown.code, error.code);
                const { 'x-request-id': id, ...others } = headers;
                for (const [name, value] of Object.entries(others)) {
                    assert.equal(thrown.headers.get(name), value);
                }
                assert.equal(thrown.headers.get('x-upstream-request-id'), id);
                assert.match(thrown.requestID, /^req_[0-9a-f]{24}$/);
            }
        });
    }

    test(`${sdk.name} throws a 502 where the upstream hangs up early`, async () => {
        const client = clientOf(sdk, world.daemon.url);
        const thrown = await rejection(chunksOf(client, question('hangs up')));
        assert.equal(thrown.status, 502);
        assert.ok(thrown.error?.message);
    });
}

function afterCommit(world, sdk) {
    for (const [how, ask] of WAYS) {
        test(`${sdk.name}, ${how}, throws the upstream's own error after the commit`, async () => {
            const client = clientOf(sdk, world.daemon.url);
            const thrown = await rejection(ask(client, LATE));
            assert.ok(thrown instanceof sdk.OpenAI.APIError, String(thrown));
            assert.equal(thrown.message, LATE_ERROR.message);
            assert.deepEqual(thrown.error, LATE_ERROR);
        });
    }

    test(`${sdk.name} throws where the upstream hangs up after the commit`, async () => {
        const client = clientOf(sdk, world.daemon.url);
        const thrown = await rejection(accumulated(client, question('hangs up late')));
        assert.ok(thrown instanceof sdk.OpenAI.APIError, String(thrown));
        assert.ok(thrown.error?.message);
    });
}

/** The error that a promise is rejected with. */
export async function rejection(promise) {
    let value;
    try {
        value = await promise;
    } catch (error) {
        return error;
    }
    throw new assert.AssertionError({ message: `succeeded: ${JSON.stringify(value)}` });
}
