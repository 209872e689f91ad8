/**
 * The test page: sends a request, and shows how its answer arrives: heartbeats, silence, chunks.
 * What a server says becomes text, never markup. What arrives is noted at once, and shown once a
 * frame, so that thousands of chunks leave the page responsive.
 */

// ---- Words: English and Chinese, line by line

/** `English|中文`, or `name|English|中文` where the English is long and not in the markup. */
const WORDS = new Map(`
ready|Ready.|就绪。
sending|Waiting for the headers.|等待响应头。
waiting|Waiting for the answer.|等待答案。
answering|Receiving the answer.|正在接收答案。
finished|Finished.|已完成。
stopped|Stopped.|已停止。
failed|Failed.|失败。
rest|Send a message to see its stream.|发送一条消息，即可看到它的流。
Heartbeats|心跳
Connection|连接
Chunks|数据块
waiting {}|等待 {}
answer {}|答案 {}
request sent|请求已发送
headers|响应头
heartbeat|心跳
first content|首个内容
chunk|数据块
end|结束
gap|longest silence {}|最长静默 {}
early|Refused, before the stream began|流开始之前被拒绝
inStream|An error inside the stream|流中的错误
cutShort|Cut: the stream ended before the answer did|中断：答案未完，流已结束
broke|Cut: the connection broke off|中断：连接断开
silent|The server does not answer|服务器没有应答
notJson|An event that is not JSON|事件不是 JSON
Not an answer|不是答案
noModels|The models were not loaded|模型列表未能加载
badExtra|This is not a JSON object. {}|不是 JSON 对象。{}
Status|状态
Type|类型
Code|代码
Parameter|参数
Message|消息
Retry after|多久后重试
Request id|请求 ID
When|时间
Loading…|加载中…
{} models loaded.|已加载 {} 个模型。
keyless|Optional: the server has a key of its own.|可留空：服务器有自己的密钥。
text|Text|文本
reasoning|Reasoning|推理
refusal|Refusal|拒绝
call|Tool call|工具调用
other|More|其他
Choice {}|候选 {}
finish|Ended with {}|结束原因：{}
Request|请求
Response headers|响应头
Answer|答案
joined|Answer, joined from the stream|答案（由流拼接）
Copied.|已复制。
uncopied|The browser did not let it be copied.|浏览器不允许复制。
comment|注释
off|关闭
under way, {}|进行中，{}
survived|survived {}; {} heartbeats|{} 未中断；{} 次心跳
, but up to {} late|，但最多迟到 {}
cut after {}|{} 后被切断
refused: {}|被拒绝：{}
Checking.|检查中。
buffers|Something on the way buffers: parts came up to {} late. Switch off its response buffering \
(nginx: proxy_buffering off).|途中有缓冲：数据最多迟到 {}。请关闭那里的响应缓冲（nginx：proxy_buffering off）。
carries|The path carries a silence of {}, with and without heartbeats.|\
有无心跳，这条路径都能承受 {} 的静默。
beats|Silence is cut after {}, and heartbeats prevent it: keep them on.|\
静默 {} 后会被切断，心跳可以避免：请保持开启。
onlyChunk|Only heartbeats that are chunks survive: set HEARTBEAT_STYLE=chunk.|\
只有数据块形式的心跳能存活：请设 HEARTBEAT_STYLE=chunk。
onlyComment|Only heartbeats that are comments survive: set HEARTBEAT_STYLE=comment.|\
只有注释形式的心跳能存活：请设 HEARTBEAT_STYLE=comment。
none|Streams are cut after {}, heartbeats or not: something limits their whole time.|\
有无心跳，流都在 {} 后被切断：途中限制了总时长。
closed|Refused. Where this proxy has keys of its own, give one of them above.|\
被拒绝。如果代理设有自己的密钥，请在上方填写其中一个。
Send a request and watch its stream arrive.|发送一个请求，看它的流如何到达。
Connect a client|接入客户端
System|跟随系统
Light|浅色
Dark|深色
Stream|流式
Model|模型
Load list|加载列表
API key|API 密钥
Show|显示
Kept in this page’s memory only.|只保存在本页内存中。
Keep for this tab|在此标签页中保留
Ctrl+Enter sends, Esc stops.|Ctrl+Enter 发送，Esc 停止。
System text and extra JSON|系统提示与附加 JSON
System text|系统提示
Extra JSON|附加 JSON
An object, merged into the request.|一个对象，合并到请求中。
Send|发送
Stop|停止
Clear|清空
Timeline|时间线
First byte|首字节
First content|首个内容
Total|总计
Longest silence|最长静默
Headers after|响应头
Characters/s|字符/秒
Tokens in, out|Token 输入、输出
Raw SSE|原始 SSE
Timings|计时
Copy|复制
After|时刻
Silence before|此前静默
What came|到达的内容
Path check|路径检查
Plays a silent answer from the daemon to this page, and finds what cuts or buffers it.|\
从守护进程向本页播放一个静默的答案，找出谁会切断或缓冲它。
Silence|静默时长
Check the path|检查路径
client waiting|waiting for {} so far|已等待 {}
client replaying|receiving the answer, {} so far|正在接收答案，已 {}
client whole|stayed {}|坚持了 {}
client left|left after {}|{} 后离开
client broken_off|broken off after {}|{} 后中断
client failed|got an error after {}|{} 后收到错误
: {} heartbeats, {} with data|：{} 次心跳，其中 {} 次带数据
, the first of these after {}|，首次带数据在 {}
unseen|No streamed request yet.|还没有流式请求。
open|{} is waiting.|{} 正在等待。
Client check|客户端检查
Point your own client at this daemon, ask for a model that waits (the demo’s, or any slow one), \
and see which heartbeats it gets and whether it stays.|让你自己的客户端连接本守护进程，请求一个会等待的模型\
（演示模型，或任何慢的模型），看它收到哪些心跳、是否坚持到底。
Watch requests|观察请求
Base URL, and models: a click copies.|接口地址与模型：点击即复制。
Client|客户端
Did it stay?|坚持住了吗？
Close|关闭
Base URL to type into a client|填入客户端的接口地址
Language|语言
Colours|配色
`.trim().split('\n').map((it) => it.split('|')).map((it) => [it[0], it.slice(-2)]));

