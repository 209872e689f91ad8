// The form that openai-node gives any stream, OpenAI's own too. Its accumulator adds, drops and
// empties a few values, so a streamed answer is compared with the whole one in this form.
//
// The SDK (src/lib/ChatCompletionStream.ts, generations 6 and 7):
//   - adds `message.parsed: null`; an absent `content`, `refusal` or `logprobs` becomes null
//   - an empty `refusal` becomes null, and so does an empty `content` in generation 6
//   - drops a falsy `system_fingerprint`, and a null `tool_calls`, `function_call` or `audio`
//   - drops `tool_calls[].index`, and unknown members of `function`, `custom` and `audio`
//   - beside a `function_call` keeps only role, content, refusal and audio of the message
// The daemon (WIRE.md 0, last paragraph), if an SDK would throw otherwise:
//   - `created` 0, the request's `model`, role `assistant`, tool type `function`, a finish reason
//   - omits empty members: an empty list of tool calls, a `function_call` without a name,
//     a null `usage`, and `error`, which no chunk may carry
import { isDeepStrictEqual } from 'node:util';

export function canonical(answer, { generation, model }) {
    const { id, object, created, choices, usage, system_fingerprint, error, ...vendor } = answer;
    return withoutUndefined({
        model,
        ...vendor,
        id,
        object: 'chat.completion',
        created: created ?? 0,
        choices: inOrder(choices).map((choice) => canonicalChoice(choice, generation)),
        usage: usage ?? undefined,
        system_fingerprint: system_fingerprint || undefined,
    });
}

function inOrder(choices) {
    return choices
        .map((choice, position) => ({ ...choice, index: choice.index ?? position }))
        .sort((one, other) => one.index - other.index);
}

function canonicalChoice({ message, finish_reason, logprobs, ...rest }, generation) {
    const usual = message?.tool_calls?.length ? 'tool_calls' : 'stop';
    return {
        ...rest,
        finish_reason: finish_reason || usual,
        logprobs: logprobs ?? null,
        message: canonicalMessage(message ?? {}, generation),
    };
}

function canonicalMessage(message, generation) {
    const { role, content, refusal, function_call, tool_calls, audio, ...vendor } = message;
    const known = {
        role: role || 'assistant',
        content: content === '' && generation < 7 ? null : (content ?? null),
        refusal: refusal || null,
        audio: audio ? pick(audio, ['id', 'data', 'transcript', 'expires_at']) : undefined,
        parsed: null,
    };
    if (function_call?.name) {
        const { name, arguments: text } = function_call;
        return { ...known, function_call: { name, arguments: text ?? '' } };
    }
    const tools = tool_calls?.length ? tool_calls.map(canonicalTool) : undefined;
    return { ...vendor, ...known, tool_calls: tools };
}

function canonicalTool({ index, type, function: called, custom, ...rest }) {
    if (custom) {
        return { ...rest, type, custom: { name: custom.name, input: custom.input ?? '' } };
    }
    const { name, arguments: text } = called ?? {};
    return { ...rest, type: type ?? 'function', function: { name, arguments: text ?? '' } };
}

/**
 * Compares an accumulated answer with the whole one: {equal}, or {limit} if only values differ that
 * no stream can bring through this SDK, or {difference}, the first one with its path.
 */
export function compare(original, streamed, sdk) {
    const expected = canonical(original, sdk);
    const actual = canonical(streamed, sdk);
    if (isDeepStrictEqual(actual, expected)) {
        return { equal: true };
    }
    const limits = limitsOf(original, sdk.generation);
    const difference = firstDifference(blind(expected, original), blind(actual, original), '');
    return difference === undefined ? { limit: limits.join(', ') } : { difference };
}

/** The rules by which values of `original` cannot come through: see the table in WIRE.md 0. */
export function limitsOf(original, generation) {
    const messages = original.choices.map((choice) => choice.message ?? {});
    const tools = messages.flatMap((message) => message.tool_calls ?? []);
    const rules = [
        ['an answer without an id, which the daemon makes up', !original.id],
        ['array content, which the SDK joins as text', messages.some(hasArrayContent)],
        ['a tool call without an id, which the SDK makes up', tools.some((tool) => !tool.id)],
        ['a custom tool call, which throws', generation < 7 && tools.some((tool) => tool.custom)],
    ];
    return rules.filter(([, applies]) => applies).map(([rule]) => rule);
}

function hasArrayContent(message) {
    return Array.isArray(message.content);
}

/** A copy of `answer` without the values that `limitsOf(original)` names. */
function blind(answer, original) {
    const copy = structuredClone(answer);
    if (!original.id) {
        delete copy.id;
    }
    inOrder(original.choices).forEach(({ message }, position) => {
        const blinded = copy.choices[position]?.message ?? {};
        if (hasArrayContent(message ?? {})) {
            delete blinded.content;
        }
        message?.tool_calls?.forEach((tool, i) => {
            if (!tool.id && blinded.tool_calls?.[i]) {
                delete blinded.tool_calls[i].id;
            }
        });
    });
    return copy;
}

/** The first path at which two JSON values differ, with both values; undefined if none. */
export function firstDifference(expected, actual, path) {
    if (isDeepStrictEqual(expected, actual)) {
        return undefined;
    }
    if (!isContainer(expected) || !isContainer(actual)) {
        return `${path || 'all'}: expected ${short(expected)}, got ${short(actual)}`;
    }
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    for (const name of names) {
        const found = firstDifference(expected[name], actual[name], `${path}/${name}`);
        if (found !== undefined) {
            return found;
        }
    }
    return `${path || 'all'}: an array against an object`;
}

function isContainer(value) {
    return typeof value === 'object' && value !== null;
}

function short(value) {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

export function pick(value, names) {
    return Object.fromEntries(names.map((name) => [name, value[name] ?? undefined]));
}

function withoutUndefined(value) {
    return JSON.parse(JSON.stringify(value));
}
