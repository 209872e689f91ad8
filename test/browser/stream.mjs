// Checks how the page shows a request from start to end, and how the user stops it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers } from '../clients/answers.mjs';
import { send, textOf, ticks, until } from './browser.mjs';

export function streamChecks(world) {
    test('the ticks grow while the answer is awaited, and the answer follows', () =>
        visitDemo(world, async (page) => {
            await page.evaluate(() => {
                // On a busy machine, one of several pages can get no frame for seconds.
                window.requestAnimationFrame = (draw) =>
                    setTimeout(() => draw(performance.now()), 16);
                window.pictures = new Set();
                const [timeline, phase] = ['timeline', 'phase'].map((id) =>
                    document.getElementById(id),
                );
                new MutationObserver(() => {
                    if (phase.textContent === 'Waiting for the answer.') {
                        window.pictures.add(timeline.querySelector('.beats').getAttribute('d'));
                    }
                }).observe(timeline, { attributes: true, childList: true, subtree: true });
            });
            await send(page, { model: 'demo-tools' });
            await until(page, 'Finished.');
            const counts = await page.evaluate(() =>
                [...window.pictures].map((path) => path.split('M').length - 1),
            );
            for (const count of [1, 2, 3]) {
                assert.ok(counts.includes(count), counts.join());
            }
            assert.match(await textOf(page, '#answer'), /Tool call · get_weather · call_demo_1/);
            assert.match(await textOf(page, '#answer'), /東京/);
            assert.equal(await ticks(page, 'beats'), Number(await textOf(page, '#f-beats')));
            assert.match(await textOf(page, '#f-content'), /^[4-6]\.\d\d s$/);
            assert.match(await textOf(page, '#f-gap'), /^[12]\.\d\d s$/);
            assert.equal(await textOf(page, '#f-usage'), '5, 64');
        }));

    test('reasoning stands apart, and several choices do', () =>
        Promise.all([
            visitDemo(world, async (page) => {
                await send(page, { model: 'demo-reasoning' });
                await until(page, 'Finished.');
                assert.match(
                    await textOf(page, '.part.reasoning'),
                    /^Reasoning\s+The question was/,
                );
                assert.match(await textOf(page, '.part.text'), /^Forty-two\. 四十二。/);
            }),
            visitDemo(world, async (page) => {
                await send(page, { model: 'demo-choices', message: 'So' });
                await until(page, 'Finished.');
                const choices = await page.locator('.choice').allInnerTexts();
                assert.match(choices[0], /^Choice 0 · Text\s+One way to put it: So/);
                assert.match(choices[1], /^Choice 1 · Text\s+Another way to put it/);
            }),
        ]));

    test('an error after the commit, and one before it, say which they are', () =>
        Promise.all([
            visitDemo(world, async (page) => {
                await send(page, { model: 'demo-error' });
                await until(page, 'Failed.');
                const error = await textOf(page, '#error');
                assert.match(
                    error,
                    /^An error inside the stream\s+Status\s+200 OK\s+Type\s+server_error/,
                );
                assert.match(error, /The demo model fails on purpose/);
            }),
            visit({ ...world, daemon: world.patient }, async (page) => {
                const error = {
                    message: '<img src=x onerror=alert(1)>',
                    type: 'rate_limit_error',
                    code: 'slow',
                };
                const headers = { 'x-request-id': 'req_429', 'retry-after': '7' };
                world.upstream.script('early', { status: 429, headers, body: { error } });
                await send(page, { model: 'early' });
                await until(page, 'Failed.');
                const text = await textOf(page, '#error');
                for (const part of [
                    /^Refused before the stream began/,
                    /429/,
                    /rate_limit_error/,
                    /slow/,
                    /<img src=x/,
                    /Retry after\s+7/,
                    /req_429/,
                ]) {
                    assert.match(text, part);
                }
            }),
        ]));

    test('Stop and Esc end the request, upstream too, and the focus goes along', () =>
        visit(world, async (page) => {
            world.upstream.script('endless', { delayMs: 60_000 });
            for (const leave of [() => page.click('#stop'), () => page.keyboard.press('Escape')]) {
                const arrival = world.upstream.next('endless');
                await page.fill('#model', 'endless');
                await page.focus('#message');
                await page.keyboard.press('Control+Enter');
                await until(page, 'Waiting for the answer.');
                await leave();
                await until(page, 'Stopped.');
                const { leftAt } = await (await arrival).closed;
                assert.notEqual(leftAt, undefined);
                assert.equal(await page.locator('#send').isEnabled(), true);
                assert.equal(await page.locator('#error').isVisible(), false);
            }
            await page.focus('#send');
            await page.keyboard.press('Enter');
            await page.waitForFunction(() => document.activeElement.id === 'stop');
            await page.keyboard.press('Enter');
            await page.waitForFunction(() => document.activeElement.id === 'send');
        }));

    test('a stream that breaks off is no answer', () =>
        visit(world, async (page) => {
            world.upstream.script('hangs', { hangUp: true, delayMs: 1500 });
            await send(page, { model: 'hangs' });
            await until(page, 'Failed.');
            assert.match(
                await textOf(page, '#error'),
                /^An error inside the stream\s+Status\s+200 OK/,
            );
        }));

    test('the status line speaks when the phase changes, and at no other time', () =>
        visit(world, async (page) => {
            world.upstream.script('spoken', { body: answers.text, delayMs: 1500 });
            await page.evaluate(() => {
                window.spoken = [];
                new MutationObserver(() =>
                    window.spoken.push(document.getElementById('phase').textContent),
                ).observe(document.getElementById('phase'), {
                    childList: true,
                    characterData: true,
                    subtree: true,
                });
            });
            await send(page, { model: 'spoken' });
            await until(page, 'Finished.');
            assert.deepEqual(await page.evaluate(() => window.spoken), [
                'Waiting for the headers.',
                'Waiting for the answer.',
                'Receiving the answer.',
                'Finished.',
            ]);
        }));

    test('the language changes in the middle of a stream, and the page remembers it', () =>
        visit(world, async (page) => {
            world.upstream.script('spoken', { body: answers.text, delayMs: 1500 });
            await send(page, { model: 'spoken' });
            await until(page, 'Waiting for the answer.');
            await page.click('#zh');
            assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
            await until(page, '已完成。');
            assert.equal(await textOf(page, '#send'), '发送');
            await page.reload();
            assert.equal(await textOf(page, '#phase'), '就绪。');
            const english = await page.evaluate(() =>
                [...document.querySelectorAll('body *')]
                    .filter((node) => node.checkVisibility() && node.tagName !== 'TEXTAREA')
                    .flatMap((node) => [...node.childNodes])
                    .filter(
                        (node) =>
                            node.nodeType === 3 &&
                            /^[^\u2e80-\uffff]*[a-z]{3}[^\u2e80-\uffff]*$/i.test(node.data),
                    )
                    .map((node) => node.data.trim()),
            );
            assert.deepEqual(
                english.filter(
                    (text) =>
                        !/^(fakestream.*|English|API|JSON|(Chat c|C)ompletions|Responses|Messages|Images|Image edits|Speech|Transcriptions|api\/status|http:.*|demo-wait-\d+)$/.test(
                            text,
                        ),
                ),
                [],
            );
            await page.click('#en');
            assert.equal(await textOf(page, '#phase'), 'Ready.');
        }));

    test('the key is kept for the tab where that is asked for, and nowhere else', () =>
        visit(world, async (page) => {
            await page.reload();
            assert.equal(await page.inputValue('#key'), '');
            await page.fill('#key', 'sk-secret');
            await page.check('#keep');
            await page.reload();
            assert.equal(await page.inputValue('#key'), 'sk-secret');
            assert.equal(
                await page.evaluate(() => JSON.stringify(localStorage).includes('sk-secret')),
                false,
            );
            await page.uncheck('#keep');
            await page.reload();
            assert.equal(await page.inputValue('#key'), '');
        }));
}