// ---- Pure functions

const NONE = '–';
const BLANK = '⏎';
const MAX_RAW_ROWS = 2000;
const MAX_ROWS_A_FRAME = 100;
const MAX_ROW_LENGTH = 4000;
const MAX_TEXT = 1_000_000;
const MAX_LOG = 20_000;
const MAX_TABLE_ROWS = 500;
const BUFFERED_MS = 1500;

const list = (value) => [].concat(value ?? []);
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const parse = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
const time = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
const isQuiet = (line) => line[0] === ':' || line === BLANK;
const shorten = (text, most) => (text.length <= most ? text : `${text.slice(0, most)}…`);

/** The text of a string, of a content part or of a list of either; what has none, as JSON. */
const textOf = (value) => {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (!isObject(value)) return String(value ?? '');
  return textOf(value.thinking ?? value.text ?? value.refusal ?? JSON.stringify(value));
};

/**
 * Reads server-sent events from text in any pieces; returns what it has of an unended line. A
 * heartbeat may be two blank lines behind the one that ends an event: the first of them is `⏎`.
 */
const eventReader = (onLine, onEvent) => {
  let [rest, afterCr, type, data, blanks] = ['', false, '', [], 1];
  const takeLine = (line) => {
    onLine(line === '' && blanks % 2 === 1 ? BLANK : line);
    blanks = line === '' ? blanks + 1 : 0;
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
    if (name === 'event') type = value;
    if (name === 'data') data.push(value);
    if (line !== '') return;
    if (data.length > 0) onEvent(type, data.join('\n'));
    [type, data] = ['', []];
  };
  return (text) => {
    if (text === '') return rest;
    const lines = (afterCr && text[0] === '\n' ? text.slice(1) : text).split(/\r\n|\r|\n/);
    afterCr = text.endsWith('\r');
    lines[0] = rest + lines[0];
    rest = lines.pop();
    lines.forEach(takeLine);
    return rest;
  };
};

/**
 * A piece of an answer: of which choice, of what kind, and at which place in it. The kinds are
 * text, reasoning, refusal, call, other, and finish, which ends a choice.
 */
const piece = (choice, kind, text, place = '', more = {}) =>
  ({ choice, key: `${choice} ${kind} ${place}`, kind, text: textOf(text), ...more });

const callPiece = (choice, place, call) => {
  const body = call.function ?? call.custom ?? call;
  const { name, arguments: given = body.input } = body;
  const text = isObject(given) && Object.keys(given).length === 0 ? '' : given;
  return piece(choice, 'call', text, place, { name, id: call.call_id ?? call.id });
};

/** The pieces of a chunk's choice, or of a whole answer's, which has a message for its delta. */
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

/** The pieces of a response's item or of a message's block, whole or as it starts. */
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

const responsesPieces = (type, { delta, item, response, output_index: at }) => {
  if (type === 'response.output_item.added' && /_call$/.test(item?.type)) {
    return itemPieces({ ...item, arguments: '', input: '' }, at);
  }
  if (APIS.responses.isEnd(type)) {
    return [piece(0, 'finish', response?.incomplete_details?.reason ?? response?.status)];
  }
  if (!/\.delta$/.test(type) || typeof delta !== 'string') return [];
  const kind = ['text', 'refusal', 'reasoning', 'call'][
    [/output_text/, /refusal/, /reasoning/, /arguments|input|code/]
      .findIndex((it) => it.test(type))];
  return [piece(0, kind ?? 'other', delta, at)];
};

const messagesPieces = (type, { index: at, delta, content_block: block }) => {
  if (type === 'content_block_start') return itemPieces(block, at);
  if (type === 'message_delta') return [piece(0, 'finish', delta?.stop_reason)];
  const kind = { text_delta: 'text', thinking_delta: 'reasoning', input_json_delta: 'call' }[
    delta?.type];
  return kind ? [piece(0, kind, delta.text ?? delta.thinking ?? delta.partial_json, at)] : [];
};

const turns = (system, message) =>
  [...(system ? [{ role: 'system', content: system }] : []), { role: 'user', content: message }];

/** A heartbeat in the form of a chunk has choices, and nothing new in any: at most a role. */
const isEmptyChunk = (type, { choices, usage }) => list(choices).length > 0 && !usage
  && list(choices).every((it) => !it.finish_reason && (it.delta
    ? Object.keys(it.delta).every((name) => name === 'role') : it.text === ''));

const CHAT = {
  path: 'chat/completions',
  body: ({ system, message }) => ({ messages: turns(system, message) }),
  streamed: { stream_options: { include_usage: true } },
  pieces: (type, { choices }) => list(choices).flatMap(choicePieces),
  isBeat: isEmptyChunk,
  isEnd: (type, data) => data === '[DONE]',
  whole: ({ choices }) => list(choices).flatMap(choicePieces),
};

/** What differs from one API to the next: the request, and what its events say. */
const APIS = {
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
    isBeat: (type) => type === 'keepalive',
    isEnd: (type) => /^response\.(completed|incomplete)$/.test(type),
    whole: ({ output, status }) =>
      [...list(output).flatMap(itemPieces), piece(0, 'finish', status)],
  },
  messages: {
    path: 'messages',
    // The one API that asks for a bound.
    body: ({ system, message }) =>
      ({ max_tokens: 1024, ...(system && { system }), messages: turns('', message) }),
    pieces: messagesPieces,
    isBeat: (type) => type === 'ping',
    isEnd: (type) => type === 'message_stop',
    whole: ({ content, stop_reason: reason }) =>
      [...list(content).flatMap(itemPieces), piece(0, 'finish', reason)],
  },
};

const keyHeaders = (api, key) => (api === 'messages'
  ? { 'anthropic-version': '2023-06-01', ...(key && { 'x-api-key': key }) }
  : key ? { Authorization: `Bearer ${key}` } : {});

const errorOf = (body) => {
  const json = parse(body);
  const error = json?.error ?? json?.response?.error ?? json;
  const { type, code, param, message = isObject(error) ? body : error ?? body } = Object(error);
  return { type, code, param, message, id: json?.request_id };
};

