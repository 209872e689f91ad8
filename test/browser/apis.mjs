// Checks the APIs of texts: the page's requests, its reading of their streams, and its code.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { messages } from '../clients/answers-messages.mjs';
import { responses } from '../clients/answers-responses.mjs';
import { answers } from '../clients/answers.mjs';
import { send, textOf, until } from './browser.mjs';

const COMPLETION = {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text: 'Said at once.', finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 },
};

const APIS = [
    ['chat', '/v1/chat/completions', answers.text, 'messages'],
    ['completions', '/v1/completions', COMPLETION, 'prompt'],
    ['responses', '/v1/responses', responses.text, 'input'],
    ['messages', '/v1/messages', messages.text, 'max_tokens'],
];

export function apiChecks(world) {
    for (const [api, path, body, member] of APIS) {
        for (const streams of [true, false]) {
            test(`${api} ${streams ? 'as a stream' : 'whole'}`, () =>
                visit(world, async (page) => {
                    const model = `${api} ${streams}`;
                    world.upstream.script(model, { body, delayMs: streams ? 1200 : 0 });
                    const arrival = world.upstream.next(model);
                    await page.click('summary');
                    await page.setChecked('#stream', streams);
                    await send(page, { api, model, system: 'Be brief.', extra: '{"user": "me"}' });
                    await until(page, 'Finished.');
                    const { url, headers, body: bytes } = await arrival;
                    const sent = String(bytes);
                    assert.equal(url, path);
                    assert.equal(
                        headers.authorization ?? headers['x-api-key'],
                        api === 'messages' ? 'sk-client' : 'Bearer sk-client',
                    );
                    assert.equal(JSON.parse(sent).user, 'me');
                    assert.ok(member in JSON.parse(sent));
                    assert.match(sent, /Be brief\./);
                    await assertShown(page, body, streams);
                }));
        }
    }

    test('tool calls and reasoning of responses and messages stand apart', () =>
        Promise.all(
            [
                ['responses', responses],
                ['messages', messages],
            ].map(([api, kinds]) =>
                visit(world, async (page) => {
                    for (const [kind, body] of Object.entries(kinds)) {
                        const shown = {};
                        for (const streams of [true, false]) {
                            world.upstream.script(`${api} ${kind}`, { body });
                            await page.setChecked('#stream', streams);
                            await send(page, { api, model: `${api} ${kind}` });
                            await page.waitForFunction(
                                () => !document.getElementById('send').disabled,
                            );
                            assert.equal(await textOf(page, '#phase'), 'Finished.', kind);
                            shown[streams] = (
                                await page
                                    .locator('.part:is(.text, .reasoning, .call)')
                                    .allInnerTexts()
                            ).map((text) => text.replace(/\s+/g, ' ').trim());
                        }
                        assert.equal(shown[true].length, shown[false].length, `${api}: ${kind}`);
                    }
                }),
            ),
        ));

    test('what is no JSON object is told where it stands, and nothing is sent', () =>
        visit(world, async (page) => {
            await page.click('summary');
            await send(page, { extra: '[1' });
            assert.match(await textOf(page, '#extra-note'), /^This is not a JSON object\./);
            assert.equal(await page.getAttribute('#extra', 'aria-invalid'), 'true');
            assert.equal(await textOf(page, '#phase'), 'Ready.');
        }));

    test('the code sends what the page would, with the variable for a key', () =>
        visit(world, async (page) => {
            const message = 'It\'s "quoted"\n$HOME `x` \\ 好';
            await page.fill('#message', message);
            for (const [api, path] of APIS) {
                await page.selectOption('#api', api);
                await page.click('#connect');
                await page.click('#t-curl');
                const [url, ...args] = words(await textOf(page, '#code'));
                assert.ok(url.endsWith(path), url);
                assert.ok(
                    args.includes(
                        api === 'messages' ? 'x-api-key: sk-var' : 'Authorization: Bearer sk-var',
                    ),
                    args.join(),
                );
                assert.ok(args.at(-1).includes(JSON.stringify(message)), args.at(-1));
                JSON.parse(args.at(-1));
                for (const lang of ['python', 'javascript']) {
                    await page.click(`#t-${lang}`);
                    const code = await textOf(page, '#code');
                    assert.match(code, /environ\["OPENAI_API_KEY"\]|process\.env\.OPENAI_API_KEY/);
                    assert.match(code, /create\(/);
                    assert.doesNotMatch(code, /sk-client/);
                }
                await page.keyboard.press('Escape');
                await page.waitForFunction(() => document.activeElement.id === 'connect');
            }
        }));
}

/** Splits a curl command line as a shell does; the URL is the first word. */
function words(code) {
    const script = code.replace(/^curl -N/, "printf '%s\\0'");
    const env = { ...process.env, OPENAI_API_KEY: 'sk-var' };
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env });
    return stdout.split('\0').slice(0, -1);
}

async function assertShown(page, body, streams) {
    const whole = JSON.stringify(body);
    const shown = await textOf(page, '.part.text pre');
    const inside = JSON.stringify(shown.trim()).slice(1, -1).slice(0, 12);
    assert.ok(inside.length > 4 && whole.includes(inside), shown);
    assert.match(await textOf(page, '#f-usage'), /^\d+, \d+$/);
    assert.ok(streams ? Number(await textOf(page, '#f-beats')) >= 1 : true);
    assert.match(await textOf(page, '#answer'), /Ended with \w+/);
}

function visit({ browser, daemon }, use) {
    return browser.visit(daemon.url, {}, async (page) => {
        await page.fill('#key', 'sk-client');
        await use(page);
    });
}
