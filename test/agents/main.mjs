// The plays: each starts a real agent against the jar and an upstream that does not stream.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENTS } from './agents.mjs';
import { errorChecks } from './errors.mjs';
import { runAgent } from './session.mjs';
import { ANSWER } from './upstream.mjs';

const { AGENT = '', PLAY = '', LONG = '' } = process.env;
// Agents mostly wait, so a few run side by side.
const CONCURRENCY = 3;
// The time for an agent's own work on a busy machine, besides waiting for answers.
const WORK_MS = 60_000;
// Three of the daemon's heartbeats; Claude Code accepts no less.
const IDLE_MS = 10_000;

const PLAYS = ['', 'slow', 'silence', 'errors', 'long', 'quick'];

const agents = AGENTS.filter(({ name }) => name.toLowerCase().includes(AGENT.toLowerCase()));

assert.ok(PLAYS.includes(PLAY), `PLAY is none of ${PLAYS.join(' ')}`);
assert.ok(agents.length > 0, `no agent's name has ${AGENT} in it`);

function playersOf(play) {
    return PLAY === '' || PLAY === play ? agents : [];
}

function hasFixedClock({ fixedClock }) {
    return fixedClock !== undefined;
}

/** Both turns arrive whole, and each costs one call. */
async function playTwoTurns(agent, { delayMs, idleMs }) {
    const run = await runAgent(agent, { delayMs, idleMs, limitMs: 2 * delayMs + WORK_MS });
    const { output, code, asked, daemon } = run;
    const seen = `it printed:\n${output}\nand the daemon:\n${daemon}`;
    assert.deepEqual(asked.turns, [1, 2], `other calls; ${seen}`);
    assert.equal(code, 0, `ended with ${code}; ${seen}`);
    assert.ok(output.includes(ANSWER), `the answer is not whole; ${seen}`);
    assert.equal(asked.refused, 0, 'the upstream was asked to stream');
    assert.doesNotMatch(daemon, /^\s+at [\w.$/@]+\(/m);
}

describe('agents', { concurrency: CONCURRENCY }, () => {
    const isQuick = PLAY === 'quick';

    for (const agent of isQuick ? agents.filter(hasFixedClock) : playersOf('slow')) {
        test(`${agent.name} waits 8 s for each answer`, () =>
            playTwoTurns(agent, { delayMs: 8_000 }));
    }

    for (const agent of isQuick ? agents.filter((it) => !hasFixedClock(it)) : playersOf('silence')) {
        const skip = hasFixedClock(agent) && `no setting shortens its clock: ${agent.fixedClock}`;
        test(`${agent.name} waits for longer than its clock is set to`, { skip }, () =>
            playTwoTurns(agent, { delayMs: 2 * IDLE_MS, idleMs: IDLE_MS }));
    }

    for (const agent of LONG === '1' ? playersOf('long') : []) {
        if (agent.waitsLong) {
            test(`${agent.name} waits 7 minutes for each answer`, () =>
                playTwoTurns(agent, { delayMs: 7 * 60_000 }));
        }
    }

    if (playersOf('errors').length > 0) {
        errorChecks(agents, CONCURRENCY);
    }
});
