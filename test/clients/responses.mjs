// OpenAI's responses: the value that the SDK accumulates, and the numbers of the events.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { responses } from './answers-responses.mjs';
import { accumulatedResponse, clientOf, eventsOf, responsesQuestion, sdks } from './sdks.mjs';
import { scripted, streamChecks } from './streams.mjs';

const api = {
    name: 'responses',
    path: () => '/v1/responses',
    request: (model) => responsesQuestion(model, { stream: true }),
    answers: responses,
    canonical,
    beats: /^(: heartbeat\n){2,3}event: response\.created\ndata: \{/,
    clients: sdks.map((sdk) => ({
        name: `${sdk.name} responses`,
        accumulated: (url, model) =>
            accumulatedResponse(clientOf(sdk, url), responsesQuestion(model)),
        chunky: (url, model) => iterated(clientOf(sdk, url), model),
    })),
};

/** `.stream()` names itself and gets only comments; iterating gets a `keepalive`. */
async function iterated(client, model) {
    const events = await eventsOf(client, responsesQuestion(model));
    assert.equal(events[0].type, 'keepalive');
    assertNumbered(events);
    return events.at(-1).response;
}

export function responsesChecks(world) {
    describe('responses', () => {
        streamChecks(world, api);
        for (const sdk of sdks) {
            test(`${sdk.name} iterates over numbered events`, async () => {
                for (const [name, whole] of Object.entries(responses)) {
                    const model = scripted(world, api, name, { body: whole });
                    const client = clientOf(sdk, world.daemon.url);
                    checkEvents(await eventsOf(client, responsesQuestion(model)), whole);
                }
            });
            test(`${sdk.name} accumulates items whose upstream gave them no ids`, async () => {
                for (const [name, answer] of Object.entries(responses)) {
                    const body = withoutIds(answer);
                    const model = scripted(world, api, `${name} without ids`, { body });
                    const client = clientOf(sdk, world.daemon.url);
                    const streamed = await accumulatedResponse(client, responsesQuestion(model));
                    assert.ok(streamed.output.every((item) => /^[a-z]+_\w+$/.test(item.id)));
                    assert.deepEqual(canonical(withoutIds(streamed)), body);
                }
            });
        }
    });
}

function withoutIds(response) {
    return { ...response, output: response.output.map(({ id, ...item }) => item) };
}

/** The SDK (lib/ResponsesParser.ts) adds these members to accumulated and whole answers alike. */
function canonical({ output_text, output_parsed, output, ...rest }) {
    return { ...rest, output: output.map(canonicalItem) };
}

function canonicalItem({ parsed_arguments, ...item }) {
    if (item.type !== 'message') {
        return item;
    }
    return { ...item, content: item.content.map(({ parsed, ...part }) => part) };
}

function assertNumbered(events) {
    assert.deepEqual(events.map((event) => event.sequence_number), [...events.keys()]);
}

function checkEvents(events, whole) {
    assertNumbered(events);
    const types = events.map((event) => event.type);
    assert.deepEqual(types.slice(0, 2), ['response.created', 'response.in_progress']);
    const last = events.at(-1);
    assert.equal(last.type, `response.${whole.status}`);
    assert.deepEqual(canonical(last.response), whole);
    const done = events.filter(({ type }) => type === 'response.output_item.done');
    assert.deepEqual(done.map(({ item }) => item), whole.output);
    const told = (type) => events.filter((event) => event.type === type);
    const text = told('response.output_text.delta').map(({ delta }) => delta).join('');
    const parts = whole.output.flatMap((item) => (item.type === 'message' ? item.content : []));
    assert.equal(text, parts.map((part) => part.text ?? '').join(''));
}
