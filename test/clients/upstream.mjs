// A scripted upstream: it answers whole bodies by the model's name (or by "GET /path") and
// remembers its requests. Only this file plays the vendor in these checks.
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import { performance } from 'node:perf_hooks';

const MODEL_IN_FORM = /; name="model"\r\n(?:.+\r\n)*\r\n(.*)\r\n/;
const JSON_TYPE = { 'content-type': 'application/json' };

export async function startUpstream() {
    const scripts = new Map();
    const received = [];
    const arrivals = new EventEmitter().setMaxListeners(0);
    const server = http.createServer(async (request, response) => {
        const record = { method: request.method, url: request.url, headers: request.headers };
        record.body = Buffer.concat(await request.toArray());
        record.key = keyOf(record);
        record.closed = new Promise((resolve) => watchClose(response, record, resolve));
        received.push(record);
        arrivals.emit(record.key, record);
        const script = scripts.get(record.key) ?? unknown(record.key);
        play(typeof script === 'function' ? script(record) : script, response, record);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}`,

        /**
         * From now on `key` gets this answer: {status, headers, delayMs, body | hangUp}, or a
         * function of the request's record that returns one. A body is a text, bytes, or JSON.
         */
        script(key, answer) {
            scripts.set(key, answer);
        },

        /** Resolves with the record of the next request for `key`, once its body has arrived. */
        async next(key) {
            const [record] = await once(arrivals, key);
            return record;
        },

        /** The records of all requests for `key`, oldest first. */
        received(key) {
            return received.filter((record) => record.key === key);
        },

        async close() {
            server.closeAllConnections();
            server.close();
            await once(server, 'close');
        },
    };
}

/** The model's name in JSON or a form if there is one, otherwise method and path. */
function keyOf({ method, url, body }) {
    if (method !== 'POST') {
        return `${method} ${url}`;
    }
    try {
        return JSON.parse(body).model ?? `${method} ${url}`;
    } catch {
        return MODEL_IN_FORM.exec(body.toString('latin1'))?.[1] ?? `${method} ${url}`;
    }
}

/** `record.leftAt` stays undefined if the whole answer went out before the connection closed. */
function watchClose(response, record, resolve) {
    response.on('close', () => {
        if (!response.writableFinished) {
            record.leftAt = performance.now();
        }
        resolve(record);
    });
}

function play({ status = 200, headers = {}, delayMs = 0, body = '', hangUp }, response, record) {
    const answer = () => {
        if (hangUp) {
            response.destroy();
            return;
        }
        response.writeHead(status, { ...JSON_TYPE, ...headers });
        const ready = typeof body === 'string' || Buffer.isBuffer(body);
        response.end(ready ? body : JSON.stringify(body));
        record.answeredAt = performance.now();
    };
    if (delayMs === 0) {
        answer();
        return;
    }
    const timer = setTimeout(answer, delayMs);
    response.on('close', () => clearTimeout(timer));
}

function unknown(key) {
    const message = `no script for ${key}`;
    const error = { message, type: 'not_found_error', param: null, code: null };
    return { status: 404, body: { error } };
}
