/** The four APIs: requests, the pieces of an answer, and code to copy. */
import { shorten } from './words.js';

const list = (value) => [].concat(value ?? []);
export const isObject = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
export const parse = (text) => { try { return JSON.parse(text); } catch { return undefined; } };

/** The text of content parts; other objects become JSON. */
export const textOf = (value) => {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (!isObject(value)) return String(value ?? '');
  return textOf(value.thinking ?? value.text ?? value.refusal ?? JSON.stringify(value));
};

/** Pieces with the same key form one part. Kinds: text, reasoning, refusal, call, other, finish. */
const piece = (choice, kind, text, place = '', { name, id } = {}) =>
  ({ key: `${choice} ${kind} ${place}`, choice, kind, name, id, text: textOf(text) });

const callPiece = (choice, place, call) => {
  const body = call.function ?? call.custom ?? call;
  const { name, arguments: given = body.input } = body;
  const text = isObject(given) && Object.keys(given).length === 0 ? '' : given;
  return piece(choice, 'call', text, place, { name, id: call.call_id ?? call.id });
};

/** A choice has a delta in a chunk and a message in a whole answer. */
const choicePieces = (choice, position) => {
  const { index = position, delta = choice.message ?? {} } = choice;
  return [
    piece(index, 'reasoning', delta.reasoning_content || delta.reasoning),
    ...list(delta.content ?? choice.text)
      .map((part) => piece(index, part?.type === 'thinking' ? 'reasoning' : 'text', part)),
    piece(index, 'refusal', delta.refusal),
    ...list(delta.function_call).map((call) => callPiece(index, 'function', call)),
    ...list(delta.tool_calls).map((call, at) => callPiece(index, call.index ?? at, call)),
    piece(index, 'finish', choice.finish_reason),
  ];
};

/** The pieces of an output item or content block, complete or just started. */
const itemPieces = (item, at) => {
  const { type } = item;
  if (type === 'message') return list(item.content).flatMap((part) => itemPieces(part, at));
  if (type === 'text' || type === 'output_text') return [piece(0, 'text', item.text, at)];
  if (type === 'refusal') return [piece(0, type, item, at)];
  if (type === 'thinking') return [piece(0, 'reasoning', item.thinking, at)];
  if (type === 'reasoning') {
    return [...list(item.summary), ...list(item.content)].map((it) => piece(0, type, it, at));
  }
  if (/(_call|tool_use)$/.test(type)) return [callPiece(0, at, { name: type, ...item })];
  return [piece(0, 'other', JSON.stringify(item), at)];
};

const isResponseEnd = (type) => /^response\.(completed|incomplete)$/.test(type);

const responsesPieces = ({ delta, item, response, output_index: at }, type) => {
  if (type === 'response.output_item.added' && /_call$/.test(item?.type)) {
    return itemPieces({ ...item, arguments: '', input: '' }, at);
  }
  if (isResponseEnd(type)) {
    return [piece(0, 'finish', response?.incomplete_details?.reason ?? response?.status)];
  }
  if (!/\.delta$/.test(type) || typeof delta !== 'string') return [];
  const kind = /output_text/.test(type) ? 'text' : /arguments|input|code/.test(type) ? 'call'
    : /refusal|reasoning/.exec(type)?.[0] ?? 'other';
  return [piece(0, kind, delta, at)];
};

const messagesPieces = ({ index: at, delta, content_block: block }, type) => {
  if (type === 'content_block_start') return itemPieces(block, at);
  if (type === 'message_delta') return [piece(0, 'finish', delta?.stop_reason)];
  const kind = { text_delta: 'text', thinking_delta: 'reasoning', input_json_delta: 'call' }[
    delta?.type];
  return kind ? [piece(0, kind, delta.text ?? delta.thinking ?? delta.partial_json, at)] : [];
};

const messagesOf = (system, message) =>
  [...(system ? [{ role: 'system', content: system }] : []), { role: 'user', content: message }];

const allChoices = ({ choices }) => list(choices).flatMap(choicePieces);

const CHAT = {
  path: 'chat/completions',
  body: ({ system, message }) => ({ messages: messagesOf(system, message) }),
  streamOptions: { stream_options: { include_usage: true } },
  pieces: allChoices,
  // A heartbeat has choices with at most a role, or with an empty text.
  isHeartbeat: ({ choices, usage }) => list(choices).length > 0 && !usage
    && list(choices).every((it) => !it.finish_reason && (it.delta
      ? Object.keys(it.delta).every((name) => name === 'role') : it.text === '')),
  isEnd: (type, data) => data === '[DONE]',
  wholePieces: allChoices,
};

