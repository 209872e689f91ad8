// Gemini through @google/genai. The package accumulates nothing, so its chunks are folded here and
// compared with its reading of the whole answer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, GoogleGenAI } from '@google/genai';
import { blocked, candidates } from './answers-gemini.mjs';
import { rejection } from './failures.mjs';
import { rawPost } from './raw.mjs';
import { gathered } from './sdks.mjs';
import { assertSame, scripted, slow, streamChecks } from './streams.mjs';

const CLIENT = '@google/genai';

/** The members of a candidate that come in parts, one in each event. */
const IN_PARTS = ['logprobsResult', 'citationMetadata'];

export const GEMINI_EARLY = [
    [400, 'INVALID_ARGUMENT'],
    [403, 'PERMISSION_DENIED'],
    [429, 'RESOURCE_EXHAUSTED'],
    [503, 'UNAVAILABLE'],
];

/** The upstream's answer with an error that comes late. */
export const GEMINI_LATE = { status: 429, body: failure(429, 'RESOURCE_EXHAUSTED') };

export function geminiOf(url) {
    return new GoogleGenAI({ apiKey: 'sk-client', httpOptions: { baseUrl: url } });
}

const api = {
    name: 'gemini',
    path: (model) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    request: () => ({ contents: [{ parts: [{ text: 'hello' }] }] }),
    key: (model) => `POST /v1beta/models/${model}:generateContent`,
    answers: { ...candidates, ...blocked },
    canonical: (whole) => folded([whole].map(asTheSdkHasIt)),
    beats: /^data: {2,3}\{"candidates"/,
    clients: [{ name: CLIENT, accumulated }],
};

export { api as gemini };

async function accumulated(url, model) {
    const stream = geminiOf(url).models.generateContentStream({ model, contents: 'hello' });
    return foldedOf(await gathered(stream));
}

/** The whole answer that the package's chunks make. */
export function foldedOf(chunks) {
    return folded(chunks.map(plain));
}

/** The package renames the sources of a candidate to their name elsewhere at Google. */
function asTheSdkHasIt({ candidates: entries, ...whole }) {
    return entries === undefined ? whole : { ...whole, candidates: entries.map(renamed) };
}

function renamed({ citationMetadata, ...candidate }) {
    if (citationMetadata === undefined) {
        return candidate;
    }
    const { citationSources, citations = citationSources } = citationMetadata;
    return { ...candidate, citationMetadata: { citations } };
}

/** Drops the response's headers, which the package puts beside its content. */
function plain(response) {
    const { sdkHttpResponse, ...members } = JSON.parse(JSON.stringify(response));
    return members;
}

/** Parts are appended, texts of one kind join, and of everything else the last value wins. */
function folded(chunks) {
    const whole = {};
    const told = [];
    for (const { candidates: entries, ...members } of chunks) {
        Object.assign(whole, members);
        for (const [position, entry] of (entries ?? []).entries()) {
            addCandidate((told[entry.index ?? position] ??= {}), entry);
        }
    }
    return told.length === 0 ? whole : { ...whole, candidates: told };
}

function addCandidate(candidate, { content, ...members }) {
    for (const [name, value] of Object.entries(members)) {
        const joins = IN_PARTS.includes(name) && candidate[name] !== undefined;
        candidate[name] = joins ? joined(candidate[name], value) : value;
    }
    if (content !== undefined) {
        const parts = [...(candidate.content?.parts ?? []), ...(content.parts ?? [])];
        candidate.content = { ...candidate.content, ...content, parts: joinedTexts(parts) };
    }
}

function joined(old, more) {
    const lists = Object.entries(more).filter(([, value]) => Array.isArray(value));
    const appended = lists.map(([name, list]) => [name, [...(old[name] ?? []), ...list]]);
    return { ...old, ...more, ...Object.fromEntries(appended) };
}

function joinedTexts(parts) {
    const all = [];
    for (const part of parts) {
        const last = all.at(-1);
        const follows = last && 'text' in last && 'text' in part && last.thought === part.thought;
        if (follows && last.thoughtSignature === undefined) {
            all[all.length - 1] = { ...last, ...part, text: last.text + part.text };
        } else {
            all.push(part);
        }
    }
    return all;
}

export function geminiChecks(world) {
    describe('gemini', () => {
        streamChecks(world, api);
        for (const [name, whole] of Object.entries(candidates)) {
            test(`${CLIENT} remembers in a chat the turn with ${name}`, async () => {
                const body = JSON.stringify(whole);
                scripted(world, api, name, { body });
                const model = slow(world, api, name, body);
                const streamed = await history(world, model, (chat, message) =>
                    gathered(chat.sendMessageStream({ message })),
                );
                const asked = await history(world, model.replace('slow-', ''), (chat, message) =>
                    chat.sendMessage({ message }),
                );
                assert.deepEqual(streamed, asked);
            });
        }
        arrayChecks(world);
        failureChecks(world);
        requestCheck(world);
    });
}

/** The valid turns, each with the parts of its events. */
async function history(world, model, send) {
    const chat = geminiOf(world.daemon.url).chats.create({ model });
    await send(chat, 'hello');
    const turns = [];
    for (const { role, parts } of chat.getHistory(true)) {
        const before = turns.at(-1)?.role === role ? turns.pop().parts : [];
        turns.push({ role, parts: joinedTexts([...before, ...parts]) });
    }
    assert.deepEqual(turns.map(({ role }) => role), ['user', 'model']);
    return turns;
}

function arrayChecks(world) {
    test('without alt=sse the stream is one JSON array', async () => {
        for (const [name, whole] of Object.entries(api.answers)) {
            const model = slow(world, api, name, whole);
            const path = api.path(model).replace('?alt=sse', '');
            const seen = await rawPost(`${world.daemon.url}${path}`, api.request());
            assert.equal(seen.status, 200);
            assert.match(seen.headers.get('content-type'), /^application\/json/);
            assert.ok(seen.pieces.length > 2, 'nothing came before the answer');
            assertSame(api, whole, folded(JSON.parse(seen.text)));
        }
    });
}

function failureChecks(world) {
    for (const [status, name] of GEMINI_EARLY) {
        test(`${CLIENT} throws an early ${status}`, async () => {
            const body = failure(status, name);
            const model = scripted(world, api, `fails ${status}`, { status, body });
            const thrown = await rejection(accumulated(world.daemon.url, model));
            assert.ok(thrown instanceof ApiError, String(thrown));
            assert.equal(thrown.status, status);
            assert.deepEqual(JSON.parse(thrown.message), body);
        });
    }

    test(`${CLIENT} throws the upstream's own error after the commit`, async () => {
        const answer = { ...GEMINI_LATE, delayMs: world.intervalMs + 250 };
        const model = scripted(world, api, 'fails late', answer);
        const thrown = await rejection(accumulated(world.daemon.url, model));
        assert.ok(thrown instanceof ApiError, String(thrown));
        assert.equal(thrown.status, 429);
        assert.ok(thrown.message.includes(answer.body.error.message), thrown.message);
    });

    test(`${CLIENT} throws where the upstream hangs up after the commit`, async () => {
        const answer = { hangUp: true, delayMs: world.intervalMs + 250 };
        const model = scripted(world, api, 'hangs up late', answer);
        const thrown = await rejection(accumulated(world.daemon.url, model));
        assert.ok(thrown instanceof ApiError, String(thrown));
    });
}

function failure(code, status) {
    return { error: { code, message: `the upstream says ${code}`, status } };
}

function requestCheck(world) {
    test(`the upstream gets the key and the question of ${CLIENT}`, async () => {
        const model = scripted(world, api, 'headers', { body: candidates.text });
        const arrival = world.upstream.next(api.key(model));
        await accumulated(world.daemon.url, model);
        const { headers, body } = await arrival;
        assert.equal(headers['x-goog-api-key'], 'sk-client');
        assert.equal(headers.authorization, undefined);
        const [{ parts }] = JSON.parse(body).contents;
        assert.deepEqual(parts, [{ text: 'hello' }]);
    });
}
