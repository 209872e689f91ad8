// SillyTavern: its server with its own directory, and a person who chats in its page.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../clients/daemon.mjs';

const PACKAGE = fileURLToPath(new URL('node_modules/sillytavern', import.meta.url));
/** SillyTavern compiles its page when its directory is empty, and draws it with all extensions. */
const START_TIMEOUT_MS = 120_000;
const LOAD_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** The path where the page requests an answer from its server. */
const GENERATE = /\/api\/backends\/chat-completions\/generate$/;

/** Starts it with `base`, an API like OpenAI's, and with `model`. */
export async function startSillyTavern(base, model) {
    const home = mkdtempSync(path.join(tmpdir(), 'fakestream-apps-'));
    // By then, daemon.mjs has killed all running programs.
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

/** The first settings, and those that a user would click: connect to `base`, and open a chat. */
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

/** Opens the chat and sends a text. Returns once the answer's headers have arrived. */
export async function say(page, url, text) {
    await page.goto(url);
    await page.waitForSelector('#chat .mes', { timeout: LOAD_TIMEOUT_MS });
    await page.waitForSelector('#preloader', { state: 'detached' });
    await page.fill('#send_textarea', text);
    await Promise.all([page.waitForResponse(GENERATE), page.click('#send_but')]);
}

/** Presses Stop. Returns once the page has cancelled its request. */
export async function stop(page) {
    const isGenerate = (request) => GENERATE.test(request.url());
    await Promise.all([page.waitForEvent('requestfailed', isGenerate), page.click('#mes_stop')]);
}

/** Waits until no answer is being generated and the user can send again. */
export async function untilFree(page, timeout = ANSWER_TIMEOUT_MS) {
    const isFree = () => !document.body.dataset.generating;
    await page.waitForFunction(isFree, undefined, { timeout });
    await page.waitForSelector('#mes_stop', { state: 'hidden' });
    await page.waitForSelector('#send_but', { state: 'visible' });
}

/** The text of the chat's last message in one of its elements. */
export function shown(page, selector) {
    return page.locator(`#chat .last_mes[is_user="false"] ${selector}`).innerText();
}

/** Waits for an error notice, and returns its text. */
export function errorOf(page) {
    const notice = page.locator('.toast-error .toast-message').first();
    return notice.innerText({ timeout: ANSWER_TIMEOUT_MS });
}
