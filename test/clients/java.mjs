// Runs the Java clients; their lines, "ok NAME", "FAIL NAME: why" and "note TEXT", are checks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { candidates } from './answers-gemini.mjs';
import { messages } from './answers-messages.mjs';
import { responses } from './answers-responses.mjs';
import { answers } from './answers.mjs';
import { DIARIZED, MP3, TRANSCRIPTION } from './audio.mjs';
import { launch } from './daemon.mjs';
import { LATE_ERROR } from './failures.mjs';
import { painted, PAINTING_MS } from './images.mjs';
import { VECTOR } from './keepalive.mjs';

const HERE = fileURLToPath(new URL('java', import.meta.url));

/** A message that calls a tool without any argument. */
const EMPTY_INPUT = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'tool_use', id: 'toolu_1', name: 'clock', input: {} }],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 5 },
};

export function javaChecks(world) {
    test('clients in Java', async (t) => {
        const names = ['text', 'two choices', 'several tool calls'];
        names.forEach((name) => world.upstream.script(name, { body: answers[name] }));
        const delayMs = world.intervalMs * 2.5;
        world.upstream.script('empty input', { body: EMPTY_INPUT });
        world.upstream.script('slow empty input', { delayMs, body: EMPTY_INPUT });
        world.upstream.script('slow', { delayMs, body: answers['several tool calls'] });
        scriptWhole(world, delayMs);
        const two = painted({ b64_json: 'Zmlyc3Q=' }, { b64_json: 'aGk=' });
        world.upstream.script('two images', { body: two });
        const late = { delayMs: PAINTING_MS, body: painted({ b64_json: 'aGk=' }) };
        world.upstream.script('late image', late);
        world.upstream.script('transcription', { body: TRANSCRIPTION });
        const lateText = { delayMs: PAINTING_MS, body: TRANSCRIPTION };
        world.upstream.script('late transcription', lateText);
        world.upstream.script('two speakers', { body: DIARIZED });
        world.upstream.script('speech', { headers: MP3, body: 'hello' });

        const child = launch(process.env.JAVA, [
            '-Dstdout.encoding=UTF-8',
            '-cp',
            `${HERE}/classes:${HERE}/lib/*`,
            'Clients',
            world.daemon.url,
            world.chunky.url,
            world.patient.url,
            world.painting.url,
        ]);
        child.stdin.end(world.corpus.map(({ model }) => `${model}\n`).join(''));
        let complaint = '';
        child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
        const ended = once(child, 'close');
        for await (const line of createInterface({ input: child.stdout })) {
            await tell(t, line);
        }
        const [code] = await ended;
        assert.equal(code, 0, complaint);
    });
}

/** Scripts the answers that Whole.java requests, at once and late. */
function scriptWhole({ upstream }, delayMs) {
    const paths = 'POST /v1beta/models/';
    const bodies = {
        'whole chat': answers.text,
        'whole response': responses.text,
        'whole vector': VECTOR,
        'whole message': messages.text,
        [`${paths}whole:generateContent`]: candidates.text,
        [`${paths}whole:countTokens`]: { totalTokens: 14 },
    };
    for (const [key, body] of Object.entries(bodies)) {
        const error = { status: 429, delayMs, body: { error: LATE_ERROR } };
        upstream.script(key, { body });
        upstream.script(key.replace('whole', 'late'), { delayMs, body });
        upstream.script(key.replace('whole', 'fails'), error);
    }
}

async function tell(t, line) {
    if (line.startsWith('note ')) {
        t.diagnostic(line.slice('note '.length));
        return;
    }
    const [, outcome, name, why] = /^(ok|FAIL) ([^:]*)(?:: (.*))?$/.exec(line) ?? [];
    await t.test(name, () => assert.ok(outcome === 'ok', why ?? line));
}