const axisEnd = (ms) => 1000 * ([2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 420, 600]
  .find((s) => s * 1000 >= ms * 1.04) ?? ms / 800);

const axisStep = (end, most) => {
  const power = 10 ** Math.floor(Math.log10(end / most));
  return power * ([1, 2, 5].find((n) => end / (n * power) <= most) ?? 10);
};

const tickPath = (times, x, y, height) => {
  const places = new Set(times.map((at) => Math.round(x(at) * 2) / 2));
  return [...places].map((place) => `M${place} ${y}v${height}`).join('');
};

const textWidth = (text) => [...text].reduce((sum, it) => sum + (it > '\u2e80' ? 12.5 : 7.9), 0);

const inQuotes = (text) => `'${text.replaceAll("'", "'\\''")}'`;
/** JSON in Python's quotes: no apostrophe may end them. */
const inPython = (value) =>
  `json.loads(r'''${JSON.stringify(value, null, 2).replaceAll("'", '\\u0027')}''')`;

/** The request as a program; the key is always the variable. */
const CODE = {
  curl: ({ api, base, request }) => [
    `curl -N ${inQuotes(`${base}/${APIS[api].path}`)}`,
    "-H 'Content-Type: application/json'",
    ...Object.entries(keyHeaders(api, '$OPENAI_API_KEY'))
      .map(([it, value]) => `-H "${it}: ${value}"`),
    `-d ${inQuotes(JSON.stringify(request))}`,
  ].join(' \\\n  '),

  // What was typed as extra may be unknown to the SDK, which takes that in a place of its own.
  python: ({ anthropic, api, base, made, extra, stream }) => `import json, os
from ${anthropic ? 'anthropic import Anthropic' : 'openai import OpenAI'} as Client

client = Client(base_url="${base}", api_key=os.environ["OPENAI_API_KEY"])
request = ${inPython(made)}
extra = ${inPython(extra)}
answer = client.${APIS[api].path.replace('/', '.')}.create(**request, extra_body=extra)
${stream ? 'for event in answer:\n    print(event)' : 'print(answer)'}`,

  javascript: ({ anthropic, api, base, request, stream }) => `import Client from '${
  anthropic ? '@anthropic-ai/sdk' : 'openai'}';

const client = new Client({ baseURL: '${base}', apiKey: process.env.OPENAI_API_KEY });
const answer = await client.${APIS[api].path.replace('/', '.')}.create(${
  JSON.stringify(request, null, 2)});
${stream ? 'for await (const event of answer) console.log(event);' : 'console.log(answer);'}`,
};

/** How late the latest part of a checked stream came, in ms: beats by their measure. */
const lateness = ({ headers, beats, data, interval }) => {
  const ways = data.map(({ at, sent }) => at - sent);
  const late = beats.map((at, n) => at - beats[0] - n * interval);
  // The headers and the first beat go out at once.
  return Math.max(headers, beats[0] ?? 0, ...(interval ? late : []),
    ...ways.map((way) => way - Math.min(...ways)));
};

/** What the results of a path check add up to: the names of sentences, with what they tell. */
const judge = (results, seconds) => {
  if (results.some(({ end }) => end === 'stopped')) return [['stopped']];
  if (results.some(({ end }) => end === 'refused')) return [['closed']];
  const [comment, chunk, off] = results.map(({ end }) => end === 'whole');
  const late = Math.max(...results.map(lateness));
  const told = comment && chunk ? off ? ['carries', `${seconds} s`] : ['beats', time(results[2].at)]
    : chunk ? ['onlyChunk'] : comment ? ['onlyComment']
      : ['none', time(Math.min(results[0].at, results[1].at))];
  return late < BUFFERED_MS ? [told] : [told, ['buffers', time(late)]];
};

// ---- The state

const $ = (id) => document.getElementById(id);
const state = { lang: 0, run: null, tab: 'answer', code: 'curl', checks: null, trouble: null };

const say = (word, ...more) =>
  (WORDS.get(word)?.[state.lang] ?? word).replace(/\{\}/g, () => more.shift());

const remember = (storage, name, value) => {
  try { window[storage].setItem(`fakestream-${name}`, value); } catch { state.forgetful = true; }
};
const recall = (storage, name) => {
  try { return window[storage].getItem(`fakestream-${name}`); } catch { return null; }
};

/** One request from its sending to its end: when what came, and what is still to be shown. */
const newRun = (request) => ({
  ...request, abort: new AbortController(), start: performance.now(), phase: 'sending',
  at: {}, last: 0, gap: { from: 0, to: 0 }, log: [{ at: 0, what: 'request sent' }],
  heartbeat: 0, chunk: 0, characters: 0, usage: {}, rows: [], parts: new Map(), fresh: new Set(),
  places: {},
});

const elapsed = (run) => run.at.end ?? performance.now() - run.start;
const silence = ({ gap }) => gap.to - gap.from;
const idOf = (response) =>
  response?.headers.get('x-request-id') ?? response?.headers.get('request-id');

const noteArrival = (run) => {
  const now = performance.now() - run.start;
  if (now - run.last > silence(run)) run.gap = { from: run.last, to: now };
  run.last = now;
};

/** Notes what came, for the picture and the table, and counts what comes more than once. */
const note = (run, what) => {
  const count = what in run ? run[what] += 1 : '';
  if (run.log.length < MAX_LOG) run.log.push({ at: run.last, what, count });
};
const timesOf = (run, what) => run.log.filter((it) => it.what === what).map((it) => it.at);

/** Joins pieces to the parts of the answer; the first of them ends the waiting for it. */
const notePieces = (run, pieces) => {
  for (const it of pieces.filter(({ text, name }) => text || name)) {
    const part = run.parts.get(it.key) ?? { ...it, text: '', shown: 0 };
    run.parts.set(it.key, part);
    run.fresh.add(part);
    part.name ??= it.name;
    part.id ??= it.id;
    part.text = shorten(part.text + it.text, MAX_TEXT);
    if (it.kind === 'finish') continue;
    run.characters += it.text.length;
    if (run.at.content !== undefined) continue;
    run.at.content = run.last;
    note(run, 'first content');
    setPhase(run, 'answering');
  }
};

