// Our own whole messages, one for each kind of block that Anthropic's stream distinguishes.
import { HARD_TEXT } from './answers.mjs';

function message(content, more = {}) {
    return {
        id: 'msg_whole',
        type: 'message',
        role: 'assistant',
        model: 'claude-vendor-2025',
        content,
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: {
            input_tokens: 12,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 34,
            service_tier: 'standard',
        },
        ...more,
    };
}

function text(value, more = {}) {
    return { type: 'text', text: value, ...more };
}

function tool(position, input, more = {}) {
    return { type: 'tool_use', id: `toolu_${position}`, name: 'weather', input, ...more };
}

const CITATIONS = [
    {
        type: 'char_location',
        cited_text: 'Blue.',
        document_index: 0,
        document_title: null,
        start_char_index: 0,
        end_char_index: 5,
    },
    {
        type: 'web_search_result_location',
        cited_text: 'Na\u00efve.',
        encrypted_index: 'aW5kZXg=',
        title: 'T',
        url: 'https://example.org/',
    },
];

const SEARCH = [
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'news' } },
    {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
            {
                type: 'web_search_result',
                title: 'T',
                url: 'https://example.org/',
                encrypted_content: 'c2VjcmV0',
                page_age: null,
            },
        ],
    },
];

const MCP = [
    {
        type: 'mcp_tool_use',
        id: 'mcptoolu_1',
        name: 'ask',
        server_name: 'wiki',
        input: { question: 'What is it?', deep: { list: [1, 2.5, null] } },
    },
    {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_1',
        is_error: false,
        content: [{ type: 'text', text: 'A thing.' }],
    },
];

/** Only the beta client accumulates this: the other one loses the input of an MCP tool. */
export const betaMessages = {
    'tools over MCP': message([text('I ask.'), ...MCP]),
};

/** name -> whole message */
export const messages = {
    text: message([text(HARD_TEXT)]),
    'a long text': message([text('Words and words. '.repeat(8000))], { stop_reason: 'max_tokens' }),
    thinking: message([
        { type: 'thinking', thinking: 'It is so. '.repeat(30), signature: 'c2lnbmF0dXJl' },
        { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
        text('Forty-two.'),
    ]),
    'several tool calls': message(
        [
            text('Let me look.'),
            tool(1, { city: 'M\u00fcnchen', days: [1, 2, 3], unit: { name: 'C', exact: true } }),
            tool(2, {}),
        ],
        { stop_reason: 'tool_use' },
    ),
    citations: message([text('The sky is '), text('blue', { citations: CITATIONS }), text('.')]),
    'tools of the server': message([...SEARCH, text('That is the news.')]),
    'a refusal': message([text('I')], { stop_reason: 'refusal' }),
    'a stop sequence': message([text('One, two, ')], {
        stop_reason: 'stop_sequence',
        stop_sequence: 'three',
    }),
    'no content': message([]),
};
