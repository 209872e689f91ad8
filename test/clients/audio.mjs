// Speech and transcriptions: the events that both SDKs read from a stream, and the request that the
// upstream gets. The SDKs type the events of a transcription; they hand those of speech over unread.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EARLY, LATE, LATE_ERROR, rejection } from './failures.mjs';
import { PAINTING_MS as LATE_MS } from './images.mjs';
import { rawPost } from './raw.mjs';
import { clientOf, gathered, sdks } from './sdks.mjs';

/** Sound that is no text, and more of it than one event holds. */
const SOUND = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff));
export const MP3 = { 'content-type': 'audio/mpeg' };

/** A transcription as the SDKs type it, with a field that only one vendor knows. */
export const TRANSCRIPTION = {
    text: 'I see skies of blue \u{1F600}.',
    logprobs: [
        { token: 'I see skies', logprob: -0.25, bytes: [73] },
        { token: ' of blue \u{1F600}.', logprob: -0.5, bytes: [32] },
    ],
    usage: {
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 10, audio_tokens: 4 },
        output_tokens: 101,
        total_tokens: 115,
    },
    vendor_id: 'v',
};

const SEGMENTS = [
    { type: 'transcript.text.segment', id: 's1', start: 0, end: 1.5, text: 'Hello.', speaker: 'A' },
    { type: 'transcript.text.segment', id: 's2', start: 1.5, end: 3, text: 'Hi.', speaker: 'B' },
];
export const DIARIZED = {
    task: 'transcribe',
    duration: 3,
    text: 'Hello. Hi.',
    segments: SEGMENTS,
    usage: { type: 'tokens', input_tokens: 1, output_tokens: 2, total_tokens: 3 },
};

export function audioChecks(world) {
    // Each of these waits for seven seconds, so they wait together.
    describe('late audio', { concurrency: true }, () => {
        for (const sdk of sdks) {
            speechChecks(world, sdk);
            transcriptionChecks(world, sdk);
        }
        test('heartbeats come each second before a late sound', async () => {
            const model = 'speaks raw';
            world.upstream.script(model, { headers: MP3, delayMs: LATE_MS, body: 'hello' });
            const request = { model, input: 'hello', voice: 'ash', stream_format: 'sse' };
            const seen = await rawPost(`${world.painting.url}/v1/audio/speech`, request);
            assert.match(seen.headers.get('content-type'), /^text\/event-stream/);
            assert.match(seen.text, /^(: heartbeat\n){6,7}(data: \{.*\}\n\n)+$/);
        });
    });
    describe('audio', () => {
        for (const sdk of sdks) {
            passedChecks(world, sdk);
            failureChecks(world, sdk);
        }
    });
}

function speak(client, model, more = {}) {
    const request = { model, voice: 'ash', input: 'hello', stream_format: 'sse', ...more };
    return client.audio.speech.create(request);
}

function transcribe(client, model, more = {}) {
    return client.audio.transcriptions.create({ file: file(), model, stream: true, ...more });
}

function file() {
    return new File([SOUND], 'na\u00efve.mp3', { type: 'audio/mpeg' });
}

/** The events of a speech, read as the SDK reads every other stream of OpenAI. */
async function spoken(sdk, speaking) {
    const response = await speaking;
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    const { Stream } = await import(`${sdk.module}/core/streaming`);
    return gathered(Stream.fromSSEResponse(response, new AbortController()));
}

function heard(events) {
    return Buffer.concat(events.slice(0, -1).map((event) => {
        assert.equal(event.type, 'speech.audio.delta');
        return Buffer.from(event.audio, 'base64');
    }));
}

function speechChecks(world, sdk) {
    test(`${sdk.name} hears a speech in a stream, also a late one`, async () => {
        const model = `speaks for ${sdk.name}`;
        world.upstream.script(model, { headers: MP3, body: SOUND });
        world.upstream.script(`${model}, late`, { headers: MP3, delayMs: LATE_MS, body: SOUND });
        const arrival = world.upstream.next(model);
        const all = await Promise.all([
            spoken(sdk, speak(clientOf(sdk, world.daemon.url), model)),
            spoken(sdk, speak(clientOf(sdk, world.painting.url), `${model}, late`)),
            // Each heartbeat here is a part of the sound without a byte.
            spoken(sdk, speak(clientOf(sdk, world.chunky.url), `${model}, late`)),
        ]);
        for (const events of all) {
            assert.ok(heard(events).equals(SOUND));
            assert.deepEqual(events.at(-1), { type: 'speech.audio.done' });
        }
        assert.ok(all[2].filter(({ audio }) => audio === '').length > 9);
        const { url, headers, body } = await arrival;
        assert.equal(url, '/v1/audio/speech');
        assert.equal(headers.authorization, 'Bearer sk-client');
        assert.deepEqual(JSON.parse(body), { model, voice: 'ash', input: 'hello' });
    });
}