/** Messages tell of the tokens that went in first, and of those that came out at the end. */
const noteUsage = ({ usage }, json) =>
  Object.assign(usage, (json.response ?? json.message ?? json).usage);

/** Notes an error, of which only the first of a request counts: what follows comes of it. */
const fail = (run, where, body) => {
  const { response } = run;
  const { type, code, param, message, id } = errorOf(body);
  run.error ??= { where, rows: {
    Status: response && `${response.status} ${response.statusText}`, Type: type, Code: code,
    Parameter: param, Message: message, 'Retry after': response?.headers.get('retry-after'),
    'Request id': idOf(response) ?? id,
    'Upstream id': response?.headers.get('x-upstream-request-id'), When: run.at && `+${time(elapsed(run))}`,
  } };
  drawError();
};

// ---- The views

const element = (name, textContent = '', className = '') =>
  Object.assign(document.createElement(name), { textContent, className });
const vector = (name, attributes, text = '') => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
};
const line = (kind, d) => vector('path', { class: kind, d });
const bar = (kind, x, y, width, height) =>
  vector('rect', { class: kind, x, y, width: Math.max(0, width), height, rx: 4 });
/** A live region that does not change does not speak. */
const show = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

const drawPhase = () => {
  const { phase = 'ready' } = state.run ?? {};
  show('phase', say(phase));
  $('lamp').className = `lamp ${phase}`;
};

const setPhase = (run, phase) => {
  run.phase = phase;
  drawPhase();
};

/** What changes all the time; screen readers are not told of it. */
const drawFigures = () => {
  const run = state.run ?? newRun({});
  const { at, usage, last } = run;
  const ended = at.end !== undefined;
  const telling = last - at.content;
  const gap = Math.max(silence(run), ended ? 0 : elapsed(run) - last);
  const figures = {
    byte: at.byte, content: at.content, total: at.end, headers: at.headers,
    beats: String(run.heartbeat), chunks: String(run.chunk), gap: state.run ? gap : undefined,
    rate: telling > 50 ? String(Math.round(run.characters / telling * 1000)) : undefined,
    usage: [usage.prompt_tokens ?? usage.input_tokens,
      usage.completion_tokens ?? usage.output_tokens].filter((it) => it !== undefined).join(', ') || undefined,
    id: idOf(run.response) ?? undefined,
  };
  for (const [name, value] of Object.entries(figures)) {
    show(`f-${name}`, !state.run ? NONE : typeof value === 'number' ? time(value) : value ?? NONE);
  }
  show('clock', state.run ? `${(elapsed(run) / 1000).toFixed(1)} s` : '');
};

const Y = { labels: 12, beats: 70, phases: 116, chunks: 164, gap: 204, axis: 220 };

const timelineAxis = (end, x, width) => {
  const step = axisStep(end, Math.max(3, Math.floor(width / 84)));
  const nodes = [];
  for (let at = 0; at <= end * 1.0001; at += step) {
    const left = Math.round(x(at)) + 0.5;
    const text = step < 1000 ? `${Math.round(at)} ms` : `${at / 1000} s`;
    const anchor = at === 0 ? 'start' : left + textWidth(text) / 2 > width ? 'end' : 'middle';
    nodes.push(line('axis', `M${left} ${Y.beats - 18}V${Y.axis}`),
      vector('text', { x: left, y: Y.axis + 16, 'text-anchor': anchor }, text));
  }
  return nodes;
};

const timelinePhases = ({ at: { headers, content } }, now, x) =>
  [['sent', 0, headers ?? now], ['wait', headers ?? now, content ?? now, 'waiting {}'],
    ['tell', content ?? now, now, 'answer {}']]
    .flatMap(([kind, from, to, word]) => {
      const [left, width] = [x(from), x(to) - x(from)];
      const text = word && say(word, time(to - from));
      const told = text && textWidth(text) + 16 < width;
      return width < 0.5 ? [] : [bar(`bar-${kind}`, left, Y.phases, width, 24), ...(told
        ? [vector('text', { class: 'label', x: left + 8, y: Y.phases + 16 }, text)] : [])];
    });

/** Each mark has a line of text to itself, so that none overlaps another. */
const timelineMarks = ({ at }, x, width) =>
  [['headers'], ['content', 'first content'], ['end']].flatMap(([name, word = name], row) => {
    if (at[name] === undefined) return [];
    const [left, y] = [Math.round(x(at[name])) + 0.5, Y.labels + row * 15];
    const text = `${say(word)} ${time(at[name])}`;
    const half = textWidth(text) / 2;
    const [place, anchor] = left < half ? [0, 'start']
      : left + half > width ? [width, 'end'] : [left, 'middle'];
    return [line('mark', `M${left} ${y + 4}V${Y.axis}`),
      vector('text', { class: 'mark', x: place, y, 'text-anchor': anchor }, text)];
  });

const timelineGap = (run, x, width) => {
  const [left, right, y] = [x(run.gap.from), x(run.gap.to), Y.gap];
  const text = say('gap', time(silence(run)));
  const long = textWidth(text) + 8;
  const [place, anchor] = right + long < width ? [right + 8, 'start']
    : left > long ? [left - 8, 'end'] : [(left + right) / 2, 'middle'];
  return right - left < 8 ? [] : [
    line('gap', `M${left} ${y - 4}v8M${left} ${y}H${right}M${right} ${y - 4}v8`),
    vector('text', { x: place, y: y + 4, 'text-anchor': anchor }, text)];
};

