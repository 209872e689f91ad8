// SillyTavern: its server over a directory of its own, and a person who chats in its page.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../clients/daemon.mjs';

const PACKAGE = fileURLToPath(new URL('node_modules/sillytavern', import.meta.url));
/** SillyTavern compiles its page over an empty directory, and draws it with all its extensions. */
const START_TIMEOUT_MS = 120_000;
const LOAD_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Where the page asks its server for an answer. */
const GENERATE = /\/api\/backends\/chat-completions\/generate$/;

/** Starts it before `base`, an API of OpenAI's kind, which it asks for `model`. */
export async function startSillyTavern(base, model) {
    const home = mkdtempSync(path.join(tmpdir(), 'fakestream-apps-'));
    // By then daemon.mjs has killed what was still running.
    process.on('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
    const config = path.join(home, 'config.yaml');
    copyFileSync(path.join(PACKAGE, 'default/config.yaml'), config);
    const user = path.join(home, 'default-user');
    mkdirSync(user);
    const write = (name, value) => writeFileSync(path.join(user, name), JSON.stringify(value));
    write('settings.json', settings(base, model));
    write('secrets.json', { api_key_custom: [{ id: '1', value: 'sk-client', active: true }] });
    const flags = ['--configPath', config, '--dataRoot', home, '--browserLaunchEnabled', 'false'];
    const server = path.join(PACKAGE, 'server.js');
    return startServer(process.execPath, [server, ...flags], START_TIMEOUT_MS);
}

/** What it begins with, and what a user would click: connect to `base`, and open a chat. */
function settings(base, model) {
    const file = path.join(PACKAGE, 'default/content/settings.json');
    const defaults = JSON.parse(readFileSync(file, 'utf8'));
    return {
        ...defaults,
        firstRun: false,
        main_api: 'openai',
        active_character: 'default_Seraphina.png',
        power_user: { ...defaults.power_user, auto_connect: true, auto_load_chat: true },
        oai_settings: {
            ...defaults.oai_settings,
            chat_completion_source: 'custom',
            custom_url: base,
            custom_model: model,
        },
    };
}

/** Opens the chat and says something. Returns when the answer's headers are there. */
export async function say(page, url, text) {
    await page.goto(url);
    await page.waitForSelector('#chat .mes', { timeout: LOAD_TIMEOUT_MS });
    await page.waitForSelector('#preloader', { state: 'detached' });
    await page.fill('#send_textarea', text);
    await Promise.all([page.waitForResponse(GENERATE), page.click('#send_but')]);
}

/** Presses Stop. Returns when the page has broken off what it asked for. */
export async function stop(page) {
    const isGenerate = (request) => GENERATE.test(request.url());
    await Promise.all([page.waitForEvent('requestfailed', isGenerate), page.click('#mes_stop')]);
}

/** Waits until nothing is generated any more, and something else could be said. */
export async function untilFree(page, timeout = ANSWER_TIMEOUT_MS) {
    const isFree = () => !document.body.dataset.generating;
    await page.waitForFunction(isFree, undefined, { timeout });
    await page.waitForSelector('#mes_stop', { state: 'hidden' });
    await page.waitForSelector('#send_but', { state: 'visible' });
}

/** What the chat's last message shows in an element of it. */
export function shown(page, selector) {
    return page.locator(`#chat .last_mes[is_user="false"] ${selector}`).innerText();
}

/** Waits for a notice of an error, and returns what it says. */
export function errorOf(page) {
    const notice = page.locator('.toast-error .toast-message').first();
    return notice.innerText({ timeout: ANSWER_TIMEOUT_MS });
}
