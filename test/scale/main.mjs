// The rolling restart: three replicas behind each balancer in turn. Each replica stops while its
// streams are open and starts again, while streams are held and requests keep coming.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../clients/daemon.mjs';
import { BALANCERS, filesMissingInReadme, isHere, startBalancer } from './balancers.mjs';
import { Crowd } from './crowd.mjs';
import { Replica, startUpstream } from './hosts.mjs';

const STREAMS = Number(process.env.STREAMS || 600);
const OPENING_MS = 1000;
const SHORTEST_DRAIN_MS = 500;
const MOST_POSTPONED = 0.05;

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

function none(name, some) {
    const shown = [...some.slice(0, 10), `${some.length} in all`].join('\n      ');
    check(name, some.length === 0, shown);
}

function report({ tally, refused, postponed, broken, silent }, streams, asksOthers) {
    console.log(`      ${tally.streams} streams, ${tally.shorts} whole answers, `
        + `${postponed.length} refused with Retry-After`);
    if (asksOthers) {
        none('no request is refused', [...refused, ...postponed]);
    } else {
        none('no request is refused without Retry-After', refused);
        const most = MOST_POSTPONED * (tally.streams + tally.shorts);
        check('few are refused with it', postponed.length <= most, postponed.length);
    }
    none('no answer is broken', broken);
    if (streams > 0) {
        none('the heartbeats of each stream are there long before its answer', silent);
        check('every stream is followed by others', tally.streams >= 3 * streams, tally.streams);
    }
}

async function rollUnder(crowd, streams, replicas, asksOthers) {
    await crowd.start(streams);
    await pause(OPENING_MS);
    for (const [i, replica] of replicas.entries()) {
        await restart(replica, `replica ${i + 1}`, streams > 0);
        await pause(1000);
    }
    await crowd.finish();
    report(crowd, streams, asksOthers);
}

/** Sends one request more than there are replicas, so that none would be left. */
async function askForTheFailing(crowd) {
    const seen = [];
    for (const model of ['none', 'none', 'none', 'none', 'after-0']) {
        seen.push(await crowd.status(model));
    }
    check('an API that fails takes no replica out', seen.join() === '503,503,503,503,200', seen);
}

/** Restarts the replicas behind a balancer that uses its file unchanged. */
async function rollBehind(balancer, streams, replicas, directory) {
    if (!isHere(balancer)) {
        counts.skipped += 1;
        console.log(`skip  the restart behind ${balancer.name}, for there is none`);
        return;
    }
    console.log(`Behind ${balancer.name}, under ${streams} streams:`);
    // More streams last longer, so that at most 40 begin in a second.
    const slowMs = Math.max(4000, streams * 25);
    const front = await freePort();
    const program = await startBalancer(balancer, front, replicas, directory);
    await rollUnder(new Crowd(front, 50, slowMs), streams, replicas, balancer.asksOthers);
    console.log('and without streams, so that a replica ends at once:');
    const crowd = new Crowd(front, 10, slowMs);
    await rollUnder(crowd, 0, replicas, balancer.asksOthers);
    await askForTheFailing(crowd);
    await program.stop();
}

async function roll(directory) {
    const upstream = await startUpstream();
    const ports = [await freePort(), await freePort(), await freePort()];
    const replicas = ports.map((port) => new Replica(port, upstream.address().port));
    await Promise.all(replicas.map((replica) => replica.start()));
    for (const [i, balancer] of BALANCERS.entries()) {
        const streams = i === 0 ? STREAMS : Math.max(20, Math.floor(STREAMS / 10));
        await rollBehind(balancer, streams, replicas, directory);
    }
    await Promise.all(replicas.map((replica) => replica.stop()));
    upstream.close();
}

process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
const directory = mkdtempSync(`${tmpdir()}/scale-`);
try {
    const missing = filesMissingInReadme();
    check('test/scale/README.md shows the files as they are', missing.length === 0, missing);
    await roll(directory);
} finally {
    rmSync(directory, { recursive: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);