/** The stream so far as a picture. It is drawn anew each time: it never has many nodes. */
const drawTimeline = () => {
  const { run } = state;
  const width = Math.max($('timeline').clientWidth, 200);
  const now = run ? elapsed(run) : 0;
  const ended = run?.at.end !== undefined;
  const beats = run && timesOf(run, 'heartbeat');
  const end = ended ? Math.max(now, 10) : axisEnd(now || 9000);
  const x = (ms) => 5 + ms / end * (width - 10);
  const titles = [['beats', 'Heartbeats'], ['phases', 'Connection'], ['chunks', 'Chunks']]
    .map(([name, word]) => vector('text', { x: 5, y: Y[name] - 6 }, say(word)));
  $('timeline').setAttribute('viewBox', `0 0 ${width} 248`);
  $('timeline').replaceChildren(...timelineAxis(end, x, width), ...(run ? [
    ...timelinePhases(run, now, x), ...timelineMarks(run, x, width),
    ...(ended ? timelineGap(run, x, width) : []),
    line('beats', tickPath(beats, x, Y.beats + 2, 18)),
    line('dots', tickPath(beats, x, Y.beats + 5, 0)),
    line('chunks', tickPath(timesOf(run, 'chunk'), x, Y.chunks, 24)),
    line(`now ${run.phase}`, `M${x(now)} ${Y.phases - 2}v28`),
  ] : [vector('text',
    { class: 'rest', x: width / 2, y: 30, 'text-anchor': 'middle' }, say('rest'))]), ...titles);
};

const drawError = () => {
  const error = state.run?.error ?? state.trouble;
  $('error').hidden = !error;
  if (!error) return;
  const terms = element('dl');
  for (const [name, value] of Object.entries(error.rows)) {
    const text = shorten(textOf(value).trim(), MAX_ROW_LENGTH);
    if (text) terms.append(element('dt', say(name)), element('dd', text));
  }
  $('error').replaceChildren(element('h2', say(error.where)), terms);
};

/** Makes the place of one part of a choice; choices stand in the order of their index. */
const placePart = ({ places }, part) => {
  part.out = document.createTextNode('');
  part.title = element('p');
  const [node, body] = [element('div', '', `part ${part.kind}`), element('pre')];
  body.append(part.out);
  node.append(part.title, ...(part.kind === 'finish' ? [] : [body]));
  (places[part.choice] ??= element('section', '', 'choice')).append(node);
  $('answer').append(...Object.values(places));
};

const drawTitles = ({ parts, places }) => {
  const many = Object.keys(places).length > 1;
  for (const { title, kind, choice, text, name, id } of parts.values()) {
    title.textContent = [many && say('Choice {}', choice), say(kind, text), name, id]
      .filter(Boolean).join(' · ');
    title.hidden = kind === 'text' && !many;
  }
};

const drawAnswer = () => {
  const { run } = state;
  const known = run.shownParts;
  for (const part of run.fresh) {
    if (!part.out) placePart(run, part);
    part.out.appendData(part.text.slice(part.shown));
    part.shown = part.text.length;
  }
  run.fresh.clear();
  run.shownParts = run.parts.size;
  if (known !== run.shownParts) drawTitles(run);
};

const drawRaw = () => {
  const raw = $('raw');
  raw.append(...state.run.rows.splice(0, MAX_ROWS_A_FRAME).map(({ at, text, gap }) => {
    const row = element('div', text, `${isQuiet(text) ? 'comment' : ''} ${gap ?? ''}`);
    row.prepend(element('span', `+${(at / 1000).toFixed(3)} s  `));
    return row;
  }));
  while (raw.childElementCount > MAX_RAW_ROWS) raw.firstElementChild.remove();
};

const drawJson = () => {
  const { run, tab } = state;
  if (!run || tab !== 'json') return;
  const sections = {
    Request: run.request,
    'Response headers': run.response && Object.fromEntries(run.response.headers),
    Answer: run.body && (parse(run.body) ?? run.body),
    joined: !run.body && run.parts.size > 0 && {
      parts: [...run.parts.values()].map(({ choice, kind, name, id, text }) =>
        ({ choice, kind, name, id, text })),
      usage: run.usage,
    },
  };
  $('json').replaceChildren(...Object.entries(sections).flatMap(([word, value]) => (value
    ? [element('h2', say(word)), element('pre', shorten(JSON.stringify(value, null, 2), 250_000))]
    : [])));
};

/** Adds some of the rows that the table lacks; true where more are left. */
const drawTimes = () => {
  const { run, tab } = state;
  $('times').hidden = !run;
  if (!run || tab !== 'times') return false;
  const body = $('rows');
  const known = body.childElementCount;
  const end = Math.min(known + MAX_ROWS_A_FRAME, MAX_TABLE_ROWS);
  body.append(...run.log.slice(known, end).map(({ at, what, count = '' }, n) => {
    const row = element('tr');
    const cells = [time(at), time(at - (run.log[known + n - 1]?.at ?? 0)), `${say(what)} ${count}`];
    row.append(...cells.map((cell) => element('td', cell)));
    return row;
  }));
  return end < Math.min(run.log.length, MAX_TABLE_ROWS);
};

/** All of it anew: where a request begins or ends, and where the language changes. */
const drawAll = () => {
  const { run } = state;
  drawPhase();
  drawFigures();
  drawTimeline();
  drawError();
  drawChecks();
  drawSeen();
  drawJson();
  if (run) drawTitles(run);
  askFrame();
};

/** Fills the panes and keeps their ends in view, except where someone has scrolled up. */
const following = (fill) => {
  const pane = $(`p-${state.tab}`);
  const atEnd = pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 8;
  fill();
  if (atEnd) pane.scrollTop = pane.scrollHeight;
};

const STILL = matchMedia('(prefers-reduced-motion: reduce)');
let [drawnAt, asked] = [0, false];

/** One frame: text at once, the picture twenty times a second, or once where it should rest. */
const drawFrame = (now) => {
  const { run } = state;
  const picture = now - drawnAt > (STILL.matches ? 1000 : 50);
  let more = false;
  asked = false;
  following(() => {
    if (run) {
      drawAnswer();
      drawRaw();
    }
    more = drawTimes();
  });
  if (picture) {
    drawnAt = now;
    drawFigures();
    drawTimeline();
  }
  if (more || (run && (run.at.end === undefined || run.rows.length > 0))) askFrame();
};

function askFrame() {
  if (!asked) requestAnimationFrame(drawFrame);
  asked = true;
}

// ---- The request

/** What was typed as extra, and says what is wrong with it: then it is null. */
const typedExtra = () => {
  const text = $('extra').value.trim();
  let [value, why] = [{}, ''];
  try { value = JSON.parse(text || '{}'); } catch ({ message }) { [value, why] = [null, message]; }
  const good = isObject(value);
  $('extra').setAttribute('aria-invalid', !good);
  show('extra-note', say(good ? 'An object, merged into the request.' : 'badExtra', why));
  return good ? value : null;
};

