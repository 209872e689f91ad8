// The same APIs at other places: Azure's through AzureOpenAI, Google's path for OpenAI's clients,
// and Vertex through @google/genai.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GoogleGenAI } from '@google/genai';
import { AzureOpenAI as Azure7 } from 'openai';
import { AzureOpenAI as Azure6 } from 'openai-6';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { EARLY, LATE, LATE_ERROR, rejection } from './failures.mjs';
import { foldedOf, gemini, GEMINI_EARLY, GEMINI_LATE } from './gemini.mjs';
import { painted } from './images.mjs';
import { rawPost } from './raw.mjs';
import { accumulated, chunksOf, clientOf, gathered, question, sdks } from './sdks.mjs';
import { scripted, streamChecks } from './streams.mjs';

const LATE_MS = 7000;
const VERSION = '2024-10-21';
const AZURES = { 6: Azure6, 7: Azure7 };
const CLIENT = '@google/genai with Vertex';
const MODELS = 'publishers/google/models';
const PROJECT = `projects/p/locations/us-central1/${MODELS}`;

function azureOf(sdk, url, options = {}) {
    const AzureOpenAI = AZURES[sdk.generation];
    const settings = { endpoint: url, apiVersion: VERSION, apiKey: 'az-client', maxRetries: 0 };
    return new AzureOpenAI({ ...settings, ...options });
}

