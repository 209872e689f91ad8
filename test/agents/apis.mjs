// The four APIs as the upstream speaks them: the names of the tools in a request, and the bodies of
// whole answers and of errors.

const chat = {
    tools: ({ tools = [] }) => tools.map((tool) => tool.function?.name),
    toolCall: (name, args) => chatCompletion('tool_calls', {
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name, arguments: json(args) } }],
    }),
    text: (content) => chatCompletion('stop', { content }),
    error: openAiError,
};

const responses = {
    tools: ({ tools = [] }) => tools.map(({ name }) => name),
    toolCall: (name, args) => response({
        type: 'function_call', id: 'fc_1', call_id: 'call_1', name, arguments: json(args),
    }),
    text: (text) => response({
        type: 'message', id: 'msg_1', role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
    }),
    error: openAiError,
};

const messages = {
    tools: ({ tools = [] }) => tools.map(({ name }) => name),
    toolCall: (name, input) =>
        message('tool_use', { type: 'tool_use', id: 'toolu_1', name, input }),
    text: (text) => message('end_turn', { type: 'text', text }),
    error: ({ status, message: text }) => ({
        type: 'error', error: { type: ANTHROPIC_TYPES[status], message: text },
    }),
};

const gemini = {
    tools: ({ tools = [] }) => tools.flatMap(({ functionDeclarations = [] }) =>
        functionDeclarations.map(({ name }) => name)),
    toolCall: (name, args) => candidate({ functionCall: { name, args } }),
    text: (text) => candidate({ text }),
    error: ({ status, message: text }) => ({
        error: { code: status, message: text, status: GOOGLE_STATUSES[status] },
    }),
};

const ANTHROPIC_TYPES = { 400: 'invalid_request_error', 429: 'rate_limit_error', 500: 'api_error' };
const OPENAI_TYPES = { 400: 'invalid_request_error', 429: 'requests', 500: 'server_error' };
const GOOGLE_STATUSES = { 400: 'INVALID_ARGUMENT', 429: 'RESOURCE_EXHAUSTED', 500: 'INTERNAL' };

const PATHS = [
    [/^\/v1\/chat\/completions$/, chat],
    [/^\/v1\/responses$/, responses],
    [/^\/v1\/messages$/, messages],
    [/^\/v1beta\/models\/[^/]+:(stream)?generateContent$/i, gemini],
];

/** The API at this path; undefined for all other paths. */
export function apiAt(path) {
    return PATHS.find(([pattern]) => pattern.test(path))?.[1];
}

function json(value) {
    return JSON.stringify(value);
}

function openAiError({ status, message: text, code = null }) {
    return { error: { message: text, type: OPENAI_TYPES[status], param: null, code } };
}

function chatCompletion(reason, content) {
    return {
        id: 'chatcmpl-1', object: 'chat.completion', created: 1764000000, model: 'whole-1',
        choices: [{
            index: 0, message: { role: 'assistant', ...content },
            finish_reason: reason, logprobs: null,
        }],
        usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
    };
}

function response(item) {
    return {
        id: 'resp_1', object: 'response', created_at: 1764000000, model: 'whole-1',
        status: 'completed', error: null, incomplete_details: null,
        output: [{ ...item, status: 'completed' }],
        usage: {
            input_tokens: 9, input_tokens_details: { cached_tokens: 0 },
            output_tokens: 9, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 18,
        },
    };
}

function message(reason, block) {
    return {
        id: 'msg_1', type: 'message', role: 'assistant', model: 'whole-1', content: [block],
        stop_reason: reason, stop_sequence: null, usage: { input_tokens: 9, output_tokens: 9 },
    };
}

function candidate(part) {
    return {
        candidates: [{
            index: 0, content: { role: 'model', parts: [part] }, finishReason: 'STOP',
        }],
        usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 9, totalTokenCount: 18 },
        modelVersion: 'whole-1',
    };
}
