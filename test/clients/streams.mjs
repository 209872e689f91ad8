// The checks for every API beside the chat: each official client reads from a stream what it reads
// from the whole answer, at once and after heartbeats, for our own and for recorded answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from './canonical.mjs';
import { checkAll } from './corpus.mjs';
import { rawPost } from './raw.mjs';

/**
 * An API is {name, path(model), request(model), key(model), clients, answers, canonical, beats}:
 *   key        the upstream's name of the model, if it differs
 *   clients    [{name, accumulated(url, model), recorded, chunky}]; `recorded: false` if the
 *              client has known limits; `chunky` reads a stream whose beats are events
 *   answers    name -> whole answer
 *   canonical  (answer, {whole}) -> the value to compare, without members that a client adds
 *   beats      how a slow stream begins
 *   minted     the members that a heartbeat sends before the answer is known
 *   behindBeats  (answer) -> the part that survives behind heartbeats with data
 */
export function streamChecks(world, api) {
    for (const client of api.clients) {
        for (const [name, whole] of Object.entries(api.answers)) {
            test(`${client.name} accumulates ${name}`, async () => {
                const model = scripted(world, api, name, { body: whole });
                const streamed = await client.accumulated(world.daemon.url, model);
                assertSame(api, whole, streamed);
            });
        }
        test(`${client.name} takes no notice of heartbeats`, async () => {
            const names = Object.keys(api.answers);
            await Promise.all(names.map((name) => checkSlow(world, api, client, name)));
        });
        if (client.recorded !== false) {
            recordedCheck(world, api, client);
        }
    }
    test(`${api.name} is kept alive by its own beats`, async () => {
        const [name, whole] = Object.entries(api.answers)[0];
        const model = slow(world, api, name, whole);
        const seen = await rawPost(`${world.daemon.url}${api.path(model)}`, api.request(model));
        assert.match(seen.headers.get('content-type'), /^text\/event-stream/);
        assert.equal(seen.error, undefined);
        assert.match(seen.text, api.beats);
    });
}

/** Scripts the upstream's answer and returns the model's name; SDKs put some names into paths. */
export function scripted(world, api, name, answer) {
    const model = `${api.name} ${name}`.replace(/\W+/g, '-');
    world.upstream.script(keyOf(api, model), answer);
    return model;
}

export function slow(world, api, name, body) {
    return scripted(world, api, `slow ${name}`, { delayMs: world.intervalMs * 2.4, body });
}

function keyOf(api, model) {
    return api.key?.(model) ?? model;
}

function difference({ canonical }, whole, streamed) {
    return firstDifference(canonical(whole), canonical(streamed), '');
}

export function assertSame(api, whole, streamed) {
    assert.equal(difference(api, whole, streamed), undefined);
}

async function checkSlow(world, api, client, name) {
    const whole = api.answers[name];
    const model = slow(world, api, name, whole);
    const [commented, chunky] = await Promise.all([
        client.accumulated(world.daemon.url, model),
        (client.chunky ?? client.accumulated)(world.chunky.url, model),
    ]);
    assertSame(api, whole, commented);
    assertSame(api, withMinted(api, whole, chunky), chunky);
}

function recordedCheck(world, api, client) {
    const entries = world.recorded[api.name];
    if (entries === undefined) {
        return;
    }
    const skip = entries.length === 0 && 'CORPUS has no such file beside it';
    const check = (name, play) => test(name, { skip }, async (t) => {
        await checkAll(t, entries, async (entry) => {
            try {
                const found = await play(entry);
                return found === undefined ? { equal: true } : { difference: found };
            } catch (error) {
                return { difference: String(error) };
            }
        });
    });
    check(`${client.name} accumulates the recorded ${api.name}`, async ({ model, body }) =>
        difference(api, body, await client.accumulated(world.daemon.url, model)));
    check(`${client.name} accumulates the recorded ${api.name} behind heartbeats with data`,
        async ({ model, text, body }) => {
            const late = slow(world, api, model, text);
            const streamed = await (client.chunky ?? client.accumulated)(world.chunky.url, late);
            return difference(api, withMinted(api, body, streamed), streamed);
        });
}

/** The whole answer with the members that a heartbeat sent early, without those it loses. */
function withMinted({ minted = [], behindBeats = (answer) => answer }, whole, streamed) {
    const told = Object.fromEntries(minted.map((name) => [name, streamed[name]]));
    return JSON.parse(JSON.stringify({ ...behindBeats(whole), ...told }));
}
