/** The APIs: requests, the pieces of an answer, and code to copy. */
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

/**
 * Pieces with the same key form one part. Kinds: text, reasoning, refusal, call, image, sound,
 * other, finish. An image and a sound have bytes.
 */
const piece = (choice, kind, text, place = '', { name, id, bytes } = {}) =>
  ({ key: `${choice} ${kind} ${place}`, choice, kind, name, id, text: textOf(text), bytes });

/** Undefined if the text is no base64. A loop, because an image can have millions of bytes. */
const bytesOf = (base64) => {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch { return undefined; }
};

/** What holds no bytes is shown as text. */
const mediaPiece = (kind, base64, text, place, whole) => {
  const bytes = base64 && bytesOf(base64);
  return bytes ? piece(0, kind, text, place, { bytes }) : piece(0, 'other', whole, place);
};

/** A vendor can give an address instead; the page loads nothing from other servers. */
const imagePiece = (image, place) => {
  const { b64_json: base64, revised_prompt: text, url } = Object(image);
  return mediaPiece('image', base64, text, place, url ?? JSON.stringify(image));
};

/** An event without a type holds no image, but a task that still runs. */
const isImagesEnd = (type) => type === undefined || /\.completed$/.test(type);

const speechPiece = (speech) =>
  mediaPiece('sound', speech.audio, '', '', JSON.stringify(speech));
/** A part of a sound that came as it is. */
export const soundPiece = (bytes) => piece(0, 'sound', '', '', { bytes });

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

const joinedText = ({ system, message }) => [system, message].filter(Boolean).join('\n\n');
const messagesOf = (system, message) =>
  [...(system ? [{ role: 'system', content: system }] : []), { role: 'user', content: message }];

const allChoices = ({ choices }) => list(choices).flatMap(choicePieces);

const CHAT = {
  path: 'chat/completions',
  body: ({ system, message }) => ({ messages: messagesOf(system, message) }),
  streamed: { stream: true, stream_options: { include_usage: true } },
  pieces: allChoices,
  // A heartbeat has choices with at most a role, or with an empty text.
  isHeartbeat: ({ choices, usage }) => list(choices).length > 0 && !usage
    && list(choices).every((it) => !it.finish_reason && (it.delta
      ? Object.keys(it.delta).every((name) => name === 'role') : it.text === '')),
  isEnd: (type, data) => data === '[DONE]',
  wholePieces: allChoices,
};

const IMAGES = {
  path: 'images/generations',
  call: 'images.generate',
  body: (texts) => ({ prompt: joinedText(texts) }),
  pieces: (image, type, count) => (isImagesEnd(type) ? [imagePiece(image, count)] : []),
  isHeartbeat: (json, type) => type === 'keepalive',
  isEnd: isImagesEnd,
  wholePieces: ({ data }) => list(data).map(imagePiece),
};

/**
 * Of an API with a file, `file` is the member that holds it. `streamed` and `whole` are the members
 * that ask for a stream and for none. `call` is the SDKs' method.
 */
