// While the model thinks: when the first byte comes, what the beats are, and that no client minds.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answers, ASKED_USAGE } from './answers.mjs';
import { compare } from './canonical.mjs';
import { firstDataAt, rawChat } from './raw.mjs';
import { accumulated, chunksOf, clientOf, question, sdks } from './sdks.mjs';

const THINKING_MS = 3000;
const MAX_LATENESS_MS = 100;
const COMMIT_SLACK_MS = 200;
const SLOW = ['text', 'reasoning', 'several tool calls', 'two choices', 'a legacy function call'];

export function heartbeatChecks(world) {
    describe('heartbeats', () => {
        test('comments of twelve bytes from the commit to the answer, no delay', async (t) => {
            const runs = [1, 2, 3].map((run) => slowRun(world, `thinks, run ${run}`));
            const lateness = [];
            for (const { seen, record } of await Promise.all(runs)) {
                const beats = seen.text.slice(0, seen.text.indexOf('data:'));
                assert.match(beats, /^(: heartbeat\n){5,6}$/);
                assertCommittedAt(seen, world.intervalMs);
                lateness.push(firstDataAt(seen) - record.answeredAt);
                t.diagnostic(
                    `first byte after ${Math.round(seen.headersMs)} ms, ` +
                        `${beats.length / 12} beats, ` +
                        `first data ${lateness.at(-1).toFixed(1)} ms after the upstream's answer`,
                );
            }
            assert.ok(Math.min(...lateness) <= MAX_LATENESS_MS);
        });

        test('COMMIT_AFTER_MS=0 commits at once, HEARTBEAT_STYLE=off beats never', async () => {
            world.upstream.script('thinks', { delayMs: world.intervalMs * 2, body: answers.text });
            const seen = await rawChat(world.quiet.url, question('thinks', { stream: true }));
            assertCommittedAt(seen, 0);
            assert.match(seen.text, /^(data: .*\n\n)+$/);
        });

        for (const sdk of sdks) {
            test(`${sdk.name} takes no notice of comments`, async () => {
                await Promise.all(SLOW.map((name) => slowAnswer(world, sdk, name)));
            });
            test(`${sdk.name} takes no notice of empty chunks`, async () => {
                await Promise.all(SLOW.map((name) => slowAnswerInChunks(world, sdk, name)));
            });
        }
    });
}

async function slowRun(world, model) {
    world.upstream.script(model, { delayMs: THINKING_MS, body: answers.text });
    const arrival = world.upstream.next(model);
    const seen = await rawChat(world.daemon.url, question(model, { stream: true }));
    return { seen, record: await arrival };
}

function assertCommittedAt({ headersMs }, expectedMs) {
    assert.ok(headersMs >= expectedMs - 20, `headers came early, after ${headersMs} ms`);
    assert.ok(headersMs <= expectedMs + COMMIT_SLACK_MS, `headers came after ${headersMs} ms`);
}

function scriptSlow(world, name) {
    const model = `slow: ${name}`;
    world.upstream.script(model, { delayMs: world.intervalMs * 2.5, body: answers[name] });
    return question(model, ASKED_USAGE);
}

async function slowAnswer(world, sdk, name) {
    const client = clientOf(sdk, world.daemon.url);
    const streamed = await accumulated(client, scriptSlow(world, name));
    assert.deepEqual(compare(answers[name], streamed, sdk), { equal: true });
}

/** The beat came before the answer: its id stays, and its timestamp and model may too. */
async function slowAnswerInChunks(world, sdk, name) {
    const client = clientOf(sdk, world.chunky.url);
    const request = scriptSlow(world, name);
    const [streamed, chunks] = await Promise.all([
        accumulated(client, request),
        chunksOf(client, request),
    ]);
    const { id, created, model } = streamed;
    const expected = { ...answers[name], id, created, model };
    assert.deepEqual(compare(expected, streamed, sdk), { equal: true });
    checkBeats(chunks, answers[name]);
}

function checkBeats(chunks, whole) {
    const [opening, beat] = chunks;
    assert.equal(opening.choices[0].delta.role, 'assistant');
    assert.deepEqual(beat.choices, [{ index: 0, delta: {}, finish_reason: null }]);
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1, 'one id for the whole stream');
    for (const { index } of whole.choices) {
        const told = chunks.flatMap(({ choices }) => choices.filter((c) => c.index === index));
        const roles = told.map(({ delta }) => delta.role).filter(Boolean);
        assert.deepEqual(roles, ['assistant']);
    }
}
