// A small reverse proxy between a page and the daemon that can cut or buffer responses.
import { once } from 'node:events';
import http from 'node:http';

/**
 * @param prefix the path under which it serves the daemon
 * @param cutAfterMs it cuts a response after a silence of this length
 * @param buffers it holds a response back until the response is complete
 */
export async function startProxy(target, { prefix = '', cutAfterMs, buffers = false }) {
    const server = http.createServer((request, response) => {
        if (!request.url.startsWith(prefix)) {
            response.writeHead(404).end();
            return;
        }
        const up = http.request(target + request.url.slice(prefix.length), {
            method: request.method,
            headers: request.headers,
        });
        up.on('error', () => response.destroy());
        response.on('close', () => up.destroy());
        up.on('response', (answer) => pass(answer, response, { cutAfterMs, buffers }));
        request.pipe(up);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}${prefix}/`,

        async close() {
            server.closeAllConnections();
            server.close();
            await once(server, 'close');
        },
    };
}

function pass(answer, response, { cutAfterMs, buffers }) {
    let timer;
    const heard = () => {
        clearTimeout(timer);
        timer = cutAfterMs && setTimeout(() => response.destroy(), cutAfterMs);
    };
    const held = [];
    const begin = () => {
        response.writeHead(answer.statusCode, answer.headers);
        response.flushHeaders();
    };
    if (!buffers) {
        begin();
        heard();
    }
    answer.on('data', (data) => {
        heard();
        if (buffers) {
            held.push(data);
        } else {
            response.write(data);
        }
    });
    answer.on('end', () => {
        clearTimeout(timer);
        if (buffers) {
            begin();
        }
        response.end(Buffer.concat(held));
    });
    answer.on('error', () => response.destroy());
    response.on('close', () => clearTimeout(timer));
}
