// Checks images, speech and transcriptions: what the page sends, shows and plays.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { send, textOf, ticks, until } from './browser.mjs';
import { barriers, flaws } from './looks.mjs';

const FILE = { name: 'näh.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF\r\n--\r\n') };
/** The smallest GIF: one pixel. */
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const painted = (image) => ({ body: { created: 1, data: [image] } });
const TRANSCRIPT = 'I see skies of blue.';

/** Each API: {api, path, file: the member that holds its file, shows(page)}. */
const APIS = [
    { api: 'images', path: '/v1/images/generations', shows: showsImage },
    { api: 'edits', path: '/v1/images/edits', file: 'image', shows: showsImage },
    { api: 'speech', path: '/v1/audio/speech', shows: showsSound },
    {
        api: 'transcriptions',
        path: '/v1/audio/transcriptions',
        file: 'file',
        shows: async (page) => assert.match(await textOf(page, '.part.text'), /^Forty-two\./),
    },
];

async function showsImage(page) {
    const image = page.getByRole('img', { name: 'Image' });
    await image.evaluate((node) => node.decode());
    assert.equal(await image.evaluate((node) => node.naturalWidth), 256);
    assert.equal(await image.isVisible(), true);
    assert.match(await textOf(page, '.part.image pre'), /^Forty-two\./);
}

async function showsSound(page) {
    const sound = page.locator('audio');
    assert.equal(await sound.isVisible(), true);
    await page.waitForFunction(() => document.querySelector('audio').duration > 0);
    await sound.evaluate((node) => node.play());
    await page.waitForFunction(() => document.querySelector('audio').ended);
}

