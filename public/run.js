/** One request: its arrivals and their times, in ms after its start. */
import {
  APIS, errorOf, isObject, keyHeaders, parse, payloadOf, soundPiece,
} from './apis.js';
import { eventParser, isHeartbeat, readBytes, readText } from './sse.js';
import { shorten, time } from './words.js';

export const MAX_ROWS = 2000;
export const ROW_LENGTH = 4000;
const MAX_TEXT = 1_000_000;
const MAX_LOG = 20_000;

/**
 * A run calls `onChange` with 'phase' at a new phase and with 'error' at its error. The view reads
 * the rest once a frame and empties `rows` and `changed`.
 */
export const newRun = (api, request, onChange, file) => ({
  api, request, onChange, file, abort: new AbortController(), start: performance.now(),
  phase: 'sending', at: {}, last: 0, gap: { from: 0, to: 0 },
  log: [{ at: 0, what: 'request sent' }], heartbeat: 0, chunk: 0, characters: 0, usage: {},
  rows: [], parts: new Map(), changed: new Set(),
});

export const elapsed = (run) => run.at.end ?? performance.now() - run.start;
/** The longest silence so far. */
export const silence = ({ gap }) => gap.to - gap.from;
export const timesOf = (run, what) => run.log.filter((it) => it.what === what).map((it) => it.at);
const header = (response, name) => response?.headers.get(name);
export const idOf = (response) =>
  header(response, 'x-request-id') ?? header(response, 'request-id');

export const failure = (kind, body, response, after) => {
  const { type, code, param, message, id } = errorOf(body);
  return { kind, rows: {
    Status: response && `${response.status} ${response.statusText}`, Type: type, Code: code,
    Parameter: param, Message: message, 'Retry after': header(response, 'retry-after'),
    'Request id': idOf(response) ?? id,
    'Upstream id': header(response, 'x-upstream-request-id'), When: after && `+${time(after)}`,
  } };
};

const enter = (run, phase) => {
  run.phase = phase;
  run.onChange('phase');
};

/** Keeps the first error: it causes the later ones. */
const fail = (run, kind, body) => {
  if (run.error) return;
  run.error = failure(kind, body, run.response, elapsed(run));
  run.onChange('error');
};

const noteArrival = (run) => {
  const now = performance.now() - run.start;
  if (now - run.last > silence(run)) run.gap = { from: run.last, to: now };
  run.last = now;
};

/** Logs an arrival; numbers heartbeats and chunks. */
const note = (run, what) => {
  const count = what in run ? run[what] += 1 : '';
  if (run.log.length < MAX_LOG) run.log.push({ at: run.last, what, count });
};

/** Joins pieces into parts; the first content ends the wait. */
const notePieces = (run, pieces) => {
  for (const it of pieces.filter(({ text, name, bytes }) => text || name || bytes)) {
    const part = run.parts.get(it.key) ?? { ...it, text: '', bytes: [] };
    run.parts.set(it.key, part);
    run.changed.add(part);
    part.name ??= it.name;
    part.id ??= it.id;
    part.text = shorten(part.text + it.text, MAX_TEXT);
    if (it.bytes) part.bytes.push(it.bytes);
    if (it.kind === 'finish') continue;
    run.characters += it.text.length;
    if (run.at.content !== undefined) continue;
    run.at.content = run.last;
    note(run, 'first content');
    enter(run, 'answering');
  }
};

/** Messages reports input tokens at the start and output tokens at the end. */
const noteUsage = ({ usage }, json) =>
  Object.assign(usage, (json.response ?? json.message ?? json).usage);

const addRow = ({ rows, last }, text) =>
  rows.push({ at: last, text: shorten(text, ROW_LENGTH) });

const takeEvent = (run, name, data) => {
  const [api, json] = [APIS[run.api], parse(data)];
  const type = name || json?.type;
  if (api.isHeartbeat(Object(json), type) || data.trim() === '') return note(run, 'heartbeat');
  if (/^(error|response\.failed)$/.test(type) || json?.error) return fail(run, 'inStream', data);
  run.done ||= api.isEnd(type, data);
  if (data === '[DONE]') return null;
  if (!isObject(json)) return fail(run, 'notJson', data);
  note(run, 'chunk');
  noteUsage(run, json);
  return notePieces(run, api.pieces(json, type, run.chunk));
};

/** An empty line becomes a gap below the line before it. */
const takeLine = (run, text) => {
  if (text === '') return Object.assign(run.rows.at(-1) ?? {}, { gap: 'gap' });
  if (isHeartbeat(text)) note(run, 'heartbeat');
  return addRow(run, text) > MAX_ROWS && run.rows.shift();
};

const receive = (run, read, take) => read(run.response, (what) => {
  noteArrival(run);
  run.at.byte ??= run.last;
  take(what);
});

const receiveStream = async (run) => {
  enter(run, 'waiting');
  const take = eventParser((text) => takeLine(run, text),
    (type, data) => takeEvent(run, type, data));
  await receive(run, readText, take).finally(() => takeLine(run, take('')));
  if (!run.done) fail(run, 'cutShort', '');
};

const receiveWhole = async (run) => {
  const texts = [];
  await receive(run, readText, (text) => texts.push(text));
  run.body = texts.join('').trim();
  addRow(run, run.body);
  const answer = parse(run.body);
  if (!run.response.ok) return fail(run, 'early', run.body);
  if (!isObject(answer) || answer.error) return fail(run, 'Not an answer', run.body);
  noteUsage(run, answer);
  return notePieces(run, APIS[run.api].wholePieces(answer));
};

const receiveSound = (run) => {
  addRow(run, run.response.headers.get('content-type'));
  return receive(run, readBytes, (bytes) => notePieces(run, [soundPiece(bytes)]));
};

const receiverOf = ({ ok, headers }) => {
  const type = headers.get('content-type') ?? '';
  if (ok && /^text\/event-stream/i.test(type)) return receiveStream;
  return ok && /^(audio\/|application\/octet-stream)/i.test(type) ? receiveSound : receiveWhole;
};

/** A connection that breaks after the last event is not a failure. */
const exchange = async (run, key) => {
  const { signal } = run.abort;
  try {
    const body = payloadOf(run.api, run.request, run.file);
    // The browser itself names a form's type, with the boundary.
    const headers = { ...(typeof body === 'string' && { 'Content-Type': 'application/json' }),
      ...keyHeaders(run.api, key) };
    run.response = await fetch(`v1/${APIS[run.api].path}`,
      { method: 'POST', headers, body, signal });
    noteArrival(run);
    run.at.headers = run.last;
    note(run, 'headers');
    await receiverOf(run.response)(run);
  } catch ({ message }) {
    const kind = run.response ? 'broke' : 'silent';
    if (!signal.aborted && !run.done) fail(run, kind, message);
  }
};

/** Sends the request and waits for the end of the response. */
export const play = async (run, key) => {
  await exchange(run, key);
  noteArrival(run);
  run.at.end = run.last;
  note(run, 'end');
  const stopped = run.abort.signal.aborted && !run.done;
  enter(run, run.error ? 'failed' : stopped ? 'stopped' : 'finished');
};
