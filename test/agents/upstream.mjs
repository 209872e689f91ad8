// The upstream of one run: it refuses to stream, answers whole, and counts its requests.
import { once } from 'node:events';
import http from 'node:http';
import { apiAt } from './apis.mjs';

// The agent reads this file; its content in a request marks the second turn.
export const NOTE = 'fakestream-note-4711';
export const ANSWER = 'The note says 你好，世界 👩‍👩‍👧‍👦 — naïve 𝄞 日本語 🇨🇭 done.';

const SIDE_ANSWER = 'A short title';

/**
 * An upstream for one agent. A turn takes `delayMs`; `tool` is [name, arguments] of the call in the
 * first answer; `failure` ({status, message}) replaces every answer.
 */
export async function startUpstream({ delayMs, tool, failure }) {
    const asked = { turns: [], sides: 0, refused: 0 };
    let begin;
    const begun = new Promise((resolve) => {
        begin = resolve;
    });

    function answerTurn(response, api, body, turn) {
        asked.turns.push(turn);
        begin();
        const timer = setTimeout(() => {
            if (failure !== undefined) {
                fail(response, api, failure);
            } else if (turn === 2) {
                send(response, 200, api.text(ANSWER));
            } else {
                callTool(response, api, api.tools(body));
            }
        }, delayMs);
        response.once('close', () => clearTimeout(timer));
    }

    function callTool(response, api, offered) {
        if (offered.includes(tool[0])) {
            send(response, 200, api.toolCall(...tool));
        } else {
            const message = `There is no ${tool[0]} among ${offered.join(', ')}.`;
            fail(response, api, { status: 400, message });
        }
    }

    const server = http.createServer(async (request, response) => {
        const text = Buffer.concat(await request.toArray()).toString();
        const { pathname } = new URL(request.url, 'http://upstream');
        const api = request.method === 'POST' && apiAt(pathname);
        if (!api) {
            send(response, 404, { error: { message: `There is no ${pathname} here.` } });
            return;
        }
        const body = JSON.parse(text);
        if (body.stream === true || pathname.includes(':stream')) {
            asked.refused += 1;
            fail(response, api, { status: 400, message: 'This model does not stream.' });
        } else if (api.tools(body).length === 0) {
            asked.sides += 1;
            send(response, 200, api.text(SIDE_ANSWER));
        } else {
            answerTurn(response, api, body, text.includes(NOTE) ? 2 : 1);
        }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        url: `http://127.0.0.1:${server.address().port}`,

        /** The requests so far: the turns in order (1 or 2), the side calls, and the streams. */
        asked,

        /** Resolves at the first turn. */
        begun,

        async close() {
            server.closeAllConnections();
            server.close();
            await once(server, 'close');
        },
    };
}

function fail(response, api, failure) {
    send(response, failure.status, api.error(failure));
}

function send(response, status, body) {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
}
