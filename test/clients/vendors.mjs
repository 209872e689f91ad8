// Clients of vendors and frameworks that need what their vendor streams unasked. From a stream,
// each gets the same as from the whole answer, through the same daemon.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createGroq } from '@ai-sdk/groq';
import { createMistral } from '@ai-sdk/mistral';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createXai } from '@ai-sdk/xai';
import Instructor from '@instructor-ai/instructor';
import { OpenAI as LlamaIndex } from '@llamaindex/openai';
import { Mistral } from '@mistralai/mistralai';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import Groq from 'groq-sdk';
import OpenAI from 'openai-6';
import Together from 'together-ai';
import { z } from 'zod';
import { streamed, whole } from './aisdk.mjs';
import { answers } from './answers.mjs';
import { generativeAi, langChainAnthropic, ofGemini, ofMessages, ofResponses } from './engines.mjs';
import { LATE, LATE_ERROR, rejection } from './failures.mjs';
import { assertSame, expectedOfChat } from './frameworks.mjs';
import { gathered, question } from './sdks.mjs';
import { scripted, slow } from './streams.mjs';

const { text: TEXT, 'several tool calls': CALLS } = answers;
const [FIRST] = CALLS.choices[0].message.tool_calls;

function withMessage(answer, more) {
    const [choice] = answer.choices;
    return { ...answer, choices: [{ ...choice, message: { ...choice.message, ...more } }] };
}

function options(url) {
    return { baseURL: `${url}/v1`, apiKey: 'sk-client', maxRetries: 0 };
}

/**
 * A play is {name, bodies, expected, key, whole, streamed}:
 *   bodies    name -> whole answer
 *   expected  (answer) -> {text, tools, total}; that of a chat if not set
 *   behindBeats  (answer) -> the part that survives behind heartbeats with data, if not all
 *   key       the upstream's name of the model, if it differs
 *   whole     (url, model) -> requests no stream, and returns {text, tools, total, ...}
 *   streamed  (url, model) -> requests a stream, joins it, and returns the same
 */

/** A provider of the AI SDK; `create` makes it. */
function aiSdk(name, create, more = { bodies: { text: TEXT, calls: CALLS } }) {
    const modelOf = (url, model) => create(options(url))(model);
    return {
        ...more,
        name,
        whole: async (url, model) => untimed(await whole(modelOf(url, model))),
        streamed: async (url, model) => untimed(await streamed(modelOf(url, model))),
    };
}

/** A provider of Google, whose base URL names another version. */
function atGoogles(create) {
    return ({ baseURL, ...more }) => create({ baseURL: `${baseURL}beta`, ...more });
}

/** Drops the time, which not all providers take from the answer. */
function untimed({ timestamp, ...answer }) {
    return answer;
}

/** An SDK that gives raw chunks; `usageOf` returns the usage where its users read it. */
function chunks(name, create, usageOf) {
    const completions = (url) => create(options(url)).chat.completions;
    return {
        name,
        bodies: { text: TEXT, calls: CALLS },
        whole: async (url, model) => {
            const answer = await completions(url).create(question(model));
            return { ...expectedOfChat(answer), usage: answer.usage };
        },
        streamed: async (url, model) => {
            const request = question(model, { stream: true });
            return folded(await gathered(completions(url).create(request)), usageOf);
        },
    };
}

/** Joins chunks as the examples of these SDKs do. */
function folded(all, usageOf) {
    const deltas = all.map(({ choices: [choice] }) => choice.delta);
    const tools = deltas.flatMap(({ tool_calls: calls }) => calls ?? []);
    const usage = all.map(usageOf).findLast((found) => found !== undefined);
    return {
        text: deltas.map(({ content }) => content ?? '').join(''),
        tools: tools.map(({ id, function: { name, arguments: text } }) => {
            return { id, name, input: JSON.parse(text || '{}') };
        }),
        total: usage?.total_tokens,
        usage,
    };
}

const mistral = {
    name: '@mistralai/mistralai',
    bodies: { text: TEXT, calls: CALLS },
    whole: async (url, model) => {
        const { choices, usage } = await mistralOf(url).complete(question(model));
        return mistralPlain([choices[0].message], usage);
    },
    streamed: async (url, model) => {
        const all = await gathered(mistralOf(url).stream(question(model)));
        const usage = all.map(({ data }) => data.usage).findLast((found) => found !== undefined);
        return mistralPlain(all.map(({ data }) => data.choices[0].delta), usage);
    },
};

function mistralOf(url) {
    return new Mistral({ serverURL: url, apiKey: 'sk-client' }).chat;
}

function mistralPlain(parts, usage) {
    const tools = parts.flatMap(({ toolCalls }) => toolCalls ?? []);
    return {
        text: parts.map(({ content }) => content ?? '').join(''),
        tools: tools.map(({ id, function: { name, arguments: text } }) => {
            return { id, name, input: JSON.parse(text || '{}') };
        }),
        total: usage?.totalTokens,
        usage,
    };
}

