// Everything except streams: whole answers, models, CORS, base URLs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import { answers } from './answers.mjs';
import { rawChat } from './raw.mjs';
import { chunksOf, clientOf, question, sdks } from './sdks.mjs';

const ODD_BODY = '\n {"id":"x" , "n":[1.0,1e2,12345678901234567890], "s":"\\u00e9\\/\u2028",\r"choices":[{}]}\n';
const MODEL_ID = 'org/some-model:free';
const MODEL_PATH = '/v1/models/org%2Fsome-model:free';
const MODELS = {
    object: 'list',
    data: [{ id: MODEL_ID, object: 'model', created: 1, owned_by: 'org', extra: { a: 1 } }],
};
const TYPED_BASES = ['/v1', '/v1/', '', '/', '/v1/v1', '/v1/chat/completions'];

export function routeChecks(world) {
    describe('routes', () => {
        test('stream:false gives the upstream\'s bytes and status', async () => {
            for (const [status, more] of [[200, { stream: false }], [200, {}], [418, {}]]) {
                world.upstream.script('odd', { status, body: ODD_BODY });
                const seen = await rawChat(world.daemon.url, question('odd', more));
                assert.equal(seen.status, status);
                assert.equal(seen.text, ODD_BODY);
            }
        });

        for (const sdk of sdks) {
            modelChecks(world, sdk);
            preflightCheck(world, sdk);
            for (const base of TYPED_BASES) {
                baseUrlCheck(world, sdk, base);
            }
        }
    });
}

function modelChecks(world, sdk) {
    test(`${sdk.name} lists models and retrieves one with a slash in its id`, async () => {
        world.upstream.script('GET /v1/models', { body: MODELS });
        world.upstream.script(`GET ${MODEL_PATH}`, { body: MODELS.data[0] });
        const client = clientOf(sdk, world.daemon.url);
        const page = await client.models.list();
        assert.deepEqual(page.data, MODELS.data);
        assert.deepEqual({ ...(await client.models.retrieve(MODEL_ID)) }, MODELS.data[0]);
    });
}

function preflightCheck(world, sdk) {
    test(`${sdk.name} in a browser may send its headers`, async () => {
        const names = await headerNames(sdk);
        assert.ok(names.some((name) => name.startsWith('x-stainless-')));
        const request = http.request(`${world.daemon.url}/v1/chat/completions`, {
            method: 'OPTIONS',
            headers: {
                origin: 'https://page.example',
                'access-control-request-method': 'POST',
                'access-control-request-headers': names.join(','),
            },
        });
        const [response] = await once(request.end(), 'response');
        response.resume();
        assert.equal(response.statusCode, 204);
        assert.equal(response.headers['access-control-allow-origin'], '*');
        assert.match(response.headers['access-control-allow-methods'], /\bPOST\b/);
        const allowed = response.headers['access-control-allow-headers'].toLowerCase();
        const missing = names.filter((name) => !allowed.split(/,\s*/).includes(name));
        assert.deepEqual(missing, []);
    });
}

/** The names of the headers that the SDK really sends with a stream request. */
async function headerNames(sdk) {
    let names;
    const fetch = async (url, { headers }) => {
        names = [...new Headers(headers).keys()];
        return new Response('data: [DONE]\n\n');
    };
    const client = clientOf(sdk, 'http://nowhere.invalid', { fetch });
    await client.chat.completions.stream(question('any')).done().catch((error) => error);
    return names;
}

function baseUrlCheck(world, sdk, base) {
    test(`${sdk.name} with the base URL http://host${base}`, async () => {
        world.upstream.script('base', { body: answers['an empty text'] });
        world.upstream.script('GET /v1/models', { body: MODELS });
        const client = clientOf(sdk, '', { baseURL: `${world.daemon.url}${base}` });
        const arrival = world.upstream.next('base');
        const chunks = await chunksOf(client, question('base'));
        assert.ok(chunks.length > 0);
        assert.equal((await arrival).url, '/v1/chat/completions');
        assert.deepEqual((await client.models.list()).data, MODELS.data);
    });
}
