/** Shows a run: phase, timeline, figures, error, and four panes. */
import { parse, textOf } from './apis.js';
import { $, element, fill, REDUCED_MOTION, show } from './dom.js';
import { elapsed, idOf, ROW_LENGTH, MAX_ROWS, newRun, silence } from './run.js';
import { isHeartbeat } from './sse.js';
import { drawTimeline } from './timeline.js';
import { say, shorten, time } from './words.js';

const NONE = '–';
const FRAME_ROWS = 100;
const PLAYERS = { image: 'img', sound: 'audio' };
const TABLE_ROWS = 500;

let [run, pane, otherError] = [null, 'answer', null];
/** The nodes of each part, and the length of its shown text. */
let shown = new Map();
/** By choice; an object lists integer keys in ascending order. */
let sections = {};

const drawPhase = () => {
  const { phase = 'ready' } = run ?? {};
  show('phase', say(phase));
  $('lamp').className = `lamp ${phase}`;
};

const drawError = () => {
  const error = run?.error ?? otherError;
  $('error').hidden = !error;
  if (!error) return;
  const terms = element('dl');
  for (const [name, value] of Object.entries(error.rows)) {
    const text = shorten(textOf(value).trim(), ROW_LENGTH);
    if (text) terms.append(element('dt', say(name)), element('dd', text));
  }
  $('error').replaceChildren(element('h2', say(error.kind)), terms);
};

export const onRunChange = (what) => ({ phase: drawPhase, error: drawError })[what]();

export const showError = (error) => {
  otherError = error;
  drawError();
};

const drawFigures = () => {
  const now = run ?? newRun();
  const { at, usage, last } = now;
  const telling = last - at.content;
  const figures = {
    byte: at.byte, content: at.content, total: at.end, headers: at.headers,
    beats: String(now.heartbeat), chunks: String(now.chunk),
    gap: Math.max(silence(now), at.end === undefined ? elapsed(now) - last : 0),
    rate: now.characters > 0 && telling > 50 && String(Math.round(now.characters / telling * 1000)),
    usage: [usage.prompt_tokens ?? usage.input_tokens,
      usage.completion_tokens ?? usage.output_tokens].filter((it) => it !== undefined).join(', '),
    id: idOf(now.response),
  };
  for (const [name, value] of Object.entries(figures)) {
    show(`f-${name}`, (run && (typeof value === 'number' ? time(value) : value)) || NONE);
  }
  show('clock', run ? `${(elapsed(run) / 1000).toFixed(1)} s` : '');
};

const place = (part) => {
  const [title, text] = [element('p'), document.createTextNode('')];
  const node = fill(element('div', '', `part ${part.kind}`), title);
  const player = PLAYERS[part.kind] && element(PLAYERS[part.kind]);
  if (player) node.append(player);
  if (part.kind === 'sound') player.controls = true;
  if (part.kind !== 'finish') node.append(fill(element('pre'), text));
  (sections[part.choice] ??= element('section', '', 'choice')).append(node);
  $('answer').append(...Object.values(sections));
  shown.set(part, { title, text, player, length: 0 });
};

/** Only at the end: a new source would stop a sound that plays. */
const drawPlayers = () => {
  for (const [{ bytes }, { player }] of shown) {
    if (player && !player.src) player.src = URL.createObjectURL(new Blob(bytes));
  }
};

const freePlayers = () => {
  for (const { player } of shown.values()) if (player?.src) URL.revokeObjectURL(player.src);
};

const drawTitles = () => {
  const many = Object.keys(sections).length > 1;
  for (const [{ kind, choice, text, name, id }, { title, player }] of shown) {
    title.textContent = [many && say('Choice {}', choice), say(kind, text), name, id]
      .filter(Boolean).join(' · ');
    title.hidden = kind === 'text' && !many;
    if (player) player.ariaLabel = title.textContent;
  }
};

