// Both generations of openai-node that are in the field, behind one shape.
import OpenAI7 from 'openai';
import OpenAI6 from 'openai-6';

export const sdks = [
    { name: 'openai-node 7', OpenAI: OpenAI7, generation: 7 },
    { name: 'openai-node 6', OpenAI: OpenAI6, generation: 6 },
];

/** A client as people make it, but for retries: one request, one answer. */
export function clientOf(sdk, url, options = {}) {
    return new sdk.OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-client', maxRetries: 0, ...options });
}

export function question(model, more = {}) {
    return { model, messages: [{ role: 'user', content: 'hello' }], ...more };
}

/** What the SDK accumulates, as plain JSON. */
export async function accumulated(client, request) {
    const whole = await client.chat.completions.stream(request).finalChatCompletion();
    return JSON.parse(JSON.stringify(whole));
}

/** Every chunk of a plain `create({stream: true})`. */
export async function chunksOf(client, request) {
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
        chunks.push(chunk);
    }
    return chunks;
}
