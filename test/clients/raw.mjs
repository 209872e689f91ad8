// The wire as plain fetch sees it: when the headers and each piece came, and how it ended.
import { performance } from 'node:perf_hooks';

export function rawChat(url, request, options) {
    return rawPost(`${url}/v1/chat/completions`, request, options);
}

export async function rawPost(url, request, options = {}) {
    const { signal, onPiece = () => {}, key = 'sk-client' } = options;
    const sentAt = performance.now();
    const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: typeof request === 'string' ? request : JSON.stringify(request),
        signal,
    });
    const { status, headers } = response;
    const seen = { status, headers, headersMs: performance.now() - sentAt, pieces: [] };
    try {
        for await (const bytes of response.body ?? []) {
            seen.pieces.push({ at: performance.now(), bytes: Buffer.from(bytes) });
            onPiece(seen);
        }
    } catch (error) {
        seen.error = error;
    }
    seen.bytes = Buffer.concat(seen.pieces.map((piece) => piece.bytes));
    seen.text = seen.bytes.toString('utf8');
    return seen;
}

/** The time of the first byte of the first `data:` line; comments before it do not count. */
export function firstDataAt({ pieces }) {
    let text = '';
    for (const { at, bytes } of pieces) {
        text += bytes.toString('latin1');
        if (/^data:/m.test(text)) {
            return at;
        }
    }
    return undefined;
}