const instructor = {
    name: '@instructor-ai/instructor',
    bodies: { usage: withMessage(TEXT, { content: '{"city":"Paris"}' }) },
    whole: async (url, model) => structured(await instructed(url, model, false)),
    streamed: async (url, model) => {
        const all = await gathered(instructed(url, model, true));
        return structured(all.at(-1));
    },
};

function instructed(url, model, stream) {
    const client = Instructor({ client: new OpenAI(options(url)), mode: 'JSON' });
    const schema = z.object({ city: z.string() });
    const request = question(model, { stream, response_model: { schema, name: 'City' } });
    return client.chat.completions.create(request);
}

function structured({ city, _meta: { usage } }) {
    return { text: JSON.stringify({ city }), tools: [], total: usage?.total_tokens, usage };
}

const llamaIndex = {
    name: '@llamaindex/openai',
    bodies: {
        'an empty list of calls': withMessage(TEXT, { tool_calls: [] }),
        'a call': withMessage(CALLS, { tool_calls: [FIRST] }),
    },
    whole: async (url, model) => {
        const { message, raw } = await llamaIndexed(url, model, false);
        return llamaPlain(message.content, message.options?.toolCall, raw.usage);
    },
    streamed: async (url, model) => {
        const all = await gathered(llamaIndexed(url, model, true));
        const text = all.map(({ delta }) => delta).join('');
        return llamaPlain(text, all.at(-1).options.toolCall, all.at(-1).raw.usage);
    },
};

function llamaIndexed(url, model, stream) {
    const { baseURL, ...more } = options(url);
    const llm = new LlamaIndex({ model, ...more, baseURL });
    return llm.chat({ messages: [{ role: 'user', content: 'hello' }], stream });
}

function llamaPlain(text, calls = [], usage) {
    const tools = calls.map(({ id, name, input }) => {
        return { id, name, input: typeof input === 'string' ? JSON.parse(input) : input };
    });
    return { text, tools, total: usage?.total_tokens, usage };
}

export const vendors = [
    aiSdk('@ai-sdk/anthropic', createAnthropic, ofMessages),
    aiSdk('@ai-sdk/google', atGoogles(createGoogleGenerativeAI), ofGemini),
    aiSdk('@ai-sdk/xai responses', (more) => createXai(more).responses, ofResponses),
    generativeAi,
    langChainAnthropic,
    aiSdk('@ai-sdk/mistral', createMistral),
    aiSdk('@ai-sdk/groq', createGroq),
    aiSdk('@openrouter/ai-sdk-provider', (more) => createOpenRouter(more).chat),
    // @mastra/core reads with this provider; @mastra/core itself brings 130 MB.
    aiSdk('@ai-sdk/openai-compatible that asks for no usage', (more) =>
        createOpenAICompatible({ name: 'x', ...more })),
    chunks('groq-sdk', (more) => new Groq(more), (chunk) => chunk.x_groq?.usage),
    chunks('together-ai', (more) => new Together(more), (chunk) => chunk.usage),
    mistral,
    instructor,
    llamaIndex,
];

export function vendorChecks(world) {
    describe('vendors', () => {
        for (const play of vendors) {
            for (const [name, body] of Object.entries(play.bodies)) {
                test(`${play.name} streams ${name}`, () => check(world, play, name, body));
            }
            test(`${play.name} survives its heartbeats, with data and without`, async () => {
                const checks = Object.entries(play.bodies).map(([name, body]) =>
                    checkSlow(world, play, name, body));
                await Promise.all(checks);
            });
        }
        test('@ai-sdk/xai tells the error of a response', async () => {
            const model = createXai(options(world.daemon.url)).responses(LATE);
            const thrown = await rejection(streamed(model));
            assert.equal(thrown.message, LATE_ERROR.message);
            assert.equal(thrown.code, LATE_ERROR.code);
        });
    });
}

async function check(world, play, name, body) {
    const model = scripted(world, play, name, { body });
    const { url } = world.daemon;
    const expected = await play.whole(url, model);
    const actual = await play.streamed(url, model);
    assertSame(expectedOf(play, body), figures(expected));
    assertSame(plain(expected), plain(actual));
}

/** The id may come from the heartbeat. */
async function checkSlow(world, play, name, body) {
    const model = slow(world, play, name, body);
    const [quiet, counted] = await Promise.all([
        play.streamed(world.daemon.url, model),
        play.streamed(world.chunky.url, model),
    ]);
    assertSame(expectedOf(play, body), figures(quiet));
    assertSame(expectedOf({ expected: play.behindBeats ?? play.expected }, body), figures(counted));
}

function expectedOf({ expected = expectedOfChat }, body) {
    return plain(expected(body));
}

function figures({ text, tools, total }) {
    return plain({ text, tools, total });
}

function plain(value) {
    return JSON.parse(JSON.stringify(value));
}
