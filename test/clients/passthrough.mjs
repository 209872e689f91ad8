// Requests and answers that are not streamed pass through unchanged in both directions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { geminiOf } from './gemini.mjs';
import { anthropicOf } from './messages.mjs';
import { clientOf, sdks } from './sdks.mjs';

/** Bytes that are not text, more than one buffer holds. */
const BINARY = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

const FLOATS = [0.5, -1.25, 3.5];
const VECTOR = Buffer.from(new Float32Array(FLOATS).buffer).toString('base64');

export function passThroughChecks(world) {
    describe('pass-through', () => {
        for (const sdk of sdks) {
            embeddingCheck(world, sdk);
            uploadCheck(world, sdk);
            downloadCheck(world, sdk);
        }
        tokenChecks(world);
    });
}

/** A client that remembers the last request that it sent: {contentType, body}. */
function watched(sdk, url) {
    const sent = {};
    const fetch = async (target, init) => {
        const request = new Request(target, { ...init, duplex: 'half' });
        sent.contentType = request.headers.get('content-type');
        sent.body = Buffer.from(await request.arrayBuffer());
        const body = sent.body.length === 0 ? undefined : sent.body;
        return globalThis.fetch(target, { ...init, headers: request.headers, body });
    };
    return { sent, client: clientOf(sdk, url, { fetch }) };
}

function assertArrived({ url, headers, body }, sent, path) {
    assert.equal(url, path);
    assert.equal(headers['content-type'], sent.contentType);
    assert.equal(headers.authorization, 'Bearer sk-client');
    assert.ok(body.equals(sent.body), 'the body arrived otherwise');
}

function embeddingCheck(world, sdk) {
    test(`${sdk.name} creates embeddings`, async () => {
        const model = `embeds for ${sdk.name}`;
        const usage = { prompt_tokens: 2, total_tokens: 2 };
        const data = [{ object: 'embedding', index: 0, embedding: VECTOR }];
        world.upstream.script(model, { body: { object: 'list', data, model, usage } });
        const arrival = world.upstream.next(model);
        const { client, sent } = watched(sdk, world.daemon.url);
        const made = await client.embeddings.create({ model, input: ['a \u{1F600}', 'b'] });
        assert.deepEqual([...made.data[0].embedding], FLOATS);
        assert.deepEqual(made.usage, usage);
        assertArrived(await arrival, sent, '/v1/embeddings');
    });
}

function uploadCheck(world, sdk) {
    test(`${sdk.name} uploads a file`, async () => {
        const body = { id: 'file-1', object: 'file', bytes: BINARY.length, purpose: 'user_data' };
        world.upstream.script('POST /v1/files', { body });
        const arrival = world.upstream.next('POST /v1/files');
        const { client, sent } = watched(sdk, world.daemon.url);
        const file = new File([BINARY], 'na\u00efve.bin', { type: 'application/octet-stream' });
        const made = await client.files.create({ file, purpose: 'user_data' });
        assert.deepEqual({ ...made }, body);
        assert.match(sent.contentType, /^multipart\/form-data; boundary=/);
        assert.ok(sent.body.includes(BINARY));
        assertArrived(await arrival, sent, '/v1/files');
    });
}

function downloadCheck(world, sdk) {
    test(`${sdk.name} downloads and deletes a file`, async () => {
        const headers = { 'content-type': 'application/octet-stream' };
        world.upstream.script('GET /v1/files/file-1/content', { headers, body: BINARY });
        const deleted = { id: 'file-1', object: 'file', deleted: true };
        world.upstream.script('DELETE /v1/files/file-1', { body: deleted });
        const client = clientOf(sdk, world.daemon.url);
        const response = await client.files.content('file-1');
        assert.equal(response.headers.get('content-type'), 'application/octet-stream');
        assert.ok(Buffer.from(await response.arrayBuffer()).equals(BINARY));
        assert.deepEqual({ ...(await client.files.delete('file-1')) }, deleted);
    });
}

function tokenChecks(world) {
    test('@anthropic-ai/sdk counts tokens', async () => {
        const model = 'counts tokens';
        world.upstream.script(model, { body: { input_tokens: 14 } });
        const arrival = world.upstream.next(model);
        const request = { model, messages: [{ role: 'user', content: 'hello' }] };
        const counted = await anthropicOf(world.daemon.url).messages.countTokens(request);
        assert.equal(counted.input_tokens, 14);
        const { url, headers, body } = await arrival;
        assert.equal(url, '/v1/messages/count_tokens');
        assert.equal(headers.authorization, 'Bearer sk-client');
        assert.deepEqual(JSON.parse(body), request);
    });

    test('@google/genai counts tokens', async () => {
        const key = 'POST /v1beta/models/counts-tokens:countTokens';
        world.upstream.script(key, { body: { totalTokens: 14 } });
        const arrival = world.upstream.next(key);
        const request = { model: 'counts-tokens', contents: 'hello' };
        const counted = await geminiOf(world.daemon.url).models.countTokens(request);
        assert.equal(counted.totalTokens, 14);
        assert.equal((await arrival).headers['x-goog-api-key'], 'sk-client');
    });
}
