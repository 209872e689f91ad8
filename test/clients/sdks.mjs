// Both generations of openai-node in use, behind one interface.
import OpenAI7 from 'openai';
import OpenAI6 from 'openai-6';

export const sdks = [
    { name: 'openai-node 7', module: 'openai', OpenAI: OpenAI7, generation: 7 },
    { name: 'openai-node 6', module: 'openai-6', OpenAI: OpenAI6, generation: 6 },
];

/** A client with the usual settings, except for retries: one request, one answer. */
export function clientOf(sdk, url, options = {}) {
    return new sdk.OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-client', maxRetries: 0, ...options });
}

export function question(model, more = {}) {
    return { model, messages: [{ role: 'user', content: 'hello' }], ...more };
}

export function responsesQuestion(model, more = {}) {
    return { model, input: 'hello', ...more };
}

export function completionsQuestion(model, more = {}) {
    return { model, prompt: 'hello', ...more };
}

/** The answer that the SDK accumulates, as plain JSON. */
export async function accumulated(client, request) {
    const whole = await client.chat.completions.stream(request).finalChatCompletion();
    return JSON.parse(JSON.stringify(whole));
}

/** Every chunk of a plain `create({stream: true})`. */
export function chunksOf(client, request) {
    return gathered(client.chat.completions.create({ ...request, stream: true }));
}

/** The response that the SDK accumulates, as plain JSON. */
export async function accumulatedResponse(client, request) {
    const whole = await client.responses.stream(request).finalResponse();
    return JSON.parse(JSON.stringify(whole));
}

/** Every event of a plain `responses.create({stream: true})`. */
export function eventsOf(client, request) {
    return gathered(client.responses.create({ ...request, stream: true }));
}

/** Every chunk of a legacy completion. */
export function completionChunksOf(client, request) {
    return gathered(client.completions.create({ ...request, stream: true }));
}

/** All values of a stream, to its end. */
export async function gathered(stream) {
    const all = [];
    for await (const one of await stream) {
        all.push(one);
    }
    return all;
}