const typedKey = () => $('key').value.trim();

const typed = () => {
  const [api, model, extra] = [$('api').value, $('model').value.trim(), typedExtra()];
  const { body, streamed } = APIS[api];
  const [base, stream] = [new URL('v1', document.baseURI).href, $('stream').checked];
  const made = {
    ...(model && { model }), ...body({ system: $('system').value, message: $('message').value }),
    stream, ...(stream && streamed),
  };
  return { api, base, extra, stream, made, request: { ...made, ...extra } };
};

const takeEvent = (run, name, data) => {
  const [api, json] = [APIS[run.api], parse(data)];
  const type = name || json?.type;
  if (api.isBeat(type, Object(json)) || data.trim() === '') return note(run, 'heartbeat');
  if (/^(error|response\.failed)$/.test(type) || json?.error) return fail(run, 'inStream', data);
  run.done ||= api.isEnd(type, data);
  if (data === '[DONE]') return undefined;
  if (!isObject(json)) return fail(run, 'notJson', data);
  note(run, 'chunk');
  noteUsage(run, json);
  return notePieces(run, api.pieces(type, json));
};

/** An empty line is a gap below the line before it. */
const noteLine = (run, text) => {
  if (text === '') return Object.assign(run.rows.at(-1) ?? {}, { gap: 'gap' });
  if (isQuiet(text)) note(run, 'heartbeat');
  return run.rows.push({ at: run.last, text: shorten(text, MAX_ROW_LENGTH) }) > MAX_RAW_ROWS
    && run.rows.shift();
};

const readText = async (response, onText) => {
  const [reader, decoder] = [response.body?.getReader(), new TextDecoder()];
  for (let read = await reader?.read(); read && !read.done; read = await reader.read()) {
    onText(decoder.decode(read.value, { stream: true }));
  }
};

const receive = async (run, onText) => readText(run.response, (text) => {
  noteArrival(run);
  run.at.byte ??= run.last;
  onText(text);
});

const receiveStream = async (run) => {
  setPhase(run, 'waiting');
  const take = eventReader((text) => noteLine(run, text),
    (type, data) => takeEvent(run, type, data));
  await receive(run, take).finally(() => noteLine(run, take('')));
  if (!run.done) fail(run, 'cutShort', '');
};

const receiveWhole = async (run) => {
  const [texts, { response }] = [[], run];
  await receive(run, (text) => texts.push(text));
  run.body = texts.join('').trim();
  run.rows.push({ at: run.last, text: shorten(run.body, MAX_ROW_LENGTH) });
  const answer = parse(run.body);
  if (!response.ok) return fail(run, 'early', run.body);
  if (!isObject(answer) || answer.error) return fail(run, 'Not an answer', run.body);
  noteUsage(run, answer);
  return notePieces(run, APIS[run.api].whole(answer));
};

/** Gets and shows the answer; what breaks it off is shown too, unless all had come before. */
const exchange = async (run) => {
  const { signal } = run.abort;
  try {
    const headers = { 'Content-Type': 'application/json', ...keyHeaders(run.api, typedKey()) };
    const options = { method: 'POST', headers, body: JSON.stringify(run.request), signal };
    run.response = await fetch(`v1/${APIS[run.api].path}`, options);
    noteArrival(run);
    run.at.headers = run.last;
    note(run, 'headers');
    const streams = /^text\/event-stream/i.test(run.response.headers.get('content-type'));
    await (run.response.ok && streams ? receiveStream : receiveWhole)(run);
  } catch ({ message }) {
    const where = run.response ? 'broke' : 'silent';
    if (!signal.aborted && !run.done) fail(run, where, message);
  }
};

/** Turns the buttons over and takes the focus along, so that it is never lost. */
const setBusy = (busy, start, stop) => {
  const hadFocus = document.activeElement === $(busy ? start : stop);
  $(start).disabled = busy;
  $(stop).disabled = !busy;
  if (hadFocus) $(busy ? stop : start).focus({ preventScroll: true });
};

const clear = () => {
  state.run = null;
  state.trouble = null;
  for (const id of ['answer', 'raw', 'json', 'rows']) $(id).replaceChildren();
  drawAll();
};

const send = async () => {
  if ($('send').disabled) return;
  const request = typed();
  if (!request.extra) {
    $('more').open = true;
    $('extra').focus();
    return;
  }
  clear();
  const run = newRun(request);
  state.run = run;
  setBusy(true, 'send', 'stop');
  $('clear').disabled = true;
  $('answer').ariaBusy = true;
  drawAll();
  // On a phone the form is above: the buttons go to the top, with the timeline under them.
  if (!matchMedia('(min-width: 60rem)').matches) $('send').parentElement.scrollIntoView();
  await exchange(run);
  noteArrival(run);
  run.at.end = run.last;
  note(run, 'end');
  const stopped = run.abort.signal.aborted && !run.done;
  setPhase(run, run.error ? 'failed' : stopped ? 'stopped' : 'finished');
  following(drawAnswer);
  drawAll();
  $('answer').ariaBusy = false;
  $('clear').disabled = false;
  setBusy(false, 'send', 'stop');
};

const loadModels = async () => {
  show('model-note', say('Loading…'));
  const response = await fetch('v1/models', { headers: keyHeaders($('api').value, typedKey()) })
    .catch(() => null);
  const body = await response?.text().catch(String) ?? '';
  const models = response?.ok && parse(body)?.data;
  const run = { response };
  if (Array.isArray(models)) {
    state.models = models.length;
    $('models').replaceChildren(...models.map((it) => new Option(it?.id)));
    // The demo's model that shows the most.
    const demo = models.find((it) => it?.id === 'demo-long');
    if (demo && !$('model').value) $('model').value = demo.id;
  } else fail(run, 'noModels', body);
  state.trouble = run.error;
  drawError();
  show('model-note', run.error ? say('noModels') : say('{} models loaded.', state.models));
};

// ---- The path check

