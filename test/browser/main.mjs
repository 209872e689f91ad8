// All checks of the test page, each in its own page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startDaemon, startDemo } from '../clients/daemon.mjs';
import { startUpstream } from '../clients/upstream.mjs';
import { apiChecks } from './apis.mjs';
import { startBrowser } from './browser.mjs';
import { clientChecks } from './clients.mjs';
import { lookChecks } from './look.mjs';
import { mediaChecks } from './media.mjs';
import { moduleChecks } from './modules.mjs';
import { BASE_PATH, pathChecks } from './path.mjs';
import { shots } from './shots.mjs';
import { speedChecks } from './speed.mjs';
import { streamChecks, timeChecks } from './stream.mjs';

const world = {};
let daemons = [];
const OPERATOR = { OPENAI_API_KEY: 'sk-operator', ALLOW_ENV_API_KEY: true };

describe('browser', () => {
    before(async () => {
        world.upstream = await startUpstream();
        const settings = { HEARTBEAT_INTERVAL_MS: 500, CHUNK_DELAY_MS: 5, RETRY_MAX: 0 };
        const { url } = world.upstream;
        daemons = await Promise.all([
            startDemo({ HEARTBEAT_INTERVAL_MS: 1000, BASE_PATH }),
            startDaemon(url, settings),
            // The late commit lets an early error precede it on a busy machine too.
            startDaemon(url, { ...settings, COMMIT_AFTER_MS: 60_000 }),
            startDaemon(url, { ...settings, CHUNK_TARGET_LENGTH: 1, CHUNK_DELAY_MS: 1 }),
            startDaemon(url, { ...settings, ...OPERATOR, PROXY_API_KEYS: 'proxy-key-1' }),
        ]);
        [world.demo, world.daemon, world.patient, world.fine, world.guarded] = daemons;
        world.browser = await startBrowser();
    });

    after(async () => {
        await world.browser?.close();
        await Promise.all(daemons.map((daemon) => daemon.stop()));
        await world.upstream?.close();
    });

    describe('modules', moduleChecks);
    // Timed checks run one at a time; the others run concurrently.
    describe('timed', () => {
        speedChecks(world);
        pathChecks(world);
        clientChecks(world);
        timeChecks(world);
    });
    describe('page', { concurrency: 4 }, () => {
        lookChecks(world);
        streamChecks(world);
        apiChecks(world);
        mediaChecks(world);
    });
    if (process.env.SHOTS) {
        shots(world);
    }

    test('no daemon met a bug of its own', () => {
        for (const daemon of daemons) {
            assert.doesNotMatch(daemon.output(), /^\s+at [\w.$/@]+\(/m);
        }
    });
});
