// The clients of the rolling restart: held streams, each followed by the next, and beside them
// short requests with whole answers, on kept and on new connections.

import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const LARGE = 200_000;
const now = () => performance.now();

/** Clients of the balancer at a port, from `start` to the end of `finish`. */
export class Crowd {
    tally = { streams: 0, shorts: 0 };
    postponed = [];
    refused = [];
    broken = [];
    silent = [];
    #port;
    #pauseMs;
    #slowMs;
    #kept = new http.Agent({ keepAlive: true });
    #going = true;
    #all = [];
    #turn = 0;

    /** A request comes every `pauseMs`; the upstream takes `slowMs` to answer a stream. */
    constructor(port, pauseMs, slowMs) {
        this.#port = port;
        this.#pauseMs = pauseMs;
        this.#slowMs = slowMs;
    }

    /** Opens the streams one after another, so that at every moment some have just begun. */
    async start(streams) {
        for (let i = 0; i < streams; i += 1) {
            this.#all.push(this.#follow());
            await pause(this.#slowMs / streams);
        }
        this.#all.push(this.#ask());
    }

    /** Opens nothing more, and waits for the open requests. */
    async finish() {
        this.#going = false;
        await Promise.all(this.#all);
        this.#kept.destroy();
    }

    /** The status of the response to a request for a model. */
    async status(model) {
        return (await this.#post({ model })).status;
    }

    async #follow() {
        const body = { model: `after-${this.#slowMs}`, stream: true };
        while (this.#going) {
            const { status, retryAfter, beats, ended }
                = await this.#count('streams', body, isWholeStream);
            if (status !== 200) {
                await pause(1000 * (retryAfter ?? 1));
            } else if (!(ended - beats[1] > this.#slowMs / 4)) {
                // Two beats: the first may come with the headers even if others are held back.
                this.silent.push(`${beats.map((beat) => (beat - ended).toFixed())} ms`);
            }
        }
    }

    async #ask() {
        const asked = [];
        while (this.#going) {
            asked.push(this.#count('shorts', { model: 'after-0' }, isAnswer));
            await pause(this.#pauseMs);
        }
        await Promise.all(asked);
    }

    async #count(kind, body, isGood) {
        const outcome = await this.#post(body).catch((error) => ({ text: String(error) }));
        this.tally[kind] += 1;
        const { status, retryAfter, text } = outcome;
        const said = `one of the ${kind}: ${status} ${text.slice(-200)}`;
        if (status >= 500 && retryAfter !== undefined) {
            this.postponed.push(said);
        } else if (status !== 200) {
            this.refused.push(said);
        } else if (!isGood(text)) {
            this.broken.push(said);
        }
        return outcome;
    }

    /** Every other request has its own connection, and every fifth has a long body. */
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
                const { statusCode: status, headers: { 'retry-after': retryAfter } } = response;
                const beats = [];
                let text = '';
                const end = (why) => {
                    resolve({ status, retryAfter, text: text + why, beats, ended: now() });
                };
                response.setEncoding('utf8').on('data', (data) => {
                    text += data;
                    if (data.includes(': heartbeat')) {
                        beats.push(now());
                    }
                });
                response.on('end', () => end('')).on('error', end);
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
