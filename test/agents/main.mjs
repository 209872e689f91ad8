// The plays: each starts a real agent against the jar and an upstream that does not stream.
//   AGENT=part of a name, PLAY=slow, silence, errors or long: plays those alone
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AGENTS } from './agents.mjs';
import { errorChecks } from './errors.mjs';
import { runAgent } from './session.mjs';
import { ANSWER } from './upstream.mjs';

const { AGENT = '', PLAY = '', LONG = '' } = process.env;
// Agents wait most of the time, so a few are played side by side.
const CONCURRENCY = 3;
// For what an agent does beside waiting for answers, on a busy machine.
const WORK_MS = 60_000;

const agents = AGENTS.filter(({ name }) => name.toLowerCase().includes(AGENT.toLowerCase()));

function isWanted(play) {
    return PLAY === '' || PLAY === play;
}

/** Both turns come whole, and each costs one call. */
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
    for (const agent of isWanted('slow') ? agents : []) {
        test(`${agent.name} waits 8 s for each answer`, () =>
            playTwoTurns(agent, { delayMs: 8_000 }));
    }

    for (const agent of isWanted('silence') ? agents : []) {
        const { idleMs, fixed } = agent.clock;
        const skip = fixed && `nothing shortens its clock: ${fixed}`;
        test(`${agent.name} waits 15 s on a clock made shorter`, { skip }, () =>
            playTwoTurns(agent, { delayMs: 15_000, idleMs }));
    }

    for (const agent of LONG === '1' && isWanted('long') ? agents : []) {
        if (agent.clock.isLong) {
            test(`${agent.name} waits 7 minutes for each answer`, () =>
                playTwoTurns(agent, { delayMs: 7 * 60_000 }));
        }
    }

    if (isWanted('errors')) {
        errorChecks(agents, CONCURRENCY);
    }
});
