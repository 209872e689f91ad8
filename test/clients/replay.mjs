// A whole answer, sent as a stream: the SDK accumulates what it would have read whole.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { rawChat } from './raw.mjs';
import { accumulated, chunksOf, clientOf, question, sdks } from './sdks.mjs';

const MAX_LINE_BYTES = 96 * 1024;

export function replayChecks(world) {
    describe('replay', () => {
        for (const sdk of sdks) {
            for (const [name, whole] of Object.entries(answers)) {
                test(`${sdk.name} accumulates ${name}`, async () => {
                    world.upstream.script(name, { body: whole });
                    const request = question(name, ASKED_USAGE);
                    const streamed = await accumulated(clientOf(sdk, world.daemon.url), request);
                    assert.deepEqual(compare(whole, streamed, sdk), { equal: true });
                });
            }
            test(`${sdk.name} iterates over one id, one role, one finish a choice`, async () => {
                for (const [name, whole] of Object.entries(answers)) {
                    world.upstream.script(name, { body: whole });
                    const client = clientOf(sdk, world.daemon.url);
                    checkChunks(await chunksOf(client, question(name)), whole);
                }
            });
            usageChecks(world, sdk);
        }
        rawChecks(world);
    });
}

export function checkChunks(chunks, { id, created, model, choices }) {
    for (const chunk of chunks) {
        assert.deepEqual(
            { id: chunk.id, object: chunk.object, created: chunk.created, model: chunk.model },
            { id, object: 'chat.completion.chunk', created, model },
        );
    }
    for (const { index, message, finish_reason } of choices) {
        const told = chunks.flatMap(({ choices: all }) => all.filter((c) => c.index === index));
        const roles = told.map(({ delta }) => delta.role).filter(Boolean);
        const finishes = told.map((c) => c.finish_reason).filter(Boolean);
        const text = told.map(({ delta }) => delta.content ?? '').join('');
        assert.deepEqual(roles, ['assistant']);
        assert.deepEqual(finishes, [finish_reason]);
        assert.equal(text, message.content ?? '');
    }
}

function usageChecks(world, sdk) {
    test(`${sdk.name} sees usage that it did not ask for with the finish`, async () => {
        world.upstream.script('text', { body: answers.text });
        const chunks = await chunksOf(clientOf(sdk, world.daemon.url), question('text'));
        const last = chunks.pop();
        assert.ok(chunks.every((chunk) => !('usage' in chunk)));
        assert.deepEqual(last.usage, answers.text.usage);
        assert.equal(last.choices[0].finish_reason, 'stop');
        assert.ok(!('x_groq' in last));
    });

    test(`${sdk.name} accumulates the usage that it did not ask for`, async () => {
        world.upstream.script('text', { body: answers.text });
        const client = clientOf(sdk, world.daemon.url);
        const streamed = await accumulated(client, question('text'));
        assert.deepEqual(compare(answers.text, streamed, sdk), { equal: true });
    });

    test(`${sdk.name} sees no usage where it asked for none`, async () => {
        world.upstream.script('text', { body: answers.text });
        const request = question('text', { stream_options: { include_usage: false } });
        const chunks = await chunksOf(clientOf(sdk, world.daemon.url), request);
        assert.ok(chunks.every((chunk) => !('usage' in chunk)));
    });

    test(`${sdk.name} sees the usage it asked for once, in the last chunk`, async () => {
        world.upstream.script('text', { body: answers.text });
        const request = question('text', ASKED_USAGE);
        const chunks = await chunksOf(clientOf(sdk, world.daemon.url), request);
        const last = chunks.pop();
        assert.ok(chunks.every((chunk) => chunk.usage === null && chunk.choices.length > 0));
        assert.deepEqual(last.usage, answers.text.usage);
        assert.deepEqual(last.choices, []);
    });
}

function rawChecks(world) {
    test('a stream is framed as every parser likes it', async () => {
        for (const [name, whole] of Object.entries(answers)) {
            world.upstream.script(name, { body: whole });
            const seen = await rawChat(world.daemon.url, question(name, { stream: true }));
            assert.match(seen.headers.get('content-type'), /^text\/event-stream/);
            assert.equal(seen.error, undefined);
            assert.match(seen.text, /^(data: \S.*\n\n)+$/);
            assert.ok(seen.text.endsWith('\n\ndata: [DONE]\n\n'));
            const lengths = seen.text.split('\n').map((line) => Buffer.byteLength(line));
            assert.ok(Math.max(...lengths) <= MAX_LINE_BYTES);
            assert.doesNotMatch(seen.text, /[\u0000-\u0009\u000b-\u001f\u0085\u2028\u2029]/);
        }
    });

    test('a number keeps its text', async () => {
        const numbers = '"numbers":[1.0,1e-5,12345678901234567890,-0,0.10]';
        const body = JSON.stringify(answers.text).replace('{', `{${numbers},`);
        world.upstream.script('numbers', { body });
        const seen = await rawChat(world.daemon.url, question('numbers', { stream: true }));
        assert.ok(seen.text.includes(numbers), seen.text.split('\n', 1)[0]);
    });

    test('the upstream gets the same question, whole', async () => {
        world.upstream.script('text', { body: answers.text });
        const odd = { top_p: 0.5, metadata: { a: [1, null] }, 'x-odd': 'kept', user: 'u\u2028' };
        const request = question('text', { ...odd, stream: true, ...ASKED_USAGE });
        const arrival = world.upstream.next('text');
        await rawChat(world.daemon.url, request);
        const { headers, body } = await arrival;
        assert.deepEqual(JSON.parse(body), question('text', { ...odd, stream: false }));
        assert.equal(headers.authorization, 'Bearer sk-client');
    });
}
