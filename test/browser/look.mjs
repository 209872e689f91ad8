// Checks the page at both widths, in both languages and both colour schemes, in each of its states.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import evaluator from 'csp_evaluator/dist/evaluator.js';
import finding from 'csp_evaluator/dist/finding.js';
import parser from 'csp_evaluator/dist/parser.js';
import { answers } from '../clients/answers.mjs';
import { send } from './browser.mjs';
import { barriers, flaws } from './looks.mjs';

const SCREENS = [1280, 390].flatMap((width) =>
    ['en-US', 'zh-CN'].flatMap((locale) =>
        ['light', 'dark'].map((colorScheme) => ({
            viewport: { width, height: 844 },
            locale,
            colorScheme,
        })),
    ),
);

export function lookChecks(world) {
    test('the policy has no finding of high severity', async () => {
        const response = await fetch(`${world.daemon.url}/`);
        const policy = new parser.CspParser(response.headers.get('content-security-policy')).csp;
        const findings = new evaluator.CspEvaluator(policy).evaluate();
        const high = findings.filter(({ severity }) => severity <= finding.Severity.HIGH_MAYBE);
        assert.deepEqual(
            high.map(({ description }) => description),
            [],
        );
    });

    for (const screen of SCREENS) {
        const {
            viewport: { width },
            locale,
            colorScheme,
        } = screen;
        test(`nothing is cut, overlaps or bars: ${width} px, ${locale}, ${colorScheme}`, () =>
            world.browser.visit(world.daemon.url, screen, (page) => inEveryState(world, page)));
    }

    test('motion rests where that is asked for', () =>
        world.browser.visit(world.daemon.url, { reducedMotion: 'reduce' }, async (page) => {
            world.upstream.script('endless', { delayMs: 60_000 });
            await page.fill('#key', 'sk-client');
            await send(page, { model: 'endless' });
            await page.waitForFunction(() => document.querySelector('.lamp.waiting'));
            assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
            await page.click('#stop');
        }));

    test('the colours can be chosen, and stay', () =>
        world.browser.visit(world.daemon.url, {}, async (page) => {
            const ground = () =>
                page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            const light = await ground();
            await page.selectOption('#theme', 'dark');
            assert.notEqual(await ground(), light);
            await page.reload();
            assert.notEqual(await ground(), light);
        }));
}

async function inEveryState({ upstream }, page) {
    const look = async (state, whole = true) => {
        assert.deepEqual(await flaws(page), [], state);
        if (whole) {
            assert.deepEqual(await barriers(page), [], state);
        }
    };
    const error = { message: `It failed: ${'long'.repeat(60)}`, type: 'server_error', code: 'c' };
    upstream.script('endless', { delayMs: 60_000 });
    upstream.script('fails', {
        status: 400,
        headers: { 'x-request-id': 'r'.repeat(60) },
        body: { error },
    });
    upstream.script('answers', { body: answers.text, delayMs: 700 });
    await look('at rest');
    await page.click('summary');
    await page.fill('#extra', '{');
    await look('with a wrong extra', false);
    await page.fill('#extra', '');
    await page.fill('#key', 'sk-client');
    await send(page, { model: 'endless' });
    await page.waitForFunction(() =>
        document.querySelector('#timeline .beats')?.getAttribute('d').includes('M'),
    );
    await look('waiting');
    await page.click('#stop');
    await send(page, { model: 'fails' });
    await page.waitForSelector('.lamp.failed');
    await look('failed');
    await send(page, { model: 'answers' });
    await page.waitForSelector('.lamp.finished');
    for (const tab of ['raw', 'json', 'times', 'answer']) {
        await page.click(`#t-${tab}`);
        await look(tab, false);
    }
    await page.click('#check');
    await page.waitForFunction(() =>
        document.querySelector('#checks .beats')?.getAttribute('d').includes('M'),
    );
    await look('checking the path', false);
    await page.click('#check-stop');
    await page.waitForFunction(() => !document.getElementById('check').disabled);
    await page.click('#watch');
    await page.locator('#seen-rows .good, #seen-rows .bad').first().waitFor();
    await look('watching clients');
    await page.click('#watch-stop');
    await page.click('#connect');
    await look('the dialog');
}
