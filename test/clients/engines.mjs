// The APIs beside the chat as frameworks read them, and two of their engines, with the least that
// each must get from an answer.
import { GoogleGenerativeAI } from '@google/generative-ai';
import { ChatAnthropic } from '@langchain/anthropic';
import { candidates } from './answers-gemini.mjs';
import { messages } from './answers-messages.mjs';
import { responses } from './answers-responses.mjs';
import { gathered } from './sdks.mjs';

export const ofMessages = {
    bodies: { text: messages.text, calls: messages['several tool calls'] },
    expected: ({ content, usage }) => ({
        text: content.map(({ text }) => text ?? '').join(''),
        tools: content.filter(({ type }) => type === 'tool_use').map(({ id, name, input }) => {
            return { id, name, input };
        }),
        total: usage.input_tokens + usage.output_tokens,
    }),
};

export const ofGemini = {
    bodies: { text: candidates.text },
    key: (model) => `POST /v1beta/models/${model}:generateContent`,
    expected: ({ candidates: [{ content }], usageMetadata }) => ({
        text: content.parts.map(({ text }) => text).join(''),
        tools: [],
        total: usageMetadata.totalTokenCount,
    }),
};

export const ofResponses = {
    bodies: { text: responses.text },
    expected: ({ output, usage }) => ({
        text: output.flatMap(({ content }) => content ?? []).map(({ text }) => text).join(''),
        tools: [],
        total: usage.total_tokens,
    }),
};

/** The package that the Google engines of LangChain and others read with. */
export const generativeAi = {
    ...ofGemini,
    name: '@google/generative-ai',
    whole: async (url, model) => geminiPlain([(await geminiOf(url, model)('hello')).response]),
    streamed: async (url, model) => {
        const { stream, response } = await geminiOf(url, model, true)('hello');
        const all = await gathered(stream);
        await response;
        return geminiPlain(all);
    },
};

function geminiOf(url, model, streams = false) {
    const settings = { baseUrl: url, apiVersion: 'v1beta' };
    const made = new GoogleGenerativeAI('sk-client').getGenerativeModel({ model }, settings);
    return (streams ? made.generateContentStream : made.generateContent).bind(made);
}

function geminiPlain(all) {
    const text = all.map((one) => one.text()).join('');
    return { text, tools: [], total: all.at(-1).usageMetadata.totalTokenCount };
}

export const langChainAnthropic = {
    ...ofMessages,
    name: '@langchain/anthropic',
    // It reads the input tokens from `message_start`, which a heartbeat cannot know.
    behindBeats: (answer) => ({
        ...ofMessages.expected(answer),
        total: answer.usage.output_tokens,
    }),
    whole: async (url, model) => anthropicPlain(await chatAnthropic(url, model).invoke('hello')),
    streamed: async (url, model) => {
        const all = await gathered(chatAnthropic(url, model).stream('hello'));
        return anthropicPlain(all.reduce((joined, chunk) => joined.concat(chunk)));
    },
};

function chatAnthropic(url, model) {
    return new ChatAnthropic({
        model,
        apiKey: 'sk-client',
        anthropicApiUrl: url,
        maxRetries: 0,
        maxTokens: 99,
    });
}

function anthropicPlain({ text, tool_calls: calls, usage_metadata: usage }) {
    const tools = calls.map(({ id, name, args: input }) => ({ id, name, input }));
    return { text, tools, total: usage.total_tokens };
}
