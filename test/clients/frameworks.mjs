// The checks for frameworks, which have their own form of an answer: a stream gives the caller the
// same as a whole answer gives the same client, through the same daemon.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from './canonical.mjs';
import { EARLY, LATE, LATE_ERROR, rejection } from './failures.mjs';
import { scripted, slow } from './streams.mjs';

/** Thousands of pieces take these clients seconds of computing, in which nothing else runs. */
const TOO_LONG = 'a long text';

/**
 * A client is {name, answers, whole, streamed, expected, statusOf, minted}:
 *   answers    name -> whole answer
 *   whole      (url, model) -> requests no stream, and returns
 *              {id, text, tools: [{id, name, input}], ...}
 *   streamed   (url, model) -> requests a stream, folds it, and returns the same
 *   expected   (answer) -> the least that both must hold, so that equal losses do not pass
 *   statusOf   (error) -> the HTTP status in the error, if the client knows it
 *   minted     the members that a heartbeat sends before the answer is known
 */
export function frameworkChecks(world, client) {
    const names = Object.keys(client.answers).filter((name) => name !== TOO_LONG);
    for (const name of names) {
        test(`${client.name} streams ${name}`, async () => {
            const body = client.answers[name];
            const model = scripted(world, client, name, { body });
            const [whole, streamed] = await Promise.all([
                client.whole(world.daemon.url, model),
                client.streamed(world.daemon.url, model),
            ]);
            assertSame(client.expected(body), pickAs(client.expected(body), whole));
            assertSame(whole, streamed);
        });
    }
    test(`${client.name} takes no notice of comments`, async () => {
        await Promise.all(names.map((name) => checkSlow(world, client, name)));
    });
    test(`${client.name} takes no notice of beats that are events`, async () => {
        await Promise.all(names.map((name) => checkSlowInEvents(world, client, name)));
    });
    failures(world, client);
}

async function wholeAndSlow(world, client, name, url) {
    const body = client.answers[name];
    return Promise.all([
        client.whole(world.daemon.url, scripted(world, client, name, { body })),
        client.streamed(url, slow(world, client, name, body)),
    ]);
}

async function checkSlow(world, client, name) {
    const [whole, streamed] = await wholeAndSlow(world, client, name, world.daemon.url);
    assertSame(whole, streamed);
}

async function checkSlowInEvents(world, client, name) {
    const [whole, streamed] = await wholeAndSlow(world, client, name, world.chunky.url);
    assertSame({ ...whole, ...pickAs(client.minted, streamed) }, streamed);
}

function failures(world, client) {
    for (const { status, error } of EARLY) {
        test(`${client.name} tells an early ${status}`, async () => {
            const thrown = await rejection(client.streamed(world.daemon.url, `fails ${status}`));
            assert.equal(client.statusOf(thrown), status);
            assert.ok(thrown.message.includes(error.message), thrown.message);
        });
    }
    test(`${client.name} tells a 502 where the upstream hangs up early`, async () => {
        const thrown = await rejection(client.streamed(world.daemon.url, 'hangs up'));
        assert.equal(client.statusOf(thrown), 502);
    });
    test(`${client.name} tells the upstream's own error after the commit`, async () => {
        for (const { url } of [world.daemon, world.chunky]) {
            const thrown = await rejection(client.streamed(url, LATE));
            assert.ok(String(thrown.message).includes(LATE_ERROR.message), String(thrown));
        }
    });
    test(`${client.name} fails where the upstream hangs up after the commit`, async () => {
        for (const { url } of [world.daemon, world.chunky]) {
            const thrown = await rejection(client.streamed(url, 'hangs up late'));
            assert.ok(thrown.message);
        }
    });
}

export function assertSame(expected, actual) {
    assert.equal(firstDifference(expected, actual, ''), undefined);
}

/** Only the members of `value` that `model` has. */
function pickAs(model, value) {
    return Object.fromEntries(Object.keys(model).map((name) => [name, value[name]]));
}

/** A whole chat answer in the form of both frameworks: they read only the first choice. */
export function expectedOfChat({ choices: [{ message }], usage }) {
    return {
        text: message.content ?? '',
        tools: (message.tool_calls ?? []).map(({ id, function: { name, arguments: text } }) => {
            return { id, name, input: JSON.parse(text || '{}') };
        }),
        total: usage.total_tokens,
    };
}
