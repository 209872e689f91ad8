// LangChain's ChatOpenAI: the joined chunks of stream() equal the message of invoke().
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatOpenAI } from '@langchain/openai';
import { answers } from './answers.mjs';
import { assertSame, expectedOfChat, frameworkChecks } from './frameworks.mjs';
import { scripted } from './streams.mjs';

export function chatOf(url, model, more = {}) {
    const configuration = { baseURL: `${url}/v1` };
    return new ChatOpenAI({ model, apiKey: 'sk-client', maxRetries: 0, configuration, ...more });
}

async function whole(url, model, more) {
    return plain(await chatOf(url, model, more).invoke('hello'));
}

async function streamed(url, model, more) {
    let joined;
    for await (const chunk of await chatOf(url, model, more).stream('hello')) {
        joined = joined?.concat(chunk) ?? chunk;
    }
    return plain(joined);
}

function plain({ id, content, usage_metadata, response_metadata, ...message }) {
    const { tool_calls: again, ...more } = message.additional_kwargs;
    return JSON.parse(
        JSON.stringify({
            id,
            text: content,
            tools: [...message.tool_calls, ...message.invalid_tool_calls].map(plainTool),
            usage: usage_metadata,
            total: usage_metadata?.total_tokens,
            finish: response_metadata.finish_reason,
            model: response_metadata.model_name,
            fingerprint: response_metadata.system_fingerprint,
            more,
        }),
    );
}

/** With empty arguments, invoke() gives an invalid call, and any stream an empty object. */
function plainTool({ id, name, args }) {
    return { id, name, input: args === '' ? {} : args };
}

const client = {
    name: 'ChatOpenAI',
    answers,
    whole,
    streamed,
    expected: expectedOfChat,
    statusOf: (error) => error.status,
    minted: { id: true },
};

export function langChainChecks(world) {
    describe('LangChain', () => {
        frameworkChecks(world, client);
        // stream() reads only a chunk's first choice, so it must stay first and unmixed.
        test('ChatOpenAI that asks for two choices streams the first', async () => {
            const model = scripted(world, client, 'n is two', { body: answers['two choices'] });
            const arrival = world.upstream.next(model);
            const { url } = world.daemon;
            const first = await streamed(url, model, { n: 2 });
            assert.equal(JSON.parse((await arrival).body).n, 2);
            assertSame(await whole(url, model, { n: 2 }), first);
        });
    });
}
