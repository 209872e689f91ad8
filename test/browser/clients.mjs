// Checks the client check: how the page shows other programs' requests to the daemon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answers } from '../clients/answers.mjs';
import { textOf } from './browser.mjs';

export function clientChecks(world) {
    test('the client check says of a client which beats it gets, and that it stayed', () =>
        world.browser.visit(world.daemon.url, {}, async (page) => {
            world.upstream.script('slow', { body: answers.text, delayMs: 4000 });
            const asked = countLooks(page);
            await page.locator('#own').scrollIntoViewIfNeeded();
            await page.waitForTimeout(2500);
            assert.equal(asked(), 0, 'nobody wanted to see anything');
            await page.click('#watch');
            await told(page, /^No streaming request yet\.$|: /);
            const answer = ask(world.daemon.url, 'slow');
            const row = page.locator('#seen-rows tr', { hasText: 'slow' }).first();
            await row.getByText(/^waiting for \d\.\d\d s so far: \d+ heartbeats, 0 with/).waitFor();
            assert.equal(await textOf(page, '#told'), 'opencode is waiting.');
            assert.match(await row.innerText(), /opencode\s+opencode\/1\.18 check/);
            assert.match(await row.innerText(), /slow\s+\/v1\/chat\/completions/);
            await (await answer).text();
            await told(page, /^opencode: stayed 4\.\d\d s: [789] heartbeats, 0 with data$/);
            await page.click('#watch-stop');
            const looks = asked();
            await page.waitForTimeout(2500);
            assert.equal(asked(), looks, 'the user wanted to see no more');
        }));

    test('the client check says when a client left, in Chinese too', () =>
        world.browser.visit(world.daemon.url, {}, async (page) => {
            world.upstream.script('endless', { delayMs: 60_000 });
            await page.click('#watch');
            const leaving = new AbortController();
            await ask(world.daemon.url, 'endless', leaving.signal);
            await told(page, /^opencode is waiting\.$/);
            leaving.abort();
            await told(page, /^opencode: left after \d+\.\d\d s: \d+ heartbeats, 0 with data$/);
            await page.click('#zh');
            await told(page, /^opencode: \d+\.\d\d s 后离开：\d+ 次心跳，其中 0 次带数据$/);
        }));

    test('the client check needs a key of the proxy where there are any', () =>
        world.browser.visit(world.guarded.url, {}, async (page) => {
            const asked = countLooks(page);
            await page.click('#watch');
            await told(page, /^Refused\. .* enter one of them above\.$/);
            assert.equal(await page.locator('#watch').isEnabled(), true);
            await page.waitForTimeout(2500);
            assert.equal(asked(), 1);
            await page.fill('#key', 'proxy-key-1');
            await page.click('#watch');
            await told(page, /^No streaming request yet\.$|: /);
        }));

    test('what a client needs is copied by a click', () =>
        world.browser.visit(world.daemon.url, { permissions: ['clipboard-read', 'clipboard-write'] },
            async (page) => {
                for (const text of [`${world.daemon.url}/v1`, 'demo-wait-130']) {
                    await page.getByRole('button', { name: text, exact: true }).click();
                    await told(page, /^Copied\.$/);
                    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
                }
            }));
}

/** Waits until the status of the section matches. */
async function told(page, pattern) {
    await page.locator('#told', { hasText: pattern }).waitFor();
}

/** Counts the page's requests for the list from now on; the result returns the count. */
function countLooks(page) {
    let count = 0;
    page.on('request', (request) => {
        count += request.url().endsWith('/api/clients') ? 1 : 0;
    });
    return () => count;
}

/** Requests a stream as opencode; resolves when the response's headers arrive. */
function ask(url, model, signal) {
    return fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
            'Content-Type': 'application/json',
            Authorization: 'Bearer sk-client',
            'User-Agent': 'opencode/1.18 check',
        },
        body: JSON.stringify({
            model,
            stream: true,
            messages: [{ role: 'user', content: 'Hi' }],
        }),
        signal,
    });
}