/** The checks of a stream's times. */
export function timeChecks(world) {
    test('the tabs tell of the same stream, and move by the arrows', () =>
        visit(world, async (page) => {
            world.upstream.script('told', { body: answers.text, delayMs: 1100 });
            await send(page, { model: 'told' });
            await until(page, 'Finished.');
            await page.focus('#t-answer');
            await page.keyboard.press('ArrowRight');
            await page.waitForFunction(() =>
                document.getElementById('raw').innerText.includes('[DONE]'),
            );
            const raw = await textOf(page, '#raw');
            assert.match(raw, /^\+0\.\d\d\d s {2}⏎$/m);
            assert.match(raw, /^\+1\.\d\d\d s {2}data: \{"id":/m);
            assert.ok((await page.locator('#raw .comment').count()) >= 2);
            await page.keyboard.press('ArrowRight');
            const json = await textOf(page, '#json');
            assert.match(json, /Request\s+\{\s+"model": "told"/);
            assert.match(json, /"content-type": "text\/event-stream/);
            assert.match(json, /Answer, joined from the stream/);
            await page.keyboard.press('End');
            // The page fills the table a frame later.
            await page.locator('#times tbody tr', { hasText: /end\s*$/ }).waitFor();
            const rows = await page.locator('#times tbody tr').allInnerTexts();
            assert.match(rows[0], /^0 ms\s+0 ms\s+request sent/);
            assert.match(
                rows.join('\n'),
                /headers[^]*heartbeat 1\n[^]*heartbeat 2\n[^]*first content[^]*end/,
            );
            assert.equal(
                rows.filter((row) => /chunk \d+/.test(row)).length,
                Number(await textOf(page, '#f-chunks')),
            );
        }));
}

const visitDemo = ({ browser, demo }, use) =>
    browser.visit(demo.url, {}, async (page) => {
        await page.waitForFunction(() => document.getElementById('model').value === 'demo-long');
        await use(page);
    });

function visit({ browser, daemon }, use) {
    return browser.visit(daemon.url, {}, async (page) => {
        await page.fill('#key', 'sk-client');
        await use(page);
    });
}