function transcriptionChecks(world, sdk) {
    test(`${sdk.name} reads a transcription in a stream, also a late one`, async () => {
        const model = `hears for ${sdk.name}`;
        world.upstream.script(model, { body: TRANSCRIPTION });
        world.upstream.script(`${model}, late`, { delayMs: LATE_MS, body: TRANSCRIPTION });
        const arrival = world.upstream.next(model);
        const more = { include: ['logprobs'], response_format: 'json' };
        const all = await Promise.all([
            gathered(transcribe(clientOf(sdk, world.daemon.url), model, more)),
            gathered(transcribe(clientOf(sdk, world.painting.url), `${model}, late`)),
            // Each heartbeat here is a piece of the text without a character.
            gathered(transcribe(clientOf(sdk, world.chunky.url), `${model}, late`)),
        ]);
        for (const events of all) {
            const deltas = events.slice(0, -1);
            assert.ok(deltas.every(({ type }) => type === 'transcript.text.delta'));
            assert.equal(deltas.map(({ delta }) => delta).join(''), TRANSCRIPTION.text);
            const logprobs = deltas.flatMap((event) => event.logprobs ?? []);
            assert.deepEqual(logprobs, TRANSCRIPTION.logprobs);
            assert.deepEqual(events.at(-1), { type: 'transcript.text.done', ...TRANSCRIPTION });
        }
        assert.ok(all[2].filter(({ delta }) => delta === '').length > 9);

        const { url, headers, body } = await arrival;
        assert.equal(url, '/v1/audio/transcriptions');
        const form = await new Response(body, { headers }).formData();
        const { file: recording, ...texts } = Object.fromEntries(form);
        assert.deepEqual(texts, { model, 'include[]': 'logprobs', response_format: 'json' });
        assert.ok(Buffer.from(await recording.arrayBuffer()).equals(SOUND));
        assert.equal(recording.type, 'audio/mpeg');
    });

    test(`${sdk.name} reads the segments of two speakers in a stream`, async () => {
        const model = `hears two for ${sdk.name}`;
        world.upstream.script(model, { body: DIARIZED });
        const client = clientOf(sdk, world.daemon.url);
        const more = { response_format: 'diarized_json', chunking_strategy: 'auto' };
        const events = await gathered(transcribe(client, model, more));
        const delta = (text, segment_id) => (
            { type: 'transcript.text.delta', delta: text, segment_id });
        const { segments, ...rest } = DIARIZED;
        assert.deepEqual(events, [
            delta('Hello.', 's1'), segments[0], delta(' Hi.', 's2'), segments[1],
            { type: 'transcript.text.done', ...rest },
        ]);
    });
}

/** Requests that are not streamed, and the formats that are not JSON. */
function passedChecks(world, sdk) {
    test(`${sdk.name} gets a whole sound and whole texts unchanged`, async () => {
        const model = `passes for ${sdk.name}`;
        const client = clientOf(sdk, world.daemon.url);
        world.upstream.script(model, { headers: MP3, body: SOUND });
        const response = await speak(client, model, { stream_format: 'audio' });
        assert.equal(response.headers.get('content-type'), 'audio/mpeg');
        assert.ok(Buffer.from(await response.arrayBuffer()).equals(SOUND));

        world.upstream.script(model, { body: TRANSCRIPTION });
        assert.deepEqual(plain(await transcribe(client, model, { stream: false })), TRANSCRIPTION);
        const translated = await client.audio.translations.create({ file: file(), model });
        assert.deepEqual(plain(translated), TRANSCRIPTION);

        world.upstream.script(model, { headers: { 'content-type': 'text/plain' }, body: 'I see.' });
        const subtitles = await transcribe(client, model,
            { stream: false, response_format: 'srt' });
        assert.equal(subtitles, 'I see.');
    });
}

function plain(value) {
    return JSON.parse(JSON.stringify(value));
}

function failureChecks(world, sdk) {
    const ways = {
        hears: (client, model) => spoken(sdk, speak(client, model)),
        reads: (client, model) => gathered(transcribe(client, model)),
    };
    for (const [name, ask] of Object.entries(ways)) {
        test(`${sdk.name} ${name} nothing where the upstream fails`, async () => {
            const client = clientOf(sdk, world.daemon.url);
            for (const { status, type, error } of EARLY) {
                const thrown = await rejection(ask(client, `fails ${status}`));
                assert.ok(thrown instanceof sdk.OpenAI[type], String(thrown));
                assert.deepEqual(thrown.error, error);
            }
            const late = await rejection(ask(client, LATE));
            assert.ok(late instanceof sdk.OpenAI.APIError, String(late));
            assert.deepEqual(late.error, LATE_ERROR);
            const lost = await rejection(ask(client, 'hangs up late'));
            assert.ok(lost instanceof sdk.OpenAI.APIError, String(lost));
            assert.ok(lost.error?.message);
        });
    }
}
