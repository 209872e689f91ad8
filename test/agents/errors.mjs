// The reaction of an agent to an upstream's error, before the commit and after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAgent } from './session.mjs';

// An agent that still sends requests then is cut off; its calls up to then count.
const LIMIT_MS = 60_000;
// Later than the first heartbeat, so that the daemon has sent its 200.
const LATE_MS = 8_000;

const AT_FAULT = { status: 400, message: 'No such knob, said the zebra.' };
const ERRORS = [
    ['429 at once', 0, { status: 429, message: 'Slow down, said the zebra.' }],
    ['400 at once', 0, AT_FAULT],
    ['400 late', LATE_MS, AT_FAULT],
    ['too long, late', LATE_MS, {
        // Agents know by these words and this code that they must shorten the conversation.
        status: 400, code: 'context_length_exceeded',
        message: 'prompt is too long: 300000 tokens exceed the maximum context length of 200000',
    }],
    ['500 late', LATE_MS, { status: 500, message: 'I broke, said the zebra.' }],
];

const HEADINGS = ['agent', 'error', 'requests', 'calls', 'side', 'message', 'exit'];

/** One check for each agent and error, and then a table of all results. */
export function errorChecks(agents, concurrency) {
    test('errors', { concurrency }, async (t) => {
        const rows = [HEADINGS];
        await Promise.all(ERRORS.flatMap((error) =>
            agents.map((agent) => checkOf(t, agent, error, rows))));
        tableOf(rows).forEach((line) => t.diagnostic(line));
    });
}

function checkOf(t, agent, [kind, delayMs, failure], rows) {
    const row = [agent.name, kind];
    rows.push(row);
    return t.test(`${agent.name} meets an error: ${kind}`, async () => {
        const run = await runAgent(agent, { delayMs, failure, limitMs: LIMIT_MS });
        const isShown = run.output.includes(failure.message);
        row.push(run.requests - run.asked.sides, run.asked.turns.length, run.asked.sides,
            isShown ? 'shown' : 'lost', run.code ?? 'cut off');
        assert.notEqual(run.code, 0, `an error looks like an answer; it printed:\n${run.output}`);
        if (failure.status === 400 && !agent.asksAgain?.includes(kind)) {
            assert.equal(run.asked.turns.length, 1, `it printed:\n${run.output}`);
        }
        if (failure.status === 400 && !agent.hides?.includes(kind)) {
            assert.ok(isShown, `the message is lost; it printed:\n${run.output}`);
        }
    });
}

function tableOf(rows) {
    const widths = HEADINGS.map((_, column) =>
        Math.max(...rows.map((row) => String(row[column] ?? '').length)));
    return rows.map((row) =>
        row.map((cell, column) => String(cell).padEnd(widths[column])).join('  ').trimEnd());
}
