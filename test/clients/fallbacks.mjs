// A second vendor, with a key and a model's name of its own, answers when the first one does not.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { startDaemon } from './daemon.mjs';
import { rawPost } from './raw.mjs';
import { accumulated, clientOf, question, sdks } from './sdks.mjs';
import { startUpstream } from './upstream.mjs';

const INTERVAL_MS = 500;
const DEADLINE_MS = 3000;
const THINKING_MS = 2000;
const KEYS = ['first-key', 'first-header', 'second-key', 'second-header', 'proxy-key'];

/** How the first vendor fails, by model. */
const FAULTS = {
    busy: { status: 429, body: { error: { message: 'Slow down.', code: 'rate_limit' } } },
    broken: { status: 503, body: { error: { message: 'Not now.' } } },
    forbidden: { status: 403, body: { error: { message: 'No access.' } } },
    silent: { delayMs: 60_000, body: answers.text },
};

export function fallbackChecks() {
    describe('fallbacks', { concurrency: true }, () => {
        const world = {};

        before(async () => {
            world.first = await startUpstream();
            world.second = await startUpstream();
            world.second.script('their/model', { delayMs: THINKING_MS, body: answers.text });
            world.daemon = await startDaemon(world.first.url, settings(world));
            const closed = await startUpstream();
            await closed.close();
            world.down = await startDaemon(closed.url, settings(world));
        });

        after(() => Promise.all([world.daemon?.stop(), world.down?.stop(),
            world.first?.close(), world.second?.close()]));

        for (const fault of [...Object.keys(FAULTS), 'down']) {
            for (const sdk of sdks) {
                test(`${sdk.name} is answered by the next if the first is ${fault}`, async () => {
                    const model = `${fault} for ${sdk.name}`;
                    const url = urlOf(world, fault, model);
                    const client = clientOf(sdk, url, { apiKey: 'proxy-key' });
                    const [streamed, whole] = await Promise.all([
                        accumulated(client, question(model, ASKED_USAGE)),
                        client.chat.completions.create(question(model)),
                    ]);
                    assert.deepEqual(compare(answers.text, streamed, sdk), { equal: true });
                    assert.equal(whole.id, answers.text.id);
                });
            }

            test(`heartbeats have no gap and no key strays if the first is ${fault}`, async () => {
                const url = `${urlOf(world, fault, fault)}/v1/chat/completions`;
                const request = question(fault, { stream: true, user: `user of ${fault}` });
                const { pieces, text } = await rawPost(url, request, { key: 'proxy-key' });
                assert.match(text, /data: \[DONE\]\n\n$/);
                const gaps = pieces.slice(1).map(({ at }, i) => Math.round(at - pieces[i].at));
                assert.ok(gaps.every((gap) => gap < 2 * INTERVAL_MS), `gaps of ${gaps} ms`);
                assert.ok(pieces.length > THINKING_MS / INTERVAL_MS);
                const asked = [world.first.received(fault), world.second.received('their/model')
                    .filter(({ body }) => body.includes(request.user))];
                const isAsked = fault !== 'down';
                assert.deepEqual(asked.map((calls) => calls.length), [isAsked ? 1 : 0, 1]);
                assert.deepEqual(shown(asked[0]), isAsked ? ['first-key', 'first-header'] : []);
                assert.deepEqual(shown(asked[1]), ['second-key', 'second-header']);
            });
        }
    });
}

/** The address of a daemon whose first vendor fails so for this model. */
function urlOf(world, fault, model) {
    if (fault === 'down') {
        return world.down.url;
    }
    world.first.script(model, FAULTS[fault]);
    return world.daemon.url;
}

function settings({ second }) {
    return {
        OPENAI_API_KEY: 'first-key',
        PROXY_API_KEYS: 'proxy-key',
        UPSTREAM_EXTRA_HEADERS_JSON: '{"X-Vendor":"first-header"}',
        FALLBACK_1_API_URL: second.url,
        FALLBACK_1_API_KEY: 'second-key',
        FALLBACK_1_MODELS: '*=their/model',
        FALLBACK_1_EXTRA_HEADERS_JSON: '{"X-Vendor":"second-header"}',
        UPSTREAM_FIRST_BYTE_TIMEOUT_MS: DEADLINE_MS,
        RETRY_MAX: 0,
        CHUNK_DELAY_MS: 0,
        COMMIT_AFTER_MS: 0,
        HEARTBEAT_INTERVAL_MS: INTERVAL_MS,
    };
}

/** Which keys these calls carried, anywhere in their heads and bodies. */
function shown(calls) {
    const text = JSON.stringify(calls.map(({ url, headers, body }) => [url, headers, `${body}`]));
    return KEYS.filter((key) => text.includes(key));
}
