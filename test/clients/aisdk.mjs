// The Vercel AI SDK through its providers: streamText ends with the result of generateText.
import { describe } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, streamText } from 'ai';
import { answers } from './answers.mjs';
import { responses } from './answers-responses.mjs';
import { expectedOfChat, frameworkChecks } from './frameworks.mjs';

const anything = { inputSchema: jsonSchema({ type: 'object' }) };
const tools = { weather: anything, clock: anything, f: anything };

const READ = [
    'response',
    'text',
    'reasoningText',
    'toolCalls',
    'sources',
    'usage',
    'finishReason',
    'rawFinishReason',
];

function openai(url) {
    return createOpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-client' });
}

function compatible(url) {
    const name = 'compatible';
    const baseURL = `${url}/v1`;
    return createOpenAICompatible({ name, baseURL, apiKey: 'sk-client', includeUsage: true });
}

function question(model) {
    return { model, prompt: 'hello', tools, maxRetries: 0 };
}

export async function whole(model) {
    return plain(await generateText(question(model)));
}

/** Reads all parts to the end: an error is one of them, and may not be thrown as well. */
export async function streamed(model) {
    const result = streamText({ ...question(model), onError: () => {} });
    for await (const part of result.fullStream) {
        if (part.type === 'error') {
            throw part.error;
        }
    }
    const values = await Promise.all(READ.map((name) => result[name]));
    return plain(Object.fromEntries(READ.map((name, i) => [name, values[i]])));
}

/** Both kinds of result have these as getters, so each is read by name. */
function plain(result) {
    const { id, modelId, timestamp } = result.response;
    return JSON.parse(
        JSON.stringify({
            id,
            modelId,
            timestamp,
            text: result.text,
            reasoning: result.reasoningText ?? '',
            tools: result.toolCalls.map(({ toolCallId, toolName, input }) => {
                return { id: toolCallId, name: toolName, input };
            }),
            sources: result.sources.map(({ id: random, ...source }) => source),
            usage: result.usage,
            total: result.usage.totalTokens,
            finish: result.finishReason,
            rawFinish: result.rawFinishReason,
        }),
    );
}

function client(name, modelOf, more) {
    return {
        name,
        whole: (url, model) => whole(modelOf(url, model)),
        streamed: (url, model) => streamed(modelOf(url, model)),
        statusOf: (error) => error.statusCode,
        ...more,
    };
}

const MINTED = { id: true, modelId: true, timestamp: true };

// The SDK's schema rejects an item of unknown type, whole or streamed.
const { 'things that nobody has heard of': unreadable, ...readable } = responses;

const clients = [
    client('@ai-sdk/openai chat', (url, model) => openai(url).chat(model), {
        answers,
        expected: expectedWithRefusal,
        minted: MINTED,
    }),
    client('@ai-sdk/openai-compatible', (url, model) => compatible(url).chatModel(model), {
        answers,
        expected: (answer) => ({
            ...expectedWithRefusal(answer),
            reasoning: answer.choices[0].message.reasoning_content ?? '',
        }),
        minted: MINTED,
    }),
    client('@ai-sdk/openai responses', (url, model) => openai(url).responses(model), {
        answers: readable,
        expected: expectedOfResponse,
        minted: {},
    }),
];

/** The AI SDK gives a refusal as text. */
function expectedWithRefusal(answer) {
    const expected = expectedOfChat(answer);
    return { ...expected, text: expected.text || (answer.choices[0].message.refusal ?? '') };
}

function expectedOfResponse({ output, usage }) {
    const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
    return {
        text: parts.map((part) => part.text ?? part.refusal).join(''),
        total: usage.total_tokens,
    };
}

export function aiSdkChecks(world) {
    describe('AI SDK', () => clients.forEach((one) => frameworkChecks(world, one)));
}