export const APIS = {
  chat: CHAT,
  completions: {
    ...CHAT,
    path: 'completions',
    body: (texts) => ({ prompt: joinedText(texts) }),
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
  images: IMAGES,
  edits: { ...IMAGES, path: 'images/edits', call: 'images.edit', file: 'image', accept: 'image/*' },
  speech: {
    path: 'audio/speech',
    answersBytes: true,
    body: ({ system, message }) =>
      ({ voice: 'alloy', ...(system && { instructions: system }), input: message }),
    streamed: { stream_format: 'sse' },
    whole: {},
    pieces: (event, type) => (type === 'speech.audio.delta' ? [speechPiece(event)] : []),
    isHeartbeat: ({ audio }) => audio === '',
    isEnd: (type) => type === 'speech.audio.done',
    wholePieces: (speech) => [speechPiece(speech)],
  },
  transcriptions: {
    path: 'audio/transcriptions',
    file: 'file',
    accept: 'audio/*,video/*',
    body: ({ system }) => (system ? { prompt: system } : {}),
    pieces: ({ delta }, type) =>
      (type === 'transcript.text.delta' ? [piece(0, 'text', delta)] : []),
    isHeartbeat: ({ delta }) => delta === '',
    isEnd: (type) => type === 'transcript.text.done',
    wholePieces: ({ text }) => [piece(0, 'text', text)],
  },
};

/** Whether a request has a message: of a transcription, the file says all. */
export const hasMessage = (api) => api !== 'transcriptions';

/** The request, without extra members. */
export const requestBody = ({ api, model, stream, ...texts }) => {
  const { body, streamed = { stream: true }, whole = { stream: false } } = APIS[api];
  return { ...(model && { model }), ...body(texts), ...(stream ? streamed : whole) };
};

/** The members of a request as fields of a form. */
const fieldsOf = (request) => Object.entries(request).flatMap(([name, value]) =>
  list(value).map((it) => [Array.isArray(value) ? `${name}[]` : name,
    isObject(it) ? JSON.stringify(it) : String(it)]));

/** What to send: JSON, or a form with the file. */
export const payloadOf = (api, request, file) => {
  if (!APIS[api].file) return JSON.stringify(request);
  const form = new FormData();
  for (const [name, value] of [...fieldsOf(request), [APIS[api].file, file]]) {
    form.append(name, value);
  }
  return form;
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
  curl: ({ api, base, file, request }) => [
    `curl -N ${inQuotes(`${base}/v1/${APIS[api].path}`)}`,
    ...(file ? [] : ["-H 'Content-Type: application/json'"]),
    ...Object.entries(keyHeaders(api, '$OPENAI_API_KEY'))
      .map(([it, value]) => `-H "${it}: ${value}"`),
    ...(file ? [...fieldsOf(request).map((it) => `--form-string ${inQuotes(it.join('='))}`),
      `-F ${file}=@FILE`] : [`-d ${inQuotes(JSON.stringify(request))}`]),
  ].join(' \\\n  '),

  // The SDK rejects unknown parameters, so extras go into extra_body.
  python: ({ anthropic, answersBytes, base, body, create, extra, file, stream }) => `\
import json, os${answersBytes ? ', sys' : ''}
from ${anthropic ? 'anthropic import Anthropic' : 'openai import OpenAI'} as Client

client = Client(base_url="${base}", api_key=os.environ["OPENAI_API_KEY"])
request = ${inPython(body)}
extra = ${inPython(extra)}
answer = ${create}(**request, extra_body=extra${file ? `, ${file}=open("FILE", "rb")` : ''})
${answersBytes ? 'sys.stdout.buffer.write(answer.content)'
    : stream ? 'for event in answer:\n    print(event)' : 'print(answer)'}`,

  javascript: ({ anthropic, answersBytes, base, create, file, request, stream }) => `\
import Client from '${anthropic ? '@anthropic-ai/sdk' : 'openai'}';
${file ? "import { createReadStream } from 'node:fs';\n" : ''}\

const client = new Client({ baseURL: '${base}', apiKey: process.env.OPENAI_API_KEY });
const answer = await ${create}(${JSON.stringify(request, null, 2).replace(/\n}$/,
    file ? `,\n  ${file}: createReadStream('FILE')\n}` : '$&')});
${answersBytes ? 'for await (const bytes of answer.body) process.stdout.write(bytes);'
    : stream ? 'for await (const event of answer) console.log(event);' : 'console.log(answer);'}`,
};

/** A program that sends the request; its key comes from the environment. */
export const codeFor = (language, root, request) => {
  const anthropic = request.api === 'messages';
  // Anthropic's SDKs add /v1.
  const base = anthropic || language === 'curl' ? root : `${root}/v1`;
  const { path, call = `${path.replace('/', '.')}.create`, ...api } = APIS[request.api];
  return CODE[language]({ ...api, ...request, anthropic, base, create: `client.${call}` });
};
