// A headless Chromium. Errors that a visited page logs fail the check.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** Chromium's own message if a response is an error or breaks off. */
const OF_THE_NETWORK = /^Failed to load resource: /;

export async function startBrowser() {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM,
        // Chromium has no sandbox as root, and a container has little shared memory.
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    /** Opens an empty page and closes it after `use`. */
    async function open(options, use) {
        const context = await browser.newContext({ locale: 'en-US', ...options });
        context.setDefaultTimeout(15_000);
        try {
            await use(await context.newPage());
        } finally {
            await context.close();
        }
    }
    return {
        open,

        /** Opens a page for `use`; fails on its errors, warnings and policy violations. */
        visit: (url, options, use) => open(options, (page) => watch(page, url, use)),

        close: () => browser.close(),
    };
}

async function watch(page, url, use) {
    const errors = [];
    page.on('console', (message) => {
        const text = message.text();
        if (['error', 'warning'].includes(message.type()) && !OF_THE_NETWORK.test(text)) {
            errors.push(text);
        }
    });
    page.on('pageerror', (error) => errors.push(error.stack));
    await page.addInitScript(() => {
        window.violations = [];
        document.addEventListener('securitypolicyviolation', (event) =>
            window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
        );
    });
    await page.goto(url);
    await use(page);
    errors.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(errors, []);
}

/** Fills in the fields and clicks Send. */
export async function send(page, fields = {}) {
    for (const [id, value] of Object.entries(fields)) {
        const isSelect = id === 'api';
        await (isSelect ? page.selectOption(`#${id}`, value) : page.fill(`#${id}`, value));
    }
    await page.click('#send');
}

/** Waits until the status line shows the phase. */
export function until(page, phase) {
    return page.waitForFunction(
        (text) => document.getElementById('phase').textContent === text,
        phase,
    );
}

export function textOf(page, selector) {
    return page.locator(selector).innerText();
}

/** The number of ticks in a line of the timeline. */
export function ticks(page, kind) {
    return page.evaluate(
        (name) =>
            (document.querySelector(`#timeline .${name}`)?.getAttribute('d') ?? '').split('M')
                .length - 1,
        kind,
    );
}
