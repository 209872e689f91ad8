// Checks, without a browser, the modules that use no document, and the imports of all modules.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { messages } from '../clients/answers-messages.mjs';
import { responses } from '../clients/answers-responses.mjs';
import { answers } from '../clients/answers.mjs';

const PUBLIC = new URL('../../public/', import.meta.url);
const load = (name) => import(new URL(`${name}.js`, PUBLIC));
const [{ eventParser }, { APIS, errorOf }, { newRun, play }] = await Promise.all(
    ['sse', 'apis', 'run'].map(load),
);

/** Each module imports only modules before it in this list. */
const ORDER = ['words', 'sse', 'apis', 'run', 'dom', 'timeline', 'panes', 'path-check',
    'client-check', 'app'];
const PURE = ['words', 'sse', 'apis', 'run'];

export function moduleChecks() {
    test('the modules form a line, and the first of them touch no document', () => {
        const names = readdirSync(PUBLIC).filter((name) => name.endsWith('.js'));
        assert.deepEqual(names.sort(), ORDER.map((name) => `${name}.js`).sort());
        ORDER.forEach((name, at) => {
            const text = readFileSync(new URL(`${name}.js`, PUBLIC), 'utf8');
            for (const [, imported] of text.matchAll(/from '\.\/(.*)\.js'/g)) {
                assert.ok(ORDER.slice(0, at).includes(imported), `${name} imports ${imported}`);
            }
            if (PURE.includes(name)) {
                assert.doesNotMatch(text, /\b(document|window)\b/, name);
            }
        });
    });

    test('the parser reads the same from any pieces and with any line ends', () => {
        const text = ': beat\n\nevent: a\ndata: 1\ndata:2\n\n\n\ndata\n\nid: x\n\nrest';
        const expected = parsed([text]);
        assert.deepEqual(expected, {
            lines: [': beat', '', 'event: a', 'data: 1', 'data:2', '', '⏎', '', 'data', '',
                'id: x', ''],
            events: [['a', '1\n2'], ['', '']],
            rest: 'rest',
        });
        for (const end of ['\n', '\r\n', '\r']) {
            const ended = text.replaceAll('\n', end);
            assert.deepEqual(parsed([...ended]), expected);
            for (let at = 0; at < ended.length; at += 1) {
                assert.deepEqual(parsed([ended.slice(0, at), ended.slice(at)].filter(Boolean)),
                    expected);
            }
        }
    });

    test('each whole answer has its text, its calls and its end', () => {
        const all = [['chat', answers], ['responses', responses], ['messages', messages]];
        for (const [api, bodies] of all) {
            for (const [name, body] of Object.entries(bodies)) {
                const pieces = APIS[api].wholePieces(body);
                assert.equal(pieces.at(-1).kind, 'finish', name);
                const shown = pieces.map(({ text }) => text).join('');
                for (const text of textsOf(body)) {
                    assert.ok(shown.includes(text), `${api}, ${name}: ${text}`);
                }
                for (const { kind, name: called } of pieces) {
                    assert.equal(kind === 'call', called !== undefined, name);
                }
            }
        }
    });

    test('heartbeats of each API are told from content', () => {
        const delta = (it) => ({ choices: [{ index: 0, delta: it }] });
        assert.equal(APIS.chat.isHeartbeat(delta({}), undefined), true);
        assert.equal(APIS.chat.isHeartbeat(delta({ role: 'assistant' }), undefined), true);
        assert.equal(APIS.chat.isHeartbeat(delta({ content: 'a' }), undefined), false);
        assert.equal(APIS.chat.isHeartbeat({ choices: [], usage: {} }, undefined), false);
        assert.equal(APIS.completions.isHeartbeat({ choices: [{ text: '' }] }, undefined), true);
        assert.equal(APIS.responses.isHeartbeat({}, 'keepalive'), true);
        assert.equal(APIS.messages.isHeartbeat({}, 'ping'), true);
        assert.equal(APIS.messages.isHeartbeat({}, 'message_start'), false);
        assert.equal(APIS.images.isHeartbeat({}, 'keepalive'), true);
        for (const [api, member] of [['speech', 'audio'], ['transcriptions', 'delta']]) {
            assert.equal(APIS[api].isHeartbeat({ [member]: '' }, undefined), true);
            assert.equal(APIS[api].isHeartbeat({ [member]: 'YQ==' }, undefined), false);
            assert.equal(APIS[api].isHeartbeat({}, undefined), false);
        }
    });

    test('an error is read in the form of each API, and as plain text', () => {
        const error = { type: 't', code: 'c', message: 'm' };
        for (const form of [{ error }, { type: 'error', error }, { response: { error } }, error]) {
            const { type, code, message } = errorOf(JSON.stringify(form));
            assert.deepEqual({ type, code, message }, error);
        }
        assert.equal(errorOf('<html>Bad').message, '<html>Bad');
        assert.equal(errorOf('{"error":"gone"}').message, 'gone');
    });

    test('a run tells its phases and its error, and records what came', async () => {
        const chunk = (it) => `data: ${JSON.stringify({ choices: [{ index: 0, ...it }] })}\n\n`;
        const hello = chunk({ delta: { content: 'Hel' } }) + chunk({ delta: { content: 'lo' } });
        const end = `${chunk({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`;
        const whole = await played(`: beat\n\n${hello}${end}`, 'text/event-stream');
        assert.deepEqual(whole.told, ['phase waiting', 'phase answering', 'phase finished']);
        assert.deepEqual([...whole.run.parts.values()].map(({ text }) => text), ['Hello', 'stop']);
        assert.deepEqual([whole.run.heartbeat, whole.run.chunk], [1, 3]);
        assert.ok(whole.run.at.end >= whole.run.at.content);
        const cut = await played(hello, 'text/event-stream');
        assert.deepEqual(cut.told.slice(2), ['error cutShort', 'phase failed']);
        const early = await played('{"error": {"message": "no"}}', 'application/json', 429);
        assert.deepEqual(early.told, ['error early', 'phase failed']);
        assert.equal(early.run.error.rows.Message, 'no');
    });
}

const SHOWN = ['text', 'content', 'refusal', 'thinking', 'reasoning_content', 'arguments'];
/** Members that repeat other members, or belong to a token or a citation. */
const NOT_SHOWN = ['reasoning_details', 'logprobs', 'annotations', 'citations'];

/** All texts in a whole answer that the page has to show. */
function textsOf(value) {
    return Object.entries(Object(value)).flatMap(([name, it]) => {
        if (typeof it === 'string') return SHOWN.includes(name) ? [it] : [];
        return NOT_SHOWN.includes(name) ? [] : textsOf(it);
    });
}

function parsed(pieces) {
    const [lines, events] = [[], []];
    const take = eventParser((line) => lines.push(line), (...event) => events.push(event));
    pieces.forEach(take);
    return { lines, events, rest: take('') };
}

/** Plays a run with an immediate response; returns it and the changes that it reported. */
async function played(body, type, status = 200) {
    const told = [];
    const run = newRun('chat', {}, (what) =>
        told.push(`${what} ${what === 'phase' ? run.phase : run.error.kind}`));
    const { fetch } = globalThis;
    const headers = { 'content-type': type };
    globalThis.fetch = async () => new Response(body, { status, headers });
    try {
        await play(run, '');
    } finally {
        globalThis.fetch = fetch;
    }
    return { run, told };
}
