// Clients that request no stream, behind a daemon that sends blank lines before its JSON: each must
// read the same from a late answer as at once. Not every client throws on a late error (a 200).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany } from 'ai';
import { whole } from './aisdk.mjs';
import { candidates } from './answers-gemini.mjs';
import { messages } from './answers-messages.mjs';
import { responses } from './answers-responses.mjs';
import { answers } from './answers.mjs';
import { LATE_ERROR } from './failures.mjs';
import { geminiOf } from './gemini.mjs';
import { chatOf } from './langchain.mjs';
import { anthropicOf, messagesQuestion } from './messages.mjs';
import { rawPost } from './raw.mjs';
import { clientOf, completionsQuestion, question, responsesQuestion, sdks } from './sdks.mjs';
import { vendors } from './vendors.mjs';

/** The daemon's settings for these checks. */
export const PATIENT = { NONSTREAM_KEEPALIVE_MS: 150 };
const DELAY_MS = 500;

export const VECTOR = {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -1.25] }],
    model: 'm',
    usage: { prompt_tokens: 2, total_tokens: 2 },
};
const PICTURE = { created: 1, data: [{ b64_json: 'iVBO' }] };
const LEGACY = {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ text: 'Hello.', index: 0, logprobs: null, finish_reason: 'stop' }],
};

/**
 * A play is {name, body, ask(url, model), throws, key(model)}:
 *   throws  whether the client throws on a late error, if that is checked
 *   key     the upstream's name of the model, if it differs
 */
const PLAYS = [
    ...sdks.flatMap(openAiPlays),
    ...messagesPlays('messages', (client) => client.messages),
    ...messagesPlays('beta.messages', (client) => client.beta.messages),
    gemini('generateContent', candidates.text, (models, model) =>
        models.generateContent({ model, contents: 'hello' })),
    gemini('countTokens', { totalTokens: 14 }, (models, model) =>
        models.countTokens({ model, contents: 'hello' })),
    gemini('embedContent', { embeddings: [{ values: [0.5] }] }, (models, model) =>
        models.embedContent({ model, contents: 'hello' }), 'batchEmbedContents'),
    {
        name: 'ChatOpenAI',
        body: answers.text,
        throws: true,
        ask: async (url, model) => (await chatOf(url, model).invoke('hello')).content,
    },
    aiSdk('@ai-sdk/openai chat', answers.text, (url, model) =>
        whole(createOpenAI(options(url)).chat(model))),
    aiSdk('@ai-sdk/openai responses', responses.text, (url, model) =>
        whole(createOpenAI(options(url)).responses(model))),
    aiSdk('@ai-sdk/openai embeddings', VECTOR, async (url, model) => {
        const embedding = createOpenAI(options(url)).embedding(model);
        const request = { model: embedding, values: ['hello'], maxRetries: 0 };
        return (await embedMany(request)).embeddings;
    }),
    aiSdk('@ai-sdk/openai-compatible', answers.text, (url, model) =>
        whole(createOpenAICompatible({ name: 'x', ...options(url) })(model))),
    ...vendors.map(({ name, bodies, key, whole: ask }) => {
        return { name, body: Object.values(bodies)[0], key, ask };
    }),
];

function options(url) {
    return { baseURL: `${url}/v1`, apiKey: 'sk-client' };
}

function openAiPlays(sdk) {
    const play = (what, body, ask) => ({
        name: `${sdk.name} ${what}`,
        body,
        throws: false,
        ask: (url, model) => ask(clientOf(sdk, url), model),
    });
    return [
        play('chat', answers.text, (client, model) =>
            client.chat.completions.create(question(model))),
        play('completions', LEGACY, (client, model) =>
            client.completions.create(completionsQuestion(model))),
        play('responses', responses.text, (client, model) =>
            client.responses.create(responsesQuestion(model))),
        play('embeddings', VECTOR, (client, model) =>
            client.embeddings.create({ model, input: 'a', encoding_format: 'float' })),
        play('images', PICTURE, (client, model) =>
            client.images.generate({ model, prompt: 'a' })),
        play('moderations', { id: 'modr-1', model: 'm', results: [] }, (client, model) =>
            client.moderations.create({ model, input: 'a' })),
    ];
}

function messagesPlays(what, resource) {
    return [
        {
            name: `@anthropic-ai/sdk ${what}`,
            body: messages.text,
            throws: false,
            ask: (url, model) => resource(anthropicOf(url)).create(messagesQuestion(model)),
        },
        {
            name: `@anthropic-ai/sdk ${what}.countTokens`,
            body: { input_tokens: 14 },
            throws: false,
            ask: (url, model) => {
                const { max_tokens: unused, ...request } = messagesQuestion(model);
                return resource(anthropicOf(url)).countTokens(request);
            },
        },
    ];
}

function gemini(what, body, ask, method = what) {
    return {
        name: `@google/genai ${what}`,
        body,
        throws: false,
        key: (model) => `POST /v1beta/models/${model}:${method}`,
        ask: async (url, model) => {
            const { sdkHttpResponse, ...members } = await ask(geminiOf(url).models, model);
            return members;
        },
    };
}

/** The AI SDK checks an answer against a schema, which no error fits. */
function aiSdk(name, body, ask) {
    return { name, body, ask, throws: true };
}

export function keepaliveChecks(world) {
    describe('blank lines', () => {
        test('blank lines come before JSON', async () => {
            const model = scripted(world, PLAYS[0], 'raw', { delayMs: DELAY_MS, body: VECTOR });
            const seen = await rawPost(`${world.patient.url}/v1/embeddings`, { model, input: 'a' });
            assert.match(seen.text, /^\n{3}\{/);
            assert.deepEqual(JSON.parse(seen.text), VECTOR);
        });
        for (const play of PLAYS) {
            test(`${play.name} reads JSON behind blank lines`, () => readCheck(world, play));
        }
        for (const play of PLAYS.filter(({ throws }) => throws !== undefined)) {
            const does = play.throws ? 'throws at a late error' : 'reads a late error as an answer';
            test(`${play.name} ${does}`, () => errorCheck(world, play));
        }
        // The last request's log line may still be on its way.
        test('each of these answers had blank lines before it', () => {
            const lines = world.patient.output().split('\n').filter((line) => / mode=/.test(line));
            const whole = lines.filter((line) => !/ chunks=/.test(line));
            assert.ok(whole.length >= PLAYS.length, `${whole.length} lines`);
            assert.deepEqual(whole.filter((line) => !/ beats=[1-9]/.test(line)), []);
        });
    });
}

function scripted(world, play, what, answer) {
    const model = `${play.name} ${what}`.replace(/\W+/g, '-');
    world.upstream.script(play.key?.(model) ?? model, answer);
    return model;
}

async function readCheck(world, play) {
    const { body } = play;
    // Some clients copy the model's name into the answer, so it must be the same.
    const model = scripted(world, play, 'answer', { body });
    const expected = plain(await play.ask(world.daemon.url, model));
    assert.ok(expected !== undefined);
    scripted(world, play, 'answer', { delayMs: DELAY_MS, body });
    assert.deepEqual(plain(await play.ask(world.patient.url, model)), expected);
}

async function errorCheck(world, play) {
    const body = { error: LATE_ERROR };
    const model = scripted(world, play, 'error', { status: 429, delayMs: DELAY_MS, body });
    const asked = play.ask(world.patient.url, model);
    assert.equal(await asked.then(() => false, () => true), play.throws);
}

function plain(value) {
    return JSON.parse(JSON.stringify(value));
}
