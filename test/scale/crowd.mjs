// The clients of the rolling restart: streams that are held, each followed by the next, and beside
// them short requests with whole answers, on connections that are kept and on new ones.

import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const OPENING_PAUSE_MS = 10;
const LARGE = 200_000;

/** Clients of the balancer at a port, from `start` to the end of `finish`. */
export class Crowd {
    tally = { streams: 0, shorts: 0 };
    refused = [];
    broken = [];
    #port;
    #pauseMs;
    #kept = new http.Agent({ keepAlive: true });
    #going = true;
    #all = [];
    #turn = 0;

    constructor(port, pauseMs) {
        this.#port = port;
        this.#pauseMs = pauseMs;
    }

    /** Opens the streams one after another, for so many at once would be another test. */
    async start(streams) {
        for (let i = 0; i < streams; i += 1) {
            this.#all.push(this.#follow());
            await pause(OPENING_PAUSE_MS);
        }
        this.#all.push(this.#ask());
    }

    /** Opens nothing more, and waits for what is open. */
    async finish() {
        this.#going = false;
        await Promise.all(this.#all);
        this.#kept.destroy();
    }

    async #follow() {
        while (this.#going) {
            await this.#count('streams', 'a stream', { model: 'slow', stream: true }, isWholeStream);
        }
    }

    async #ask() {
        const asked = [];
        while (this.#going) {
            asked.push(this.#count('shorts', 'a request', { model: 'quick' }, isAnswer));
            await pause(this.#pauseMs);
        }
        await Promise.all(asked);
    }

    async #count(kind, name, body, isGood) {
        const outcome = await this.#post(body).catch((error) => ({ text: String(error) }));
        this.tally[kind] += 1;
        const said = `${name}: ${outcome.status} ${outcome.text.slice(-200)}`;
        if (outcome.status !== 200) {
            this.refused.push(said);
        } else if (!isGood(outcome.text)) {
            this.broken.push(said);
        }
    }

    /** Every other request has a connection of its own, and every fifth is a long one. */
    #post(body) {
        this.#turn += 1;
        const content = 'x'.repeat(this.#turn % 5 === 0 ? LARGE : 10);
        return new Promise((resolve, reject) => {
            const request = http.request({
                host: '127.0.0.1',
                port: this.#port,
                path: '/v1/chat/completions',
                method: 'POST',
                agent: this.#turn % 2 === 0 ? this.#kept : false,
                headers: {
                    Host: 'api.example.com',
                    Authorization: 'Bearer none',
                    'Content-Type': 'application/json',
                },
            }, (response) => {
                let text = '';
                response.setEncoding('utf8').on('data', (data) => { text += data; });
                response.on('end', () => resolve({ status: response.statusCode, text }));
                response.on('error', (error) => {
                    resolve({ status: response.statusCode, text: text + error });
                });
            });
            request.on('error', reject);
            request.end(JSON.stringify({ ...body, messages: [{ role: 'user', content }] }));
        });
    }
}

function isWholeStream(text) {
    return text.includes(': heartbeat') && text.includes('"finish_reason":"stop"')
        && text.endsWith('data: [DONE]\n\n') && !text.includes('"error"');
}

function isAnswer(text) {
    return text.includes('"content":"Hello."');
}
