// Checks the path check through proxies that cut or buffer, and the page below a sub-path.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send, textOf, until } from './browser.mjs';
import { startProxy } from './proxy.mjs';

/** The demo's setting for these checks. */
export const BASE_PATH = '/left/on';

const PATHS = [
    [
        'nothing in the way',
        {},
        /^Streams survive a silence of 5 s, with and without heartbeats\.$/,
        [
            /^survived 6\.\d\d s; (?:[89]|1[01]) heartbeats$/,
            /^survived/,
            /^survived 6\.\d\d s; 0 heartbeats$/,
        ],
    ],
    [
        'what cuts a silence of 2 s',
        { cutAfterMs: 2000 },
        /^Silent streams are cut after [23]\.\d\d s\. Heartbeats prevent this/,
        [/^survived/, /^survived/, /^cut after [23]/],
    ],
    [
        'what buffers',
        { buffers: true },
        /^Streams survive[^]*\nSomething on the way buffers the stream: .* 6\.\d\d s late/,
        [/late$/, /late$/, /late$/],
    ],
];

export function pathChecks(world) {
    test('the path check finds what cuts and what buffers', () =>
        Promise.all(
            PATHS.map(([, harm, verdict, results]) =>
                through(world.daemon.url, harm, (url) =>
                    world.browser.visit(url, {}, async (page) => {
                        await page.click('#check');
                        await page.waitForFunction(
                            () => !document.getElementById('check').disabled,
                        );
                        assert.match(await textOf(page, '#verdict'), verdict);
                        const texts = await page.locator('#checks p').allInnerTexts();
                        results.forEach((result, n) => assert.match(texts[n], result));
                    }),
                ),
            ),
        ));

    test('the path check needs a key of the proxy where there are any, and can be stopped', () =>
        world.browser.visit(world.guarded.url, {}, async (page) => {
            await page.click('#check');
            await page.waitForFunction(() => !document.getElementById('check').disabled);
            assert.match(await textOf(page, '#verdict'), /^Refused\./);
            assert.match(await textOf(page, '#checks'), /refused: 401 the request has no API key/);
            await page.fill('#key', 'proxy-key-1');
            await page.click('#check');
            await page.waitForFunction(() =>
                /under way/.test(document.getElementById('checks').innerText),
            );
            await page.click('#check-stop');
            await page.waitForFunction(
                () => document.getElementById('verdict').innerText === 'Stopped.',
            );
        }));

    test('the page works below a sub-path', () =>
        through(world.demo.url, { prefix: '/some/where' }, (url) => checkPage(world, url, url)));

    test('the page works below BASE_PATH, also without the slash at its end', async () => {
        const url = `${world.demo.url}${BASE_PATH}`;
        await checkPage(world, url, `${url}/`);
    });
}

/** @param root where the page is, once the browser has followed a redirect */
async function checkPage(world, url, root) {
    await world.browser.visit(url, {}, async (page) => {
        await page.waitForFunction(() => document.getElementById('model').value === 'demo-long');
        await send(page, { model: 'demo-echo' });
        await until(page, 'Finished.');
        await page.click('#connect');
        assert.equal(await page.inputValue('#base'), `${root}v1`);
        assert.match(await textOf(page, '#code'), new RegExp(`${root}v1/chat/completions`));
    });
}

async function through(target, harm, use) {
    const proxy = await startProxy(target, harm);
    try {
        await use(proxy.url);
    } finally {
        await proxy.close();
    }
}
