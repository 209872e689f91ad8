// A headless Chromium, and pages in it that tell of every error of their own.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

/** What Chromium itself says where a response is an error or breaks off. */
const OF_THE_NETWORK = /^Failed to load resource: /;

export async function startBrowser() {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM,
        // Root has no sandbox, and a container's shared memory is small.
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    /** Opens an empty page, and closes it behind `use`. */
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

        /** Opens a page, gives it to `use`, and fails where it met an error that is its own. */
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

/** Sends, with these fields filled in. */
export async function send(page, fields = {}) {
    for (const [id, value] of Object.entries(fields)) {
        const isSelect = id === 'api';
        await (isSelect ? page.selectOption(`#${id}`, value) : page.fill(`#${id}`, value));
    }
    await page.click('#send');
}

/** Waits until the status line says this. */
export function until(page, phase) {
    return page.waitForFunction(
        (text) => document.getElementById('phase').textContent === text,
        phase,
    );
}

export function textOf(page, selector) {
    return page.locator(selector).innerText();
}

/** How many ticks a line of the timeline has. */
export function ticks(page, kind) {
    return page.evaluate(
        (name) =>
            (document.querySelector(`#timeline .${name}`)?.getAttribute('d') ?? '').split('M')
                .length - 1,
        kind,
    );
}
