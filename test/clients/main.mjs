// All checks, in one process and one after the other: what is measured is not disturbed by others.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { answers } from './answers.mjs';
import { corpusChecks, readCorpus } from './corpus.mjs';
import { startDaemon } from './daemon.mjs';
import { failureChecks, scriptFailures } from './failures.mjs';
import { heartbeatChecks } from './heartbeats.mjs';
import { javaChecks } from './java.mjs';
import { leavingChecks } from './leaving.mjs';
import { rawChat } from './raw.mjs';
import { replayChecks } from './replay.mjs';
import { routeChecks } from './routes.mjs';
import { question } from './sdks.mjs';
import { startUpstream } from './upstream.mjs';

const INTERVAL_MS = 500;
const PLAIN = { CHUNK_DELAY_MS: 0, HEARTBEAT_INTERVAL_MS: INTERVAL_MS };

const world = { intervalMs: INTERVAL_MS, corpus: readCorpus(process.env.CORPUS) };

/** A JVM's very first answer takes some hundred ms more; what is timed here is a later one. */
async function warmUp(daemons) {
    world.upstream.script('first', { body: answers.text });
    await Promise.all(daemons.map(({ url }) => rawChat(url, question('first', { stream: true }))));
}

describe('clients', () => {
    before(async () => {
        world.upstream = await startUpstream();
        const start = (more) => startDaemon(world.upstream.url, { ...PLAIN, ...more });
        world.daemon = await start({});
        world.chunky = await start({ HEARTBEAT_STYLE: 'chunk' });
        world.quiet = await start({ HEARTBEAT_STYLE: 'off', COMMIT_AFTER_MS: 0 });
        await warmUp([world.daemon, world.chunky, world.quiet]);
        scriptFailures(world);
        world.corpus.forEach(({ model, text }) => world.upstream.script(model, { body: text }));
    });

    after(async () => {
        const daemons = [world.daemon, world.chunky, world.quiet].filter(Boolean);
        await Promise.all(daemons.map((daemon) => daemon.stop()));
        await world.upstream?.close();
    });

    replayChecks(world);
    routeChecks(world);
    failureChecks(world);
    heartbeatChecks(world);
    leavingChecks(world);
    corpusChecks(world);
    javaChecks(world);

    test('no daemon met a bug of its own', () => {
        for (const daemon of [world.daemon, world.chunky, world.quiet]) {
            assert.doesNotMatch(daemon.output(), /^\s+at [\w.$/@]+\(/m);
        }
    });
});