const playCheck = async (result, seconds, signal) => {
  const start = performance.now();
  const now = () => performance.now() - start;
  const take = eventReader((text) => isQuiet(text) && result.beats.push(now()), (type, data) => {
    const { check, choices } = Object(parse(data));
    if (data === '[DONE]') result.end = 'whole';
    if (check) result.data.push({ at: now(), sent: check.sent_ms });
    else if (choices) result.beats.push(now());
    result.interval ??= check?.interval_ms;
  });
  try {
    const query = new URLSearchParams({ seconds, style: result.style });
    const headers = keyHeaders('chat', typedKey());
    const response = await fetch(`api/check?${query}`, { headers, signal });
    result.headers = now();
    let body = '';
    await readText(response, response.ok ? take : (text) => { body += text; });
    if (!response.ok) {
      // A gateway that gives up answers in our place, and that is a cut.
      result.end = response.status > 501 && !parse(body)?.error ? 'cut' : 'refused';
      result.why = shorten(`${response.status} ${errorOf(body).message}`, 200);
    }
  } catch ({ message }) {
    result.broken = message;
  }
  result.at = now();
  result.end ??= signal.aborted ? 'stopped' : 'cut';
};

const checkText = (result, now) => {
  const { end, at, beats, why } = result;
  if (!end) return say('under way, {}', time(now));
  if (end === 'refused') return say('refused: {}', why);
  if (end !== 'whole') return say(end === 'cut' ? 'cut after {}' : end, time(at));
  const late = lateness(result);
  return say('survived', time(at), beats.length)
    + (late > BUFFERED_MS ? say(', but up to {} late', time(late)) : '');
};

const drawCheck = (svg, { beats, data, end, at }, now, seconds) => {
  const width = Math.max(svg.clientWidth, 100);
  const last = at ?? now;
  const x = (ms) => 5 + ms / Math.max(seconds * 1000 + 1500, last) * (width - 10);
  svg.setAttribute('viewBox', `0 0 ${width} 28`);
  svg.replaceChildren(bar('bar-wait', 5, 8, x(last) - 5, 12),
    line('beats', tickPath(beats, x, 4, 20)),
    line('chunks', tickPath(data.map((it) => it.at), x, 4, 20)),
    line(`now ${end === 'cut' ? 'failed' : ''}`, `M${x(last)} 2v24`));
};

const drawChecks = () => {
  const { checks } = state;
  if (!checks) return;
  const now = performance.now() - checks.start;
  checks.results.forEach((result, n) => {
    const [name, text, svg] = $('checks').children[n].children;
    name.textContent = say(result.style);
    text.textContent = checkText(result, now);
    const good = result.end === 'whole' && lateness(result) < BUFFERED_MS;
    text.className = result.end ? good ? 'good' : 'bad' : '';
    drawCheck(svg, result, now, checks.seconds);
  });
  show('verdict', checks.over
    ? judge(checks.results, checks.seconds).map((it) => say(...it)).join('\n') : say('Checking.'));
};

const check = async () => {
  const [abort, seconds] = [new AbortController(), Number($('seconds').value)];
  const results = ['comment', 'chunk', 'off']
    .map((style) => ({ style, beats: [], data: [], headers: 0 }));
  $('checks').replaceChildren(...results.map(() => {
    const row = element('li');
    row.append(element('strong'), element('p'), vector('svg', { 'aria-hidden': true }));
    return row;
  }));
  state.checks = { results, seconds, start: performance.now(), abort };
  setBusy(true, 'check', 'check-stop');
  drawChecks();
  const ticking = setInterval(drawChecks, STILL.matches ? 1000 : 100);
  await Promise.all(results.map((result) => playCheck(result, seconds, abort.signal)));
  clearInterval(ticking);
  state.checks.over = true;
  drawChecks();
  setBusy(false, 'check', 'check-stop');
};

// ---- The client check

const LOOK_MS = 2000;
const WAITING_MODELS = ['demo-wait-65', 'demo-wait-130', 'demo-wait-310'];

const isOpen = ({ standing }) => standing === 'waiting' || standing === 'replaying';
const roughly = (ms) => (ms < 10_000 ? time(ms) : `${Math.round(ms / 1000)} s`);

/** Whether a client stayed, in words. */
const stay = (it) => say(`client ${it.standing}`, roughly(it.elapsed_ms))
  + say(': {} heartbeats, {} with data', it.quiet_beats + it.data_beats, it.data_beats)
  + (it.data_beats ? say(', the first of these after {}', roughly(it.first_data_beat_ms)) : '');

const seenRow = (it) => {
  const [row, client, model] = [element('tr'), element('td', it.kind), element('td', it.model)];
  client.append(element('p', it.user_agent, 'note'));
  model.append(element('p', it.path, 'note'));
  row.append(element('td', new Date(it.at).toLocaleTimeString(document.documentElement.lang)),
    client, model,
    element('td', stay(it), isOpen(it) ? '' : it.standing === 'whole' ? 'good' : 'bad'));
  return row;
};

/** A screen reader hears of the newest request when it comes and when it ends, not of the time. */
const drawSeen = () => {
  const { seen = [], refusal } = state;
  const [last] = seen;
  $('seen').hidden = !last;
  $('seen-rows').replaceChildren(...seen.map(seenRow));
  show('told', refusal ? say(...refusal) : !state.seen ? '' : !last ? say('unseen')
    : isOpen(last) ? say('open', last.kind) : `${last.kind}: ${stay(last)}`);
};

/** Shows the daemon's list. Who is refused is not asked for again until the user wants it. */
const look = async () => {
  state.looking = true;
  const response = await fetch('api/clients', { headers: keyHeaders('chat', typedKey()) })
    .catch(() => null);
  const body = await response?.text().catch(String) ?? '';
  const seen = response?.ok && parse(body)?.clients;
  if (Array.isArray(seen)) state.seen = seen;
  else {
    state.refusal = !response ? ['silent'] : response.status === 401 ? ['closed']
      : ['refused: {}', shorten(`${response.status} ${errorOf(body).message}`, 200)];
    watch(false);
  }
  state.looking = false;
  drawSeen();
};

/** From now on it is watched, or not; who has not chosen sees what runs. */
function watch(wanted) {
  state.watching = wanted;
  setBusy(wanted, 'watch', 'watch-stop');
  if (!wanted) return;
  state.refusal = null;
  look();
}

