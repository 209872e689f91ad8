/**
 * The test page: sends one chat completion and shows how its answer comes in, heartbeats included.
 * Whatever a server says reaches the page as text only, never as markup.
 */

const MAX_RAW_ROWS = 2000;
const MAX_ERROR_LENGTH = 4000;
const NONE = '–';

const $ = (id) => document.getElementById(id);
const show = (id, text) => { $(id).textContent = text; };
const element = (name, textContent = '', className = '') =>
  Object.assign(document.createElement(name), { textContent, className });
const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
const many = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const list = (value) => [].concat(value ?? []);
const authorization = (key = $('key').value.trim()) => key && { Authorization: `Bearer ${key}` };
/** The value of a JSON text, or undefined. */
const parse = (text) => { try { return JSON.parse(text); } catch { return undefined; } };

/** The text of a string, of a content part or of a list of either; what has none, as JSON. */
const textOf = (value) => {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (value === null || typeof value !== 'object') return String(value ?? '');
  return textOf(value.thinking ?? value.text ?? value.refusal ?? JSON.stringify(value));
};

/** Reads server-sent events from text in any pieces; returns what it has of an unended line. */
const eventReader = (onLine, onEvent) => {
  let [rest, afterCr, type, data] = ['', false, '', []];
  const takeLine = (line) => {
    onLine(line);
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

/** Fills the panes and keeps their ends in view, except where someone has scrolled up. */
const following = (fill) => {
  const atEnd = [$('answer'), $('raw')]
    .filter((pane) => pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 8);
  fill();
  for (const pane of atEnd) pane.scrollTop = pane.scrollHeight;
};

/** Notes the time of what happens once in a request. */
const mark = (run, figure) => {
  if ($(figure).textContent === NONE) show(figure, seconds(run.elapsed()));
};

/** Shows what changes all the time; screen readers are not told of it. */
const showProgress = (run) => {
  for (const name of ['heartbeats', 'chunks', 'characters']) show(name, run[name]);
  show('clock', `${(run.elapsed() / 1000).toFixed(1)} s, ${many(run.heartbeats, 'heartbeat')}`);
};

/** Adds a row to the raw pane. An empty line shows as a gap below the row before it. */
const showRaw = (run, text) => {
  if (text === '') return $('raw').lastElementChild?.classList.add('gap');
  const row = element('div', text, text.startsWith(':') ? 'comment' : '');
  row.prepend(element('span', `+${(run.elapsed() / 1000).toFixed(3)} s `));
  $('raw').append(row);
  if ($('raw').childElementCount > MAX_RAW_ROWS) $('raw').firstElementChild.remove();
};

/** Shows an error, of which only the first of a request counts: what follows comes of it. */
const fail = (run, title, response, body) => {
  if (run.failed) return;
  run.failed = true;
  const json = parse(body);
  const error = Object(json?.error ?? json);
  const rows = {
    Status: response && `${response.status} ${response.statusText}`,
    Type: error.type, Code: error.code, Parameter: error.param,
    Message: error.message ?? body,
    'Retry after': response?.headers.get('retry-after'),
    'Request id': response?.headers.get('x-request-id') ?? json?.request_id,
  };
  const terms = element('dl');
  for (const [name, value] of Object.entries(rows)) {
    const text = textOf(value).trim().slice(0, MAX_ERROR_LENGTH);
    if (text) terms.append(element('dt', name), element('dd', text));
  }
  $('error').replaceChildren(element('strong', title), terms);
  $('error').hidden = false;
};

/** Makes the place of one part of a choice; choices stand in the order of their index. */
const newPart = (run, index, key) => {
  const part = element('div', '', `part ${key}`);
  part.append(element('p'), element('pre'));
  const choice = (run.choices[index] ??= element('section', '', 'choice'));
  if (!choice.firstChild) choice.append(element('h3', `Choice ${index}`));
  choice.append(part);
  $('answer').append(...Object.values(run.choices));
  return part;
};

/** Adds text to a part of a choice. The first of it ends the waiting for the answer. */
const write = (run, index, key, label, text) => {
  if ($('first-content').textContent === NONE) {
    mark(run, 'first-content');
    show('phase', `Receiving the answer after ${many(run.heartbeats, 'heartbeat')}.`);
  }
  const [title, body] = (run.parts[`${index} ${key}`] ??= newPart(run, index, key)).children;
  title.textContent = label;
  body.append(text);
};

/** Shows a piece of a call: its name and id come once, its arguments in pieces. */
const showCall = (run, index, label, call) => {
  const body = call.function ?? call.custom ?? call;
  const known = (run.calls[`${index} ${label}`] ??= { label });
  if (body.name) known.name = body.name;
  if (call.id) known.id = call.id;
  const title = Object.values(known).join(' · ');
  write(run, index, `call ${label}`, title, textOf(body.arguments ?? body.input));
};

/** Shows what a delta, or the message of a whole answer, adds to its choice. */
const showDelta = (run, index, delta) => {
  const add = (label, value) => {
    const text = textOf(value);
    if (text) write(run, index, label.toLowerCase(), label, text);
    if (label !== 'Reasoning') run.characters += [...text].length;
  };
  add('Reasoning', delta.reasoning_content || delta.reasoning);
  list(delta.content).forEach((it) => add(it?.type === 'thinking' ? 'Reasoning' : 'Text', it));
  add('Refusal', delta.refusal);
  if (delta.function_call) showCall(run, index, 'Function call', delta.function_call);
  list(delta.tool_calls).forEach((call, position) =>
    showCall(run, index, `Tool call ${call.index ?? position}`, call));
};

/** Shows a chunk of a stream, or a whole answer, which has the same form but for `message`. */
const showAnswer = (run, { choices, usage }) => {
  if (usage) show('usage', `${usage.prompt_tokens} in, ${usage.completion_tokens} out`);
  list(choices).forEach((choice, position) => {
    const index = choice.index ?? position;
    const reason = choice.finish_reason;
    showDelta(run, index, choice.delta ?? choice.message ?? {});
    if (reason) write(run, index, 'finish', `finish_reason: ${reason}`, '');
  });
};

/** Whether a chunk is a heartbeat of the style `chunk`: it has choices and nothing new in any. */
const isBeat = ({ choices, usage }) => list(choices).length > 0 && !usage
  && list(choices).every((it) => it.delta && !Object.keys(it.delta).length && !it.finish_reason);

/** Takes one event of the stream: the end, an error, a heartbeat in the form of one, a chunk. */
const takeEvent = (run, response, type, data) => {
  const chunk = parse(data);
  if (data === '[DONE]') run.done = true;
  else if (type === 'error' || chunk?.error) fail(run, 'Error in mid-stream', response, data);
  else if (data.trim() === '' || (chunk && isBeat(chunk))) run.heartbeats += 1;
  else if (!chunk) fail(run, 'An event that is not JSON', response, data);
  else {
    run.chunks += 1;
    showAnswer(run, chunk);
  }
};

/** Hands on the body as text, at whatever bytes it comes split, and resolves at its end. */
const readText = async (run, response, onText) => {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (let read = await reader?.read(); read && !read.done; read = await reader.read()) {
    mark(run, 'first-byte');
    following(() => onText(decoder.decode(read.value, { stream: true })));
  }
};

const receiveStream = async (run, response) => {
  show('phase', 'Waiting for the upstream.');
  const onLine = (line) => { run.heartbeats += Number(line[0] === ':'); showRaw(run, line); };
  const take = eventReader(onLine, (type, data) => takeEvent(run, response, type, data));
  await readText(run, response, take).finally(() => showRaw(run, take('')));
  if (!run.done) fail(run, 'Cut: the stream ended without [DONE]', response, '');
};

const receiveWhole = async (run, response) => {
  let body = '';
  await readText(run, response, (text) => { body += text; }).finally(() => showRaw(run, body));
  const answer = parse(body);
  if (!response.ok) fail(run, 'Refused', response, body);
  else if (!answer || answer.error) fail(run, 'Not an answer', response, body);
  else showAnswer(run, answer);
};

/** The request: what was typed and nothing else. */
const requestBody = () => {
  const [system, model] = [$('system').value, $('model').value.trim() || undefined];
  const messages = system ? [{ role: 'system', content: system }] : [];
  messages.push({ role: 'user', content: $('message').value });
  const streamed = $('stream').checked && { stream: true, stream_options: { include_usage: true } };
  return JSON.stringify({ model, messages, stream: false, ...streamed });
};

/** Gets and shows the answer; what breaks it off is shown too, unless all had come before. */
const exchange = async (run) => {
  let response;
  try {
    const headers = { 'Content-Type': 'application/json', ...authorization() };
    const { signal } = run.abort;
    const options = { method: 'POST', headers, body: requestBody(), signal };
    response = await fetch('v1/chat/completions', options);
    mark(run, 'headers');
    const streams = /^text\/event-stream/i.test(response.headers.get('content-type'));
    await (response.ok && streams ? receiveStream : receiveWhole)(run, response);
  } catch ({ message }) {
    const title = response ? 'Cut: the connection broke off' : 'No answer';
    if (!run.abort.signal.aborted && !run.done) fail(run, title, response, message);
  }
};

/** Turns the buttons over and takes the focus along, so that it is never lost. */
const setBusy = (busy) => {
  const hadFocus = document.activeElement === $(busy ? 'send' : 'stop');
  for (const id of ['send', 'clear']) $(id).disabled = busy;
  $('stop').disabled = !busy;
  if (hadFocus) $(busy ? 'stop' : 'send').focus();
  $('answer').ariaBusy = busy;
};

const clear = () => {
  for (const id of ['answer', 'raw', 'clock']) show(id, '');
  for (const figure of document.querySelectorAll('#figures dd')) figure.textContent = NONE;
  $('error').hidden = true;
  show('phase', 'Ready.');
};

let stop = () => {}; // ends the request that is under way, if there is one
const send = async () => {
  clear();
  setBusy(true);
  show('phase', 'Waiting for the response headers.');
  $('progress').scrollIntoView({ block: 'nearest' });
  const [abort, start] = [new AbortController(), performance.now()];
  const run = {
    abort, elapsed: () => performance.now() - start, done: false, failed: false,
    heartbeats: 0, chunks: 0, characters: 0, choices: {}, parts: {}, calls: {},
  };
  stop = () => abort.abort();
  const ticking = setInterval(showProgress, 100, run);
  await exchange(run);
  clearInterval(ticking);
  showProgress(run);
  mark(run, 'total');
  const stopped = abort.signal.aborted && !run.done;
  show('phase', run.failed ? 'Failed:' : stopped ? 'Stopped:' : 'Finished:');
  setBusy(false);
};

const loadModels = async () => {
  show('model-note', 'Loading…');
  const response = await fetch('v1/models', { headers: { ...authorization() } }).catch(() => null);
  const body = await response?.text().catch(String) ?? 'The server does not answer.';
  const models = response?.ok && parse(body)?.data;
  if (!models?.map) fail({}, 'The models were not loaded', response, body);
  else $('models').replaceChildren(...models.map(({ id }) => new Option(id)));
  show('model-note', models?.map ? `${many(models.length, 'model')} loaded.` : 'Not loaded.');
};

const copyBase = async () => {
  $('base').select();
  const copying = navigator.clipboard?.writeText($('base').value).then(() => true, () => false);
  show('base-note', await copying ? 'Copied.' : 'Selected; copy it with your keyboard.');
};

const askStatus = async () => {
  const status = await fetch('api/status').then((response) => response.json()).catch(() => null);
  if (status?.environment?.needs_key !== false) return;
  show('key-note', 'May be left empty: the server has a key of its own.');
};

$('base').value = new URL('v1', document.baseURI).href;
$('form').addEventListener('submit', (event) => { event.preventDefault(); send(); });
$('stop').addEventListener('click', () => stop());
$('clear').addEventListener('click', clear);
$('load').addEventListener('click', loadModels);
$('copy').addEventListener('click', copyBase);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) stop();
  const sends = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
  if (sends && !$('send').disabled) $('form').requestSubmit();
});
askStatus();
