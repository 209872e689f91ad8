// All plays: a person chats through the daemon with an upstream that cannot stream.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import { after, before, describe, test } from 'node:test';
import { startBrowser } from '../browser/browser.mjs';
import { answers } from '../clients/answers.mjs';
import { startDaemon } from '../clients/daemon.mjs';
import { startUpstream } from '../clients/upstream.mjs';
import { errorOf, say, shown, startSillyTavern, stop, untilFree } from './sillytavern.mjs';

const MODEL = 'gpt-4o';
/** Longer than two heartbeats of the default settings. */
const LATE_MS = 8000;
const PLAY_TIMEOUT_MS = 120_000;
const TEXT = (
    'A sentence with a family \u{1F469}\u200d\u{1F469}\u200d\u{1F467}, a flag ' +
    '\u{1F1E9}\u{1F1EA} and na\u00efve caf\u00e9s; ' +
    '\u4ed6\u8bf4\uff1a\u8fd9\u662f\u4e00\u4e2a\u6d4b\u8bd5\u3002 '
)
    .repeat(8)
    .trim();

const world = {};

function failure(status, message) {
    return { status, body: { error: { message, type: 'api_error', param: null, code: null } } };
}

const REFUSAL = failure(400, 'this model does not stream');

/** Sends a text in a new page, and passes the upstream's record of the request to `use`. */
function play(name, answer, use) {
    test(`SillyTavern: ${name}`, { timeout: PLAY_TIMEOUT_MS }, () =>
        world.browser.open({}, async (page) => {
            world.upstream.script(MODEL, ({ body }) =>
                JSON.parse(body).stream ? REFUSAL : answer,
            );
            await say(page, world.app.url, 'Hello!');
            await use(page, world.upstream.received(MODEL).at(-1));
        }),
    );
}

describe('apps', () => {
    before(async () => {
        world.upstream = await startUpstream();
        world.upstream.script('GET /v1/models', { body: { object: 'list', data: [] } });
        // Failures come as scripted, and not after retries.
        world.daemon = await startDaemon(world.upstream.url, { RETRY_MAX: 0 });
        world.app = await startSillyTavern(`${world.daemon.url}/v1`, MODEL);
        world.browser = await startBrowser();
    });

    after(async () => {
        await world.browser?.close();
        await world.app?.stop();
        await world.daemon?.stop();
        await world.upstream?.close();
    });

    test('nothing but loopback is in reach', () =>
        assert.deepEqual(Object.keys(networkInterfaces()), ['lo']));

    const whole = answers.reasoning;
    const [choice] = whole.choices;
    const text = {
        ...whole,
        choices: [{ ...choice, message: { role: 'assistant', content: TEXT } }],
    };
    play('a text', { delayMs: LATE_MS, body: text }, async (page) => {
        await untilFree(page);
        assert.equal(await shown(page, '.mes_text'), TEXT);
    });

    play('reasoning', { delayMs: LATE_MS, body: whole }, async (page) => {
        await untilFree(page);
        assert.equal(await shown(page, '.mes_text'), choice.message.content);
        await page.click('#chat .last_mes .mes_reasoning_header');
        assert.equal(await shown(page, '.mes_reasoning'), choice.message.reasoning_content.trim());
    });

    play('a failure at once', failure(429, 'too many for today'), async (page) => {
        assert.equal(await errorOf(page), 'too many for today');
        await untilFree(page);
    });

    const late = { delayMs: LATE_MS, ...failure(500, 'the machine is on fire') };
    play('a failure after the commit', late, async (page) => {
        assert.equal(await errorOf(page), 'the machine is on fire');
        await untilFree(page, 3000);
    });

    play('Stop', { delayMs: 60_000, body: whole }, async (page, record) => {
        await stop(page);
        const stoppedAt = performance.now();
        await record.closed;
        const tookMs = Math.round(record.leftAt - stoppedAt);
        assert.ok(tookMs < 1000, `the upstream worked on for ${tookMs} ms`);
        await untilFree(page);
    });

    test('the daemon met no bug of its own', () =>
        assert.doesNotMatch(world.daemon.output(), /^\s+at [\w.$/@]+\(/m));
});