const drawAnswer = () => {
  const known = shown.size;
  for (const part of run.changed) {
    if (!shown.has(part)) place(part);
    const nodes = shown.get(part);
    nodes.text.appendData(part.text.slice(nodes.length));
    nodes.length = part.text.length;
  }
  run.changed.clear();
  if (known !== shown.size) drawTitles();
  if (run.at.end !== undefined) drawPlayers();
};

const drawRaw = () => {
  const raw = $('raw');
  raw.append(...run.rows.splice(0, FRAME_ROWS).map(({ at, text, gap = '' }) =>
    fill(element('div', '', `${isHeartbeat(text) ? 'comment' : ''} ${gap}`),
      element('span', `+${(at / 1000).toFixed(3)} s  `), text)));
  while (raw.childElementCount > MAX_ROWS) raw.firstElementChild.remove();
};

const drawJson = () => {
  if (!run || pane !== 'json') return;
  const values = {
    Request: run.request,
    File: run.file && { name: run.file.name, type: run.file.type, size: run.file.size },
    'Response headers': run.response && Object.fromEntries(run.response.headers),
    Answer: run.body && (parse(run.body) ?? run.body),
    joined: !run.body && run.parts.size > 0 && {
      parts: [...run.parts.values()].map(({ key, bytes, ...part }) =>
        ({ ...part, ...(bytes.length > 0 && { bytes: new Blob(bytes).size }) })),
      usage: run.usage,
    },
  };
  $('json').replaceChildren(...Object.entries(values).flatMap(([word, value]) => (value
    ? [element('h2', say(word)), element('pre', shorten(JSON.stringify(value, null, 2), 250_000))]
    : [])));
};

/** Adds some missing rows; returns true if more are missing. */
const drawTimes = () => {
  $('times').hidden = !run;
  if (!run || pane !== 'times') return false;
  const body = $('rows');
  const known = body.childElementCount;
  const end = Math.min(known + FRAME_ROWS, TABLE_ROWS);
  body.append(...run.log.slice(known, end).map(({ at, what, count = '' }, n) => {
    const cells = [time(at), time(at - (run.log[known + n - 1]?.at ?? 0)), `${say(what)} ${count}`];
    return fill(element('tr'), ...cells.map((cell) => element('td', cell)));
  }));
  return end < Math.min(run.log.length, TABLE_ROWS);
};

/** Keeps the pane's end in view, unless the user has scrolled up. */
const following = (fill) => {
  const node = $(`p-${pane}`);
  const atEnd = node.scrollTop + node.clientHeight >= node.scrollHeight - 8;
  fill();
  if (atEnd) node.scrollTop = node.scrollHeight;
};

export const redrawTimeline = () => drawTimeline($('timeline'), run);

let [drawnAt, asked] = [0, false];

/** Draws text in each frame; the rest 20 times a second, or once with reduced motion. */
const drawFrame = (now) => {
  let more = false;
  asked = false;
  following(() => {
    if (run) {
      drawAnswer();
      drawRaw();
    }
    more = drawTimes();
  });
  if (now - drawnAt > (REDUCED_MOTION.matches ? 1000 : 50)) {
    drawnAt = now;
    drawFigures();
    redrawTimeline();
  }
  if (more || (run && (run.at.end === undefined || run.rows.length > 0))) askFrame();
};

function askFrame() {
  if (!asked) requestAnimationFrame(drawFrame);
  asked = true;
}

/** Draws everything: when a run starts or ends, and when the language changes. */
export const drawRun = () => {
  drawPhase();
  if (run) following(drawAnswer);
  drawFigures();
  redrawTimeline();
  drawError();
  drawJson();
  drawTitles();
  askFrame();
};

export const showRun = (next) => {
  freePlayers();
  [run, otherError, shown, sections] = [next, null, new Map(), {}];
  for (const id of ['answer', 'raw', 'json', 'rows']) $(id).replaceChildren();
  drawRun();
};

export const clearTimes = () => $('rows').replaceChildren();

export const showPane = (name) => {
  pane = name;
  for (const it of ['answer', 'raw', 'json', 'times']) $(`p-${it}`).hidden = it !== pane;
  drawJson();
  askFrame();
};

export const paneText = () => $(pane).innerText;
