// The legacy completions. No SDK accumulates their chunks, so this file folds them itself.
import { describe } from 'node:test';
import { ASKED_USAGE, HARD_TEXT } from './answers.mjs';
import { clientOf, completionChunksOf, completionsQuestion, sdks } from './sdks.mjs';
import { streamChecks } from './streams.mjs';

function answer(choices, more = {}) {
    return {
        id: 'cmpl-whole',
        object: 'text_completion',
        created: 1750000000,
        model: 'vendor-instruct',
        choices: choices.map((choice, index) => ({
            index,
            logprobs: null,
            finish_reason: 'stop',
            ...choice,
        })),
        usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
        ...more,
    };
}

const LOGPROBS = {
    tokens: ['One', ' two'],
    token_logprobs: [-0.5, -1.25],
    top_logprobs: [{ One: -0.5 }, { ' two': -1.25 }],
    text_offset: [0, 3],
};

const answers = {
    text: answer([{ text: HARD_TEXT }], { system_fingerprint: 'fp_1' }),
    'an empty text': answer([{ text: '', finish_reason: 'length' }]),
    logprobs: answer([{ text: 'One two', logprobs: LOGPROBS }]),
    'two choices': answer([
        { text: 'The first of two choices, said at some length, and then some.' },
        { text: 'The second.', finish_reason: 'length', stop_reason: 7 },
    ]),
};

/** Texts join; of everything else the last value that is not null wins. */
function folded(chunks) {
    const whole = {};
    const choices = [];
    for (const { choices: told, ...members } of chunks) {
        overwrite(whole, members);
        for (const choice of told) {
            const before = (choices[choice.index] ??= { text: '' });
            const text = before.text + choice.text;
            overwrite(before, choice);
            before.text = text;
        }
    }
    return { ...whole, choices };
}

function overwrite(target, members) {
    for (const [name, value] of Object.entries(members)) {
        target[name] = value ?? target[name] ?? null;
    }
}

const api = {
    name: 'completions',
    path: () => '/v1/completions',
    request: (model) => completionsQuestion(model, { stream: true }),
    answers,
    canonical: (whole) => whole,
    beats: /^(: heartbeat\n){2,3}data: \{"id":"cmpl-whole"/,
    minted: ['id', 'created', 'model'],
    clients: sdks.map((sdk) => ({
        name: `${sdk.name} completions`,
        accumulated: async (url, model) => {
            const request = completionsQuestion(model, ASKED_USAGE);
            return folded(await completionChunksOf(clientOf(sdk, url), request));
        },
    })),
};

export function completionsChecks(world) {
    describe('completions', () => streamChecks(world, api));
}
