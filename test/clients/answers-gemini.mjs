// Our own whole answers in Gemini's form.
import { HARD_TEXT } from './answers.mjs';

const USAGE = { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 };

function answer(candidates, more = {}) {
    return {
        candidates,
        usageMetadata: USAGE,
        modelVersion: 'gemini-vendor',
        responseId: 'resp_1',
        ...more,
    };
}

function candidate(parts, more = {}) {
    return { content: { role: 'model', parts }, finishReason: 'STOP', index: 0, ...more };
}

const RATINGS = [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' }];

const GROUNDING = {
    webSearchQueries: ['news'],
    groundingChunks: [{ web: { uri: 'https://example.org/', title: 'T' } }],
    groundingSupports: [
        { segment: { startIndex: 0, endIndex: 5, text: 'Blue.' }, groundingChunkIndices: [0] },
    ],
};

const CITED = {
    citationSources: [
        { startIndex: 0, endIndex: 5, uri: 'https://example.org/' },
        { startIndex: 6, endIndex: 9, uri: 'https://example.org/2' },
    ],
};

/** name -> whole answer with a turn of the model */
export const candidates = {
    text: answer([candidate([{ text: HARD_TEXT }], { safetyRatings: RATINGS })]),
    'a long text': answer([
        candidate([{ text: 'Words and words. '.repeat(8000) }], { finishReason: 'MAX_TOKENS' }),
    ]),
    thoughts: answer([
        candidate([
            { text: 'It is said that the answer is known. '.repeat(9), thought: true },
            { text: 'Forty-two.', thoughtSignature: 'c2lnbmF0dXJl' },
        ]),
    ]),
    'several tool calls': answer([
        candidate([
            { text: 'Let me look.' },
            {
                functionCall: { name: 'weather', args: { city: 'M\u00fcnchen', days: [1, 2.5] } },
                thoughtSignature: 'c2ln',
            },
            { functionCall: { id: 'call_2', name: 'clock', args: {} } },
        ]),
    ]),
    'code and a picture': answer([
        candidate([
            { executableCode: { language: 'PYTHON', code: 'print(1)\r\n' } },
            { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
            { text: 'See:' },
            { inlineData: { mimeType: 'image/png', data: 'aGVsbG8=' } },
        ]),
    ]),
    citations: answer([
        candidate([{ text: 'Blue. Sky.' }], {
            citationMetadata: CITED,
            groundingMetadata: GROUNDING,
        }),
    ]),
    'two candidates': answer([
        candidate([{ text: 'The first of two candidates, said at some length, and more.' }]),
        candidate([{ text: 'The second.' }], { index: 1, finishReason: 'MAX_TOKENS' }),
    ]),
};

/** name -> whole answer without a turn of the model */
export const blocked = {
    'a blocked prompt': {
        promptFeedback: { blockReason: 'SAFETY', safetyRatings: RATINGS },
        usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
        modelVersion: 'gemini-vendor',
    },
};