export function mediaChecks(world) {
    for (const { api, file, shows } of APIS) {
        for (const width of [1280, 390]) {
            test(`the demo's ${api} arrive after heartbeats at ${width} px`, () =>
                visit(world.demo, world, { viewport: { width, height: 844 } }, async (page) => {
                    await page.selectOption('#api', api);
                    if (file) {
                        await page.setInputFiles('#file', FILE);
                    }
                    for (const streams of [true, false]) {
                        await page.setChecked('#stream', streams);
                        await send(page, { model: 'demo-reasoning' });
                        await until(page, 'Finished.');
                        await shows(page);
                        const beats = Number(await textOf(page, '#f-beats'));
                        assert.ok(streams ? beats >= 3 : beats === 0, `${beats} beats`);
                        assert.equal(await ticks(page, 'beats'), beats);
                        assert.ok((await ticks(page, 'chunks')) >= (streams ? 1 : 0));
                        assert.deepEqual(await flaws(page), []);
                        assert.deepEqual(await barriers(page), []);
                    }
                }));
        }
    }

    test('several images stand one below the other, and leave with their run', () =>
        visit(world.demo, world, {}, async (page) => {
            await send(page, { api: 'images', model: 'demo-choices' });
            await until(page, 'Finished.');
            await page.waitForFunction(() =>
                [...document.images].filter((it) => it.naturalWidth === 256).length === 2);
            const source = await page.evaluate(() => document.images[0].src);
            await page.click('#clear');
            assert.equal(await page.locator('#answer img').count(), 0);
            assert.equal(
                await page.evaluate(
                    (src) =>
                        new Promise((resolve) => {
                            const image = new Image();
                            image.onload = () => resolve('loaded');
                            image.onerror = () => resolve('gone');
                            image.src = src;
                        }),
                    source,
                ),
                'gone',
            );
        }));

    test('the upstream gets what each API needs, and the file as it is', () =>
        visit(world.daemon, world, {}, async (page) => {
            await page.fill('#key', 'sk-client');
            await page.click('summary');
            const texts = { system: 'Be brief.', extra: '{"user": "me", "include": ["logprobs"]}' };
            const bodies = {
                images: painted({ b64_json: GIF }),
                edits: painted({ b64_json: GIF }),
                speech: { headers: { 'content-type': 'audio/mpeg' }, body: 'no sound' },
                transcriptions: { body: { text: TRANSCRIPT } },
            };
            const prompt = 'Be brief.\n\nHi';
            const members = {
                images: { prompt },
                edits: { prompt },
                speech: { voice: 'alloy', instructions: 'Be brief.', input: 'Hi' },
                transcriptions: { prompt: 'Be brief.' },
            };
            for (const { api, path, file } of APIS) {
                const model = `page ${api}`;
                world.upstream.script(model, bodies[api]);
                const arrival = world.upstream.next(model);
                await page.selectOption('#api', api);
                assert.equal(await page.locator('#message').isVisible(), api !== 'transcriptions');
                if (file) {
                    await page.setInputFiles('#file', FILE);
                } else {
                    await page.fill('#message', 'Hi');
                }
                await send(page, { model, ...texts });
                await until(page, 'Finished.');
                const { url, headers, body } = await arrival;
                assert.equal(url, path);
                assert.equal(headers.authorization, 'Bearer sk-client');
                const expected = { model, ...members[api], user: 'me' };
                if (!file) {
                    assert.deepEqual(JSON.parse(body), { ...expected, include: ['logprobs'] });
                    continue;
                }
                const form = await new Response(body, { headers }).formData();
                const { [file]: sent, ...others } = Object.fromEntries(form);
                // A browser ends the lines of a form with CRLF.
                const lines = { prompt: expected.prompt.replaceAll('\n', '\r\n') };
                assert.deepEqual(others, { ...expected, ...lines, 'include[]': 'logprobs' });
                assert.equal(sent.name, FILE.name);
                assert.ok(Buffer.from(await sent.arrayBuffer()).equals(FILE.buffer));
            }
            assert.equal(await textOf(page, '.part.text pre'), TRANSCRIPT);
            await page.click('#t-json');
            assert.match(await textOf(page, '#json'), /File\s+\{\s+"name": "näh\.wav"/);
        }));

    test('an address or a task in place of an image is shown as text, and not loaded', () =>
        visit(world.daemon, world, {}, async (page) => {
            await page.fill('#key', 'sk-client');
            const url = 'https://images.invalid/1.png';
            world.upstream.script('address', painted({ url }));
            await send(page, { api: 'images', model: 'address' });
            await until(page, 'Finished.');
            assert.equal(await textOf(page, '.part.other pre'), url);
            world.upstream.script('task', { body: { task_id: 'task-1' } });
            await send(page, { api: 'images', model: 'task' });
            await until(page, 'Finished.');
            assert.equal(await textOf(page, '.part.other pre'), '{"task_id":"task-1"}');
        }));

    test('without a file, nothing is sent, and the page says why', () =>
        visit(world.daemon, world, {}, async (page) => {
            await send(page, { api: 'transcriptions', model: 'none' });
            assert.equal(await textOf(page, '#file-note'), 'Choose a file.');
            assert.equal(await page.getAttribute('#file', 'aria-invalid'), 'true');
            assert.equal(await textOf(page, '#phase'), 'Ready.');
            assert.deepEqual(await barriers(page), []);
            await page.setInputFiles('#file', FILE);
            assert.equal(await textOf(page, '#file-note'), '');
            assert.equal(await page.getAttribute('#file', 'aria-invalid'), 'false');
        }));

    test('the code calls the method of each API, and its JavaScript is whole', () =>
        visit(world.daemon, world, {}, async (page) => {
            const methods = {
                images: 'images.generate(',
                edits: 'images.edit(',
                speech: 'audio.speech.create(',
                transcriptions: 'audio.transcriptions.create(',
            };
            for (const { api, path, file } of APIS) {
                await page.selectOption('#api', api);
                await page.click('#connect');
                await page.click('#t-curl');
                const curl = await textOf(page, '#code');
                assert.ok(curl.includes(`${path}'`), curl);
                assert.equal(curl.includes(`-F ${file}=@FILE`), Boolean(file));
                await page.click('#t-python');
                const python = await textOf(page, '#code');
                assert.ok(python.includes(methods[api]), python);
                assert.equal(python.includes(`, ${file}=open("FILE", "rb")`), Boolean(file));
                await page.click('#t-javascript');
                const javascript = await textOf(page, '#code');
                assert.ok(javascript.includes(methods[api]), javascript);
                const checked = spawnSync(process.execPath,
                    ['--input-type=module', '--check'], { input: javascript, encoding: 'utf8' });
                assert.equal(checked.status, 0, `${checked.stderr}${javascript}`);
                await page.keyboard.press('Escape');
            }
        }));
}

function visit(daemon, { browser }, options, use) {
    return browser.visit(daemon.url, options, use);
}
