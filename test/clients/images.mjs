// Images, painted and changed: the events that both SDKs read from a stream, and the request that
// the upstream gets. The SDKs have no accumulator for images.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EARLY, LATE_ERROR, rejection } from './failures.mjs';
import { rawPost } from './raw.mjs';
import { clientOf, gathered, sdks } from './sdks.mjs';

/** The daemon's settings for these checks: an image takes seven seconds. */
export const PAINTING = { HEARTBEAT_INTERVAL_MS: 1000 };
export const PAINTING_MS = 7000;

const USAGE = {
    input_tokens: 11,
    input_tokens_details: { image_tokens: 0, text_tokens: 11 },
    output_tokens: 300,
    total_tokens: 311,
};
const NO_USAGE = {
    input_tokens: 0,
    input_tokens_details: { image_tokens: 0, text_tokens: 0 },
    output_tokens: 0,
    total_tokens: 0,
};
const SETTINGS = { background: 'opaque', output_format: 'png', quality: 'high', size: '16x16' };

const PNG = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    Buffer.from('\r\n--\r\n'.repeat(2000)),
]);
const IMAGE = PNG.toString('base64');

/** An answer with these images. */
export function painted(...data) {
    return { created: 1750000000, ...SETTINGS, data, usage: USAGE, vendor_id: 'v' };
}

/** The events of that answer. */
function eventsOf(type, ...data) {
    return data.map((image, index) => ({
        ...image,
        ...SETTINGS,
        created_at: 1750000000,
        type,
        ...(index < data.length - 1 ? { usage: NO_USAGE } : { usage: USAGE, vendor_id: 'v' }),
    }));
}

/** Both ways to get an image: {name, type, ask(client, model, more)}. */
const WAYS = [
    {
        name: 'paints',
        type: 'image_generation.completed',
        ask: (client, model, more = {}) =>
            client.images.generate({ model, prompt: 'a cat', stream: true, ...more }),
    },
    {
        name: 'changes',
        type: 'image_edit.completed',
        ask: (client, model, more = {}) =>
            client.images.edit({ model, image: file(), prompt: 'a cat', stream: true, ...more }),
    },
];

function file() {
    return new File([PNG], 'na\u00efve.png', { type: 'image/png' });
}

export function imageChecks(world) {
    // Each of these waits for seven seconds, so they wait together.
    describe('late images', { concurrency: true }, () => {
        for (const sdk of sdks) {
            for (const way of WAYS) {
                eventCheck(world, sdk, way);
            }
        }
        test('heartbeats come each second while an image is painted', async () => {
            const body = painted({ b64_json: IMAGE });
            world.upstream.script('paints raw', { delayMs: PAINTING_MS, body });
            const request = { model: 'paints raw', prompt: 'a cat', stream: true };
            const seen = await rawPost(`${world.painting.url}/v1/images/generations`, request);
            assert.match(seen.headers.get('content-type'), /^text\/event-stream/);
            assert.match(seen.text,
                /^(: heartbeat\n){6,7}event: image_generation\.completed\ndata: \{.*\}\n\n$/);
        });
    });
    describe('images', () => {
        for (const sdk of sdks) {
            for (const way of WAYS) {
                failureChecks(world, sdk, way);
            }
            requestChecks(world, sdk);
        }
        test('an image of 8 MB is one line', async () => {
            const b64_json = 'A'.repeat(8 << 20);
            world.upstream.script('paints at large', { body: painted({ b64_json }) });
            for (const sdk of sdks) {
                const client = clientOf(sdk, world.daemon.url);
                const [event] = await gathered(WAYS[0].ask(client, 'paints at large'));
                assert.ok(event.b64_json === b64_json);
            }
        });
    });
}

/** At once with two images, and after seven seconds with one. */
function eventCheck(world, sdk, { name, type, ask }) {
    test(`${sdk.name} ${name} an image in a stream, also a late one`, async () => {
        const two = [{ b64_json: IMAGE, revised_prompt: 'a \u{1F408}' }, { b64_json: 'aGk=' }];
        const model = `${name} for ${sdk.name}`;
        world.upstream.script(model, { body: painted(...two) });
        world.upstream.script(`${model}, late`, {
            delayMs: PAINTING_MS,
            body: painted({ b64_json: IMAGE }),
        });
        const [quick, late] = await Promise.all([
            gathered(ask(clientOf(sdk, world.daemon.url), model, { n: 2 })),
            gathered(ask(clientOf(sdk, world.painting.url), `${model}, late`)),
        ]);
        assert.deepEqual(plain(quick), eventsOf(type, ...two));
        assert.deepEqual(plain(late), eventsOf(type, { b64_json: IMAGE }));
    });
}

function plain(value) {
    return JSON.parse(JSON.stringify(value));
}

function requestChecks(world, sdk) {
    test(`${sdk.name} asks for whole images`, async () => {
        const model = `asks for ${sdk.name}`;
        world.upstream.script(model, { body: painted({ b64_json: IMAGE }) });
        const client = clientOf(sdk, world.daemon.url);
        const painting = world.upstream.next(model);
        await gathered(WAYS[0].ask(client, model, { partial_images: 2, n: 1 }));
        const record = await painting;
        assert.equal(record.url, '/v1/images/generations');
        assert.deepEqual(JSON.parse(record.body), { model, prompt: 'a cat', n: 1 });

        const changing = world.upstream.next(model);
        await gathered(WAYS[1].ask(client, model, { partial_images: 2, size: '16x16' }));
        const { url, headers, body } = await changing;
        assert.equal(url, '/v1/images/edits');
        const form = await new Response(body, { headers }).formData();
        const { image, ...texts } = Object.fromEntries(form);
        assert.deepEqual(texts, { model, prompt: 'a cat', size: '16x16' });
        assert.ok(Buffer.from(await image.arrayBuffer()).equals(PNG));
        assert.equal(image.type, 'image/png');
    });

    test(`${sdk.name} gets whole images unchanged`, async () => {
        const model = `whole for ${sdk.name}`;
        const body = painted({ b64_json: IMAGE });
        world.upstream.script(model, { body });
        const client = clientOf(sdk, world.daemon.url);
        for (const { ask } of WAYS) {
            assert.deepEqual(plain(await ask(client, model, { stream: false })), body);
        }
    });
}

function failureChecks(world, sdk, { name, ask }) {
    test(`${sdk.name} ${name} no image where the upstream fails`, async () => {
        const client = clientOf(sdk, world.daemon.url);
        for (const { status, type, error } of EARLY) {
            const thrown = await rejection(gathered(ask(client, `fails ${status}`)));
            assert.ok(thrown instanceof sdk.OpenAI[type], String(thrown));
            assert.deepEqual(thrown.error, error);
        }
        const late = await rejection(gathered(ask(client, 'fails late')));
        assert.ok(late instanceof sdk.OpenAI.APIError, String(late));
        assert.deepEqual(late.error, LATE_ERROR);
        const lost = await rejection(gathered(ask(client, 'hangs up late')));
        assert.ok(lost instanceof sdk.OpenAI.APIError, String(lost));
        assert.ok(lost.error?.message);
    });
}
