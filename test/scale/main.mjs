// The rolling restart: three replicas behind HAProxy, each stopped while its streams are open and
// started again, while streams are held and requests come all the time.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd } from './crowd.mjs';
import { nginxSays, strangersToReadme } from './files.mjs';
import { freePort, Replica, startHaproxy, startUpstream } from './hosts.mjs';

const STREAMS = Number(process.env.STREAMS || 600);
// The more are held, the longer they are: 40 a second begin at the most.
const SLOW_MS = Math.max(6000, STREAMS * 25);
const OPENING_MS = 1000;
const SHORTEST_DRAIN_MS = 500;

const counts = { passed: 0, failed: 0, skipped: 0 };

function check(name, isGood, why = '') {
    counts[isGood ? 'passed' : 'failed'] += 1;
    console.log(`${isGood ? 'ok   ' : 'FAIL '} ${name}${isGood ? '' : `\n      ${why}`}`);
}

async function restart(replica, name, hasStreams) {
    const stopping = performance.now();
    const code = await replica.stop();
    const drained = performance.now() - stopping;
    await replica.start();
    const restarted = performance.now() - stopping - drained;
    check(`${name} stops with 0`, code === 0, `it ended with ${code}`);
    if (hasStreams) {
        check(`${name} lets its streams end`, drained > SHORTEST_DRAIN_MS, `${drained} ms`);
    }
    console.log(`      stopped in ${drained.toFixed()} ms, served again ${restarted.toFixed()} ms`
        + ' later');
}

function report({ tally, refused, broken }, streams) {
    console.log(`      ${tally.streams} streams, ${tally.shorts} whole answers`);
    const shown = (some) => some.slice(0, 10).join('\n      ') + `\n      ${some.length} in all`;
    check('no request is refused', refused.length === 0, shown(refused));
    check('no answer is broken', broken.length === 0, shown(broken));
    if (streams > 0) {
        check('every stream is followed by others', tally.streams >= 3 * streams, tally.streams);
    }
}

function checkFiles(directory) {
    const strangers = strangersToReadme();
    check('the README has the files as they are', strangers.length === 0, strangers);
    const said = nginxSays(directory);
    if (said === undefined) {
        counts.skipped += 1;
        console.log('skip  nginx takes its file (there is no nginx)');
    } else {
        check('nginx takes its file', said === '', said);
    }
}

async function rollUnder(crowd, streams, replicas) {
    await crowd.start(streams);
    await pause(OPENING_MS);
    for (const [i, replica] of replicas.entries()) {
        await restart(replica, `replica ${i + 1}`, streams > 0);
        await pause(1000);
    }
    await crowd.finish();
    report(crowd, streams);
}

async function roll(directory) {
    const upstream = await startUpstream(SLOW_MS);
    const ports = [await freePort(), await freePort(), await freePort()];
    const replicas = ports.map((port) => new Replica(port, upstream.address().port));
    await Promise.all(replicas.map((replica) => replica.start()));
    const front = await freePort();
    const haproxy = await startHaproxy(front, ports, directory);
    await rollUnder(new Crowd(front, 50), STREAMS, replicas);
    console.log('and without streams, so that a replica ends at once:');
    await rollUnder(new Crowd(front, 10), 0, replicas);
    for (const program of [haproxy, ...replicas]) {
        await program.stop();
    }
    upstream.close();
}

process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
const directory = mkdtempSync(`${tmpdir()}/scale-`);
try {
    checkFiles(directory);
    await roll(directory);
} finally {
    rmSync(directory, { recursive: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
