// Makes the README's pictures with the browser that checks the page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { send, until } from './browser.mjs';
import { smaller } from './png.mjs';

const DIRECTORY = new URL('screenshots/', import.meta.url);
const MOST_BYTES = 60 * 1024;

/** Each picture: its name, its screen, and the phase of its stream. */
const SHOTS = [
    ['rest', { viewport: { width: 1200, height: 780 } }, null],
    ['stream', { viewport: { width: 1200, height: 780 } }, 'Receiving the answer.'],
    ['dark', { viewport: { width: 1200, height: 780 }, colorScheme: 'dark' }, 'Finished.'],
    ['phone', { viewport: { width: 390, height: 780 } }, 'Finished.'],
];

export function shots(world) {
    test('the pictures for the README are small', async () => {
        const { browser, demo } = world;
        mkdirSync(DIRECTORY, { recursive: true });
        await Promise.all(
            SHOTS.map(([name, screen, phase]) =>
                browser.visit(demo.url, screen, async (page) => {
                    await page.waitForFunction(
                        () => document.getElementById('model').value === 'demo-long',
                    );
                    if (phase) {
                        await send(page);
                        await until(page, phase);
                        await page.waitForFunction(
                            () =>
                                document.querySelector('#timeline .chunks').getAttribute('d')
                                    .length > 60,
                        );
                    }
                    const picture = smaller(await page.screenshot());
                    assert.ok(picture.length < MOST_BYTES, `${name}: ${picture.length} bytes`);
                    writeFileSync(new URL(`${name}.png`, DIRECTORY), picture);
                }),
            ),
        );
    });
}