export const APIS = {
  chat: CHAT,
  completions: {
    ...CHAT,
    path: 'completions',
    body: ({ system, message }) => ({ prompt: [system, message].filter(Boolean).join('\n\n') }),
  },
  responses: {
    path: 'responses',
    body: ({ system, message }) => ({ ...(system && { instructions: system }), input: message }),
    pieces: responsesPieces,
    isHeartbeat: (json, type) => type === 'keepalive',
    isEnd: isResponseEnd,
    wholePieces: ({ output, status }) =>
      [...list(output).flatMap(itemPieces), piece(0, 'finish', status)],
  },
  messages: {
    path: 'messages',
    // Only this API requires max_tokens.
    body: ({ system, message }) =>
      ({ max_tokens: 1024, ...(system && { system }), messages: messagesOf('', message) }),
    pieces: messagesPieces,
    isHeartbeat: (json, type) => type === 'ping',
    isEnd: (type) => type === 'message_stop',
    wholePieces: ({ content, stop_reason: reason }) =>
      [...list(content).flatMap(itemPieces), piece(0, 'finish', reason)],
  },
};

/** The request, without extra members. */
export const requestBody = ({ api, model, stream, ...texts }) => {
  const { body, streamOptions } = APIS[api];
  return { ...(model && { model }), ...body(texts), stream, ...(stream && streamOptions) };
};

export const keyHeaders = (api, key) => (api === 'messages'
  ? { 'anthropic-version': '2023-06-01', ...(key && { 'x-api-key': key }) }
  : key ? { Authorization: `Bearer ${key}` } : {});

/** The members of an error of any API; other text becomes the message. */
export const errorOf = (text) => {
  const json = parse(text);
  const error = json?.error ?? json?.response?.error ?? json;
  const { type, code, param, message = isObject(error) ? text : error ?? text } = Object(error);
  return { type, code, param, message, id: json?.request_id };
};

export const errorLine = ({ status }, body) => shorten(`${status} ${errorOf(body).message}`, 200);

/** Fetches a list. If `items` is null, the body says why. */
export const fetchList = async (path, name, headers) => {
  const response = await fetch(path, { headers }).catch(() => null);
  const body = await response?.text().catch(String) ?? '';
  const items = response?.ok && parse(body)?.[name];
  return { response, body, items: Array.isArray(items) ? items : null };
};

const inQuotes = (text) => `'${text.replaceAll("'", "'\\''")}'`;
/** Escapes apostrophes: they could end Python's quotes. */
const inPython = (value) =>
  `json.loads(r'''${JSON.stringify(value, null, 2).replaceAll("'", '\\u0027')}''')`;

const CODE = {
  curl: ({ api, base, request }) => [
    `curl -N ${inQuotes(`${base}/v1/${APIS[api].path}`)}`,
    "-H 'Content-Type: application/json'",
    ...Object.entries(keyHeaders(api, '$OPENAI_API_KEY'))
      .map(([it, value]) => `-H "${it}: ${value}"`),
    `-d ${inQuotes(JSON.stringify(request))}`,
  ].join(' \\\n  '),

  // The SDK rejects unknown parameters, so extras go into extra_body.
  python: ({ anthropic, base, body, create, extra, stream }) => `import json, os
from ${anthropic ? 'anthropic import Anthropic' : 'openai import OpenAI'} as Client

client = Client(base_url="${base}", api_key=os.environ["OPENAI_API_KEY"])
request = ${inPython(body)}
extra = ${inPython(extra)}
answer = ${create}(**request, extra_body=extra)
${stream ? 'for event in answer:\n    print(event)' : 'print(answer)'}`,

  javascript: ({ anthropic, base, create, request, stream }) => `import Client from '${
  anthropic ? '@anthropic-ai/sdk' : 'openai'}';

const client = new Client({ baseURL: '${base}', apiKey: process.env.OPENAI_API_KEY });
const answer = await ${create}(${JSON.stringify(request, null, 2)});
${stream ? 'for await (const event of answer) console.log(event);' : 'console.log(answer);'}`,
};

/** A program that sends the request; its key comes from the environment. */
export const codeFor = (language, root, request) => {
  const anthropic = request.api === 'messages';
  // Anthropic's SDKs add /v1.
  const base = anthropic || language === 'curl' ? root : `${root}/v1`;
  const create = `client.${APIS[request.api].path.replace('/', '.')}.create`;
  return CODE[language]({ ...request, anthropic, base, create });
};