export function elsewhereChecks(world) {
    describe('elsewhere', () => {
        for (const sdk of sdks) {
            azureChecks(world, sdk);
            azureFailureChecks(world, sdk);
            baseUrlChecks(world, sdk);
        }
        const places = {
            Azure: `/openai/deployments/d/chat/completions?api-version=${VERSION}`,
            'Google\'s path for OpenAI\'s clients': '/v1beta/openai/chat/completions',
        };
        for (const [name, path] of Object.entries(places)) {
            test(`heartbeats come each second at ${name}`, async () => {
                const model = `beats at ${name}`;
                world.upstream.script(model, { delayMs: LATE_MS, body: answers.text });
                const request = question(model, { stream: true });
                const { headers, text } = await rawPost(`${world.painting.url}${path}`, request);
                assert.match(headers.get('content-type'), /^text\/event-stream/);
                assert.match(text, /^(: heartbeat\n){6,7}data: \{/);
                assert.match(text, /data: \[DONE\]\n\n$/);
            });
        }
        vertexChecks(world);
    });
}

function azureChecks(world, sdk) {
    const name = `AzureOpenAI of ${sdk.name}`;

    test(`${name} accumulates each answer, also one after seven seconds`, async () => {
        const model = (answer) => `azure ${sdk.generation}: ${answer}`;
        const all = Object.entries(answers).map(async ([answer, body]) => {
            world.upstream.script(model(answer), { body });
            const request = question(model(answer), ASKED_USAGE);
            const whole = await accumulated(azureOf(sdk, world.daemon.url), request);
            assert.deepEqual(compare(body, whole, sdk), { equal: true }, answer);
        });
        const late = model('late');
        world.upstream.script(late, { delayMs: LATE_MS, body: answers.text });
        const client = azureOf(sdk, world.painting.url, { deployment: 'of the client' });
        const whole = await accumulated(client, question(late, ASKED_USAGE));
        assert.deepEqual(compare(answers.text, whole, sdk), { equal: true });
        await Promise.all(all);
    });

    test(`the upstream gets the place, the version and the key of ${name}`, async () => {
        const model = `azure ${sdk.generation} asks`;
        world.upstream.script(model, { body: answers.text });
        const asked = async (client) => {
            const arrival = world.upstream.next(model);
            await chunksOf(client, question(model));
            return arrival;
        };
        const { url, headers, body } = await asked(azureOf(sdk, world.daemon.url));
        const deployment = encodeURIComponent(model);
        const query = `?api-version=${VERSION}`;
        assert.equal(url, `/openai/deployments/${deployment}/chat/completions${query}`);
        assert.equal(headers['api-key'], 'az-client');
        assert.equal(headers.authorization, undefined);
        assert.equal(JSON.parse(body).stream, false);

        const azureADTokenProvider = async () => 'eyJh.eyJi.c';
        const entra = await asked(azureOf(sdk, world.daemon.url,
            { apiKey: undefined, azureADTokenProvider, deployment: 'd' }));
        assert.equal(entra.url, `/openai/deployments/d/chat/completions${query}`);
        assert.equal(entra.headers.authorization, 'Bearer eyJh.eyJi.c');
        assert.equal(entra.headers['api-key'], undefined);
    });

    test(`${name} streams images, and speaks the other APIs`, async () => {
        const model = `azure ${sdk.generation} paints`;
        world.upstream.script(model, { body: painted({ b64_json: 'aGk=' }) });
        const client = azureOf(sdk, world.daemon.url);
        const request = { model, prompt: 'a cat', stream: true };
        const arrival = world.upstream.next(model);
        const [image] = await gathered(client.images.generate(request));
        assert.equal(image.b64_json, 'aGk=');
        assert.match((await arrival).url, /^\/openai\/deployments\/[^/]+\/images\/generations\?/);

        const list = { object: 'list', data: [{ id: 'file-1', object: 'file' }] };
        world.upstream.script(`GET /openai/files?api-version=${VERSION}`, { body: list });
        assert.deepEqual((await client.files.list()).data, list.data);
    });
}

function azureFailureChecks(world, sdk) {
    const name = `AzureOpenAI of ${sdk.name}`;
    const ask = (model) => chunksOf(azureOf(sdk, world.daemon.url), question(model));

    test(`${name} throws an error before the commit`, async () => {
        for (const { status, type, error } of EARLY) {
            const thrown = await rejection(ask(`fails ${status}`));
            assert.ok(thrown instanceof sdk.OpenAI[type], String(thrown));
            assert.deepEqual(thrown.error, error);
        }
    });

    test(`${name} throws an error after the commit`, async () => {
        const late = await rejection(ask(LATE));
        assert.ok(late instanceof sdk.OpenAI.APIError, String(late));
        assert.deepEqual(late.error, LATE_ERROR);
        const lost = await rejection(ask('hangs up late'));
        assert.ok(lost instanceof sdk.OpenAI.APIError, String(lost));
        assert.ok(lost.error?.message);
    });
}

function baseUrlChecks(world, sdk) {
    const asAzures = { defaultHeaders: { 'api-key': 'az', authorization: null } };
    const bases = [
        ['/v1beta/openai', {}, 'authorization', 'Bearer sk-client'],
        ['/openai/v1', asAzures, 'api-key', 'az'],
    ];
    for (const [base, options, header, value] of bases) {
        test(`${sdk.name} with the base URL http://host${base} keeps its place`, async () => {
            const model = `at ${base} with ${sdk.generation}`;
            world.upstream.script(model, { delayMs: world.intervalMs * 2.4, body: answers.text });
            const baseURL = `${world.daemon.url}${base}`;
            const client = clientOf(sdk, '', { ...options, baseURL });
            const arrival = world.upstream.next(model);
            const whole = await accumulated(client, question(model, ASKED_USAGE));
            assert.deepEqual(compare(answers.text, whole, sdk), { equal: true });
            const { url, headers } = await arrival;
            assert.equal(url, `${base}/chat/completions`);
            assert.equal(headers[header], value);
        });
    }
}

/** By key, as in the express mode, or for a project by a token. */
function vertexOf(url, byKey = true) {
    const httpOptions = { baseUrl: url };
    if (byKey) {
        return new GoogleGenAI({ vertexai: true, apiKey: 'g-client', httpOptions });
    }
    const headers = new Headers({ authorization: 'Bearer g-token' });
    const googleAuthOptions = { authClient: { getRequestHeaders: async () => headers } };
    const place = { project: 'p', location: 'us-central1' };
    return new GoogleGenAI({ vertexai: true, ...place, googleAuthOptions, httpOptions });
}

async function vertexStream(url, model, byKey) {
    const stream = vertexOf(url, byKey).models.generateContentStream({ model, contents: 'hello' });
    return foldedOf(await gathered(stream));
}

const vertex = {
    ...gemini,
    name: 'vertex',
    path: (model) => `/v1beta1/${MODELS}/${model}:streamGenerateContent?alt=sse`,
    key: (model) => `POST /v1beta1/${MODELS}/${model}:generateContent`,
    canonical: (whole) => foldedOf([whole]),
    clients: [{ name: CLIENT, accumulated: vertexStream }],
};

function vertexChecks(world) {
    streamChecks(world, vertex);

    test(`the upstream gets the project and the token of ${CLIENT}`, async () => {
        const model = 'vertex-asks';
        const body = vertex.answers.text;
        const key = `POST /v1beta1/${PROJECT}/${model}:generateContent`;
        world.upstream.script(key, { delayMs: LATE_MS, body });
        const arrival = world.upstream.next(key);
        const whole = await vertexStream(world.painting.url, model, false);
        assert.deepEqual(whole, vertex.canonical(body));
        const { headers } = await arrival;
        assert.equal(headers.authorization, 'Bearer g-token');
        assert.equal(headers['x-goog-api-key'], undefined);
    });

    test(`the upstream gets the key of ${CLIENT}`, async () => {
        const model = scripted(world, vertex, 'key', { body: vertex.answers.text });
        const arrival = world.upstream.next(vertex.key(model));
        await vertexStream(world.daemon.url, model);
        const { headers } = await arrival;
        assert.equal(headers['x-goog-api-key'], 'g-client');
        assert.equal(headers.authorization, undefined);
    });

    test(`${CLIENT} throws errors before and after the commit`, async () => {
        for (const [status, name] of GEMINI_EARLY) {
            const body = { error: { code: status, message: 'early', status: name } };
            const model = scripted(world, vertex, `fails ${status}`, { status, body });
            const thrown = await rejection(vertexStream(world.daemon.url, model));
            assert.equal(thrown.status, status);
            assert.deepEqual(JSON.parse(thrown.message), body);
        }
        const late = { ...GEMINI_LATE, delayMs: world.intervalMs + 250 };
        const model = scripted(world, vertex, 'fails late', late);
        const thrown = await rejection(vertexStream(world.daemon.url, model));
        assert.equal(thrown.status, late.status);
        assert.ok(thrown.message.includes(late.body.error.message), thrown.message);
    });
}
