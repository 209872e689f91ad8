// When the client leaves, the daemon ends the upstream's work.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { describe, test } from 'node:test';
import { answers } from './answers.mjs';
import { rawChat } from './raw.mjs';
import { clientOf, question, sdks } from './sdks.mjs';

/** Longer than any check waits: the upstream never ends the call. */
const LONG_MS = 20_000;

export function leavingChecks(world) {
    describe('leaving', () => {
        test('a client that leaves before the commit', async (t) => {
            const model = 'left before the commit';
            const control = new AbortController();
            await checkLeaving(world, t, model, control, (left) => {
                world.upstream.next(model).then(left);
                return rawChat(world.daemon.url, question(model, { stream: true }), control);
            });
        });

        test('a client that leaves after the first beat', async (t) => {
            const model = 'left after the first beat';
            const control = new AbortController();
            await checkLeaving(world, t, model, control, (left) =>
                rawChat(world.daemon.url, question(model, { stream: true }), {
                    signal: control.signal,
                    onPiece: left,
                }),
            );
        });

        for (const sdk of sdks) {
            test(`${sdk.name} aborts`, async (t) => {
                const model = `left by ${sdk.name}`;
                const control = new AbortController();
                await checkLeaving(world, t, model, control, (left) => {
                    world.upstream.next(model).then(left);
                    return clientOf(sdk, world.daemon.url).chat.completions.create(
                        question(model, { stream: true }),
                        { signal: control.signal },
                    );
                });
            });
        }
    });
}

/** `ask` starts the call, and calls its argument when the client should leave. */
async function checkLeaving(world, t, model, control, ask) {
    world.upstream.script(model, { delayMs: LONG_MS, body: answers.text });
    const arrival = world.upstream.next(model);
    const leftAt = await new Promise((resolve) => {
        const leave = () => {
            resolve(performance.now());
            control.abort();
        };
        ask(leave).catch((error) => error);
    });
    const record = await (await arrival).closed;
    assert.ok(record.leftAt !== undefined, 'the upstream worked to its end');
    const tookMs = Math.round(record.leftAt - leftAt);
    t.diagnostic(`the upstream's connection closed ${tookMs} ms after the client left`);
    // The first write after the client's FIN still succeeds, so noticing it takes a second beat.
    assert.ok(tookMs <= 2 * world.intervalMs + 500, `${tookMs} ms`);
}