const isRunning = () => state.seen?.some(isOpen) || (state.run && state.run.at.end === undefined);
const lookAgain = () => {
  if (state.inView && !document.hidden && !state.looking && (state.watching ?? isRunning())) look();
};

// ---- Wiring

const CLIENTS = [
  ['OpenAI SDKs, LangChain, Open WebUI, LobeChat, Cline, Continue, SillyTavern', '/v1'],
  ['Anthropic SDKs, Claude Code, NextChat, Cherry Studio, one-api, new-api', ''],
  ['BetterChatGPT', '/v1/chat/completions'],
];

const ROOT = new URL('.', document.baseURI).href.slice(0, -1);

const fillClients = () => $('clients').replaceChildren(...CLIENTS.map(([names, path]) => {
  const row = element('tr');
  row.append(element('td', names), element('td', ROOT + path, 'mono'));
  return row;
}));

/** What of the markup is said in both languages: nodes, their property, the English in it. */
const MARKUP = [...document.querySelectorAll('body *')]
  .flatMap((node) => [[node, 'ariaLabel'], ...[...node.childNodes].map((it) => [it, 'data'])])
  .map(([node, name]) => [node, name, node[name]?.trim()]).filter(([, , word]) => WORDS.has(word));

/** Says everything in another language, what is under way included. */
const speak = (lang) => {
  state.lang = lang;
  document.documentElement.lang = ['en', 'zh-CN'][lang];
  $('en').ariaPressed = lang === 0;
  $('zh').ariaPressed = lang === 1;
  for (const [node, name, word] of MARKUP) node[name] = say(word);
  if (state.keyless) show('key-note', say('keyless'));
  if (state.models) show('model-note', say('{} models loaded.', state.models));
  typedExtra();
  fillClients();
  $('rows').replaceChildren();
  drawAll();
};

const dress = (theme) => {
  document.documentElement.dataset.theme = theme;
  $('theme').value = theme;
};

const drawCode = () => {
  const request = typed();
  const anthropic = request.api === 'messages';
  $('code').textContent = CODE[state.code](
    { ...request, anthropic, base: anthropic && state.code !== 'curl' ? ROOT : request.base });
};

const copy = async (text, place = $('dialog').open ? 'copied' : 'phase') => {
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  show(place, say(copied ? 'Copied.' : 'uncopied'));
};

/** Tabs as the ARIA practices have them: one is in the tab order, arrows move between them. */
const tabs = (name, choose) => {
  const all = [...document.querySelectorAll(`[role="tab"][aria-controls^="${name}"]`)];
  const pick = (tab) => {
    for (const it of all) {
      it.ariaSelected = it === tab;
      it.tabIndex = it === tab ? 0 : -1;
    }
    choose(tab.id.slice(2));
  };
  all.forEach((tab, n) => {
    tab.addEventListener('click', () => pick(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const to = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 0, End: -1 }[key];
      if (to === undefined) return;
      const next = all.at(to % all.length);
      next.focus();
      pick(next);
    });
  });
  pick(all[0]);
};

const askStatus = async () => {
  const status = await fetch('api/status').then((response) => response.json()).catch(() => null);
  const { version, environment } = Object(status);
  if (version) show('version', `fakestream ${version} → ${environment?.source_api_url}`);
  if (environment?.needs_key !== false) return;
  state.keyless = true;
  show('key-note', say('keyless'));
  loadModels();
};

const on = (id, event, action) => $(id).addEventListener(event, action);
on('form', 'submit', (event) => { event.preventDefault(); send(); });
on('stop', 'click', () => state.run?.abort.abort());
on('clear', 'click', clear);
on('load', 'click', loadModels);
on('extra', 'input', typedExtra);
on('reveal', 'click', () => {
  const hidden = $('key').type === 'password';
  $('key').type = hidden ? 'text' : 'password';
  $('reveal').ariaPressed = hidden;
});
on('check', 'click', check);
on('check-stop', 'click', () => state.checks.abort.abort());
on('watch', 'click', () => watch(true));
on('watch-stop', 'click', () => watch(false));
on('connect', 'click', () => { drawCode(); show('copied', ''); $('dialog').showModal(); });
on('close', 'click', () => $('dialog').close());
on('copy-base', 'click', () => { $('base').select(); copy($('base').value); });
on('copy-code', 'click', () => copy($('code').textContent));
on('copy-pane', 'click', () => copy($(state.tab).innerText));
on('theme', 'change', () => {
  dress($('theme').value);
  remember('localStorage', 'theme', $('theme').value);
});
['en', 'zh'].forEach((id, lang) =>
  on(id, 'click', () => { speak(lang); remember('localStorage', 'language', id); }));
for (const id of ['key', 'keep']) {
  on(id, 'input', () => remember('sessionStorage', 'key', $('keep').checked ? typedKey() : ''));
}
document.addEventListener('keydown', (event) => {
  if ($('dialog').open) return;
  if (event.key === 'Escape' && !event.isComposing) state.run?.abort.abort();
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
});
new ResizeObserver(() => { drawTimeline(); drawChecks(); }).observe($('timeline'));

new IntersectionObserver(([{ isIntersecting }]) => { state.inView = isIntersecting; })
  .observe($('own'));
setInterval(lookAgain, LOOK_MS);

$('copies').append(...[`${ROOT}/v1`, ROOT, ...WAITING_MODELS].map((text) => {
  const button = element('button', text, 'mono');
  button.addEventListener('click', () => copy(text, 'told'));
  return button;
}));
$('base').value = `${ROOT}/v1`;
$('key').value = recall('sessionStorage', 'key') ?? '';
$('keep').checked = $('key').value !== '';
dress(recall('localStorage', 'theme') ?? '');
speak(Number((recall('localStorage', 'language') ?? navigator.language).startsWith('zh')));
tabs('p-', (tab) => {
  state.tab = tab;
  for (const name of ['answer', 'raw', 'json', 'times']) $(`p-${name}`).hidden = name !== tab;
  drawJson();
  askFrame();
});
tabs('code', (tab) => {
  state.code = tab;
  $('code').setAttribute('aria-labelledby', `t-${tab}`);
  drawCode();
});
askStatus();
