// All checks, in one process. Those of short intervals run one after another, so that none disturbs
// the times of others.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { aiSdkChecks } from './aisdk.mjs';
import { answers } from './answers.mjs';
import { audioChecks } from './audio.mjs';
import { completionsChecks } from './completions.mjs';
import { corpusChecks, readCorpus, readCorpusBeside } from './corpus.mjs';
import { startDaemon } from './daemon.mjs';
import { elsewhereChecks } from './elsewhere.mjs';
import { failureChecks, scriptFailures } from './failures.mjs';
import { fallbackChecks } from './fallbacks.mjs';
import { geminiChecks } from './gemini.mjs';
import { heartbeatChecks } from './heartbeats.mjs';
import { imageChecks, PAINTING } from './images.mjs';
import { javaChecks } from './java.mjs';
import { keepaliveChecks, PATIENT } from './keepalive.mjs';
import { langChainChecks } from './langchain.mjs';
import { leavingChecks } from './leaving.mjs';
import { messagesChecks } from './messages.mjs';
import { MODES, modeChecks } from './modes.mjs';
import { passThroughChecks } from './passthrough.mjs';
import { rawChat } from './raw.mjs';
import { replayChecks } from './replay.mjs';
import { responsesChecks } from './responses.mjs';
import { routeChecks } from './routes.mjs';
import { question } from './sdks.mjs';
import { streamOnlyChecks } from './streamonly.mjs';
import { startUpstream } from './upstream.mjs';
import { vendorChecks } from './vendors.mjs';

const INTERVAL_MS = 500;
// Failures are counted, so nothing may be retried unseen.
const PLAIN = { CHUNK_DELAY_MS: 0, HEARTBEAT_INTERVAL_MS: INTERVAL_MS, RETRY_MAX: 0 };

const RECORDED = ['completions', 'responses', 'messages'];

const world = {
    intervalMs: INTERVAL_MS,
    corpus: readCorpus(process.env.CORPUS),
    recorded: Object.fromEntries(
        RECORDED.map((api) => [api, readCorpusBeside(process.env.CORPUS, api)]),
    ),
};

function daemons() {
    const { daemon, chunky, quiet, modal, patient, painting, listing } = world;
    return [daemon, chunky, quiet, modal, patient, painting, listing].filter(Boolean);
}

/** A JVM's first answer takes some hundred ms more, so a later one is timed. */
async function warmUp() {
    world.upstream.script('first', { body: answers.text });
    const request = question('first', { stream: true });
    await Promise.all(daemons().map(({ url }) => rawChat(url, request)));
}

function scriptRecorded(entries) {
    entries.forEach(({ model, text }) => world.upstream.script(model, { body: text }));
}

describe('clients', () => {
    before(async () => {
        world.upstream = await startUpstream();
        const start = (more) => startDaemon(world.upstream.url, { ...PLAIN, ...more });
        world.daemon = await start({});
        // Each heartbeat carries data, except to clients that would fail on it.
        world.chunky = await start({ HEARTBEAT_DATA_AFTER_MS: 0 });
        world.quiet = await start({ HEARTBEAT_STYLE: 'off', COMMIT_AFTER_MS: 0 });
        world.modal = await start(MODES);
        world.patient = await start(PATIENT);
        world.painting = await start(PAINTING);
        world.listing = await start({ MODEL_LIST_MODES: 'fake,real' });
        await warmUp();
        scriptFailures(world);
        [world.corpus, ...Object.values(world.recorded)].forEach(scriptRecorded);
    });

    after(async () => {
        await Promise.all(daemons().map((daemon) => daemon.stop()));
        await world.upstream?.close();
    });

    replayChecks(world);
    routeChecks(world);
    failureChecks(world);
    heartbeatChecks(world);
    leavingChecks(world);
    corpusChecks(world);
    completionsChecks(world);
    responsesChecks(world);
    messagesChecks(world);
    geminiChecks(world);
    elsewhereChecks(world);
    imageChecks(world);
    audioChecks(world);
    aiSdkChecks(world);
    langChainChecks(world);
    vendorChecks(world);
    modeChecks(world);
    streamOnlyChecks(world);
    passThroughChecks(world);
    keepaliveChecks(world);
    fallbackChecks();
    javaChecks(world);

    test('no daemon met a bug of its own', () => {
        for (const daemon of daemons()) {
            assert.doesNotMatch(daemon.output(), /^\s+at [\w.$/@]+\(/m);
        }
    });
});
