// Recorded answers of others, one a line as {id, repo, body}. They are not part of the project:
// without the file, this is one skipped check. The other APIs' files lie beside the chat's.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { ASKED_USAGE } from './answers.mjs';
import { compare, limitsOf } from './canonical.mjs';
import { accumulated, clientOf, question, sdks } from './sdks.mjs';

const AT_ONCE = 8;

/** The corpus as [{model, text, body}], or nothing if there is no such file. */
export function readCorpus(path) {
    if (!existsSync(path)) {
        return [];
    }
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
        const { id, body } = JSON.parse(line);
        return { model: id, text: bodyText(line), body };
    });
}

/** The recorded answers of another API, from the file beside the chat's. */
export function readCorpusBeside(path, api) {
    return readCorpus(join(dirname(path), `${api}.jsonl`));
}

/** The body as recorded: parsing and printing it again would rewrite its numbers. */
function bodyText(line) {
    const start = line.indexOf('"body":') + '"body":'.length;
    return line.slice(start, line.lastIndexOf('}')).trim();
}

export function corpusChecks(world) {
    describe('corpus', () => {
        if (world.corpus.length === 0) {
            test('recorded answers', { skip: 'CORPUS names no file' });
            return;
        }
        for (const sdk of sdks) {
            test(`${sdk.name} accumulates the recorded answers`, async (t) => {
                await checkAll(t, world.corpus, outcomes(world, sdk, playAtOnce));
            });
            test(`${sdk.name} accumulates them behind heartbeats with data`, async (t) => {
                await checkAll(t, world.corpus, outcomes(world, sdk, playSlowly));
            });
        }
    });
}

/**
 * Prints the number of equal bodies and every {limit}; fails on a {difference}. `outcomeOf` plays
 * one entry; several run at once.
 */
export async function checkAll(t, entries, outcomeOf) {
    const tally = { equal: 0, limits: new Map(), differences: [] };
    const waiting = [...entries];
    const worker = async () => {
        for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
            enter(tally, entry, await outcomeOf(entry));
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    t.diagnostic(`${tally.equal} of ${entries.length} equal`);
    for (const [limit, models] of tally.limits) {
        t.diagnostic(`${models.length} with ${limit}: ${models.join(' ')}`);
    }
    assert.deepEqual(tally.differences, []);
}

/** The result of `compare`, or, if the SDK threw, the limit that explains it. */
function outcomes(world, sdk, play) {
    return async (entry) => {
        try {
            return await play(world, sdk, entry);
        } catch (error) {
            const rules = limitsOf(entry.body, sdk.generation);
            const limit = rules.find((rule) => rule.endsWith('throws'));
            return limit === undefined ? { difference: String(error) } : { limit };
        }
    };
}

function enter(tally, { model }, { equal, limit, difference }) {
    if (equal) {
        tally.equal += 1;
    } else if (limit !== undefined) {
        tally.limits.set(limit, [...(tally.limits.get(limit) ?? []), model]);
    } else {
        tally.differences.push(`${model} ${difference}`);
    }
}

async function playAtOnce(world, sdk, { model, body }) {
    const streamed = await accumulate(world.daemon, sdk, model);
    return compare(body, streamed, { ...sdk, model });
}

/** The beat's id stays for the whole stream; its timestamp and model may too. */
async function playSlowly(world, sdk, { model, text, body }) {
    const slow = `slow: ${model}`;
    world.upstream.script(slow, { delayMs: world.intervalMs * 1.5, body: text });
    const streamed = await accumulate(world.chunky, sdk, slow);
    const { id, created, model: told } = streamed;
    return compare({ ...body, id, created, model: told }, streamed, sdk);
}

function accumulate(daemon, sdk, model) {
    return accumulated(clientOf(sdk, daemon.url), question(model, ASKED_USAGE));
}
