/** The path check: finds cuts and buffering of silent streams to the browser. */
import { errorLine, keyHeaders, parse } from './apis.js';
import { $, element, fill, REDUCED_MOTION, setBusy, show, vector } from './dom.js';
import { eventParser, isHeartbeat, readText } from './sse.js';
import { bar, line, tickPath } from './timeline.js';
import { say, time } from './words.js';

const BUFFERED_MS = 1500;

let check = null;

/** The longest delay of any part of a stream, in ms. */
const lateness = ({ headers, beats, data, interval }) => {
  const delays = data.map(({ at, sent }) => at - sent);
  const late = beats.map((at, n) => at - beats[0] - n * interval);
  // The daemon sends the headers and the first heartbeat immediately.
  return Math.max(headers, beats[0] ?? 0, ...(interval ? late : []),
    ...delays.map((delay) => delay - Math.min(...delays)));
};

const conclude = (results, seconds) => {
  const [comment, chunk, off] = results.map(({ end }) => end === 'whole');
  if (results.some(({ end }) => end === 'stopped')) return [['stopped']];
  if (results.some(({ end }) => end === 'refused')) return [['closed']];
  const found = comment && chunk
    ? off ? ['carries', `${seconds} s`] : ['beats', time(results[2].at)]
    : chunk ? ['onlyChunk'] : comment ? ['onlyComment']
      : ['none', time(Math.min(results[0].at, results[1].at))];
  const late = Math.max(...results.map(lateness));
  return late < BUFFERED_MS ? [found] : [found, ['buffers', time(late)]];
};

const play = async (result, seconds, key, signal) => {
  const start = performance.now();
  const now = () => performance.now() - start;
  const take = eventParser((text) => isHeartbeat(text) && result.beats.push(now()),
    (type, data) => {
      const { check: part, choices } = Object(parse(data));
      if (data === '[DONE]') result.end = 'whole';
      if (part) result.data.push({ at: now(), sent: part.sent_ms });
      else if (choices) result.beats.push(now());
      result.interval ??= part?.interval_ms;
    });
  try {
    const response = await fetch(`api/check?seconds=${seconds}&style=${result.style}`,
      { headers: keyHeaders('chat', key), signal });
    result.headers = now();
    let body = '';
    await readText(response, response.ok ? take : (text) => { body += text; });
    if (!response.ok) {
      // A gateway that times out responds instead of the daemon.
      result.end = response.status > 501 && !parse(body)?.error ? 'cut' : 'refused';
      result.why = errorLine(response, body);
    }
  } catch {
    // Any broken stream counts as cut, except after Stop.
  }
  result.at = now();
  result.end ??= signal.aborted ? 'stopped' : 'cut';
};

const describe = (result, now) => {
  const { end, at, beats, why } = result;
  if (!end) return say('under way, {}', time(now));
  if (end === 'refused') return say('refused: {}', why);
  if (end !== 'whole') return say(end === 'cut' ? 'cut after {}' : end, time(at));
  const late = lateness(result);
  return say('survived', time(at), beats.length)
    + (late > BUFFERED_MS ? say(', but up to {} late', time(late)) : '');
};

const drawStream = (svg, { beats, data, end, at }, now, seconds) => {
  const width = Math.max(svg.clientWidth, 100);
  const last = at ?? now;
  const x = (ms) => 5 + ms / Math.max(seconds * 1000 + 1500, last) * (width - 10);
  svg.setAttribute('viewBox', `0 0 ${width} 28`);
  svg.replaceChildren(bar('bar-wait', 5, 8, x(last) - 5, 12),
    line('beats', tickPath(beats, x, 4, 20)),
    line('chunks', tickPath(data.map((it) => it.at), x, 4, 20)),
    line(`now ${end === 'cut' ? 'failed' : ''}`, `M${x(last)} 2v24`));
};

export const drawChecks = () => {
  if (!check) return;
  const now = performance.now() - check.start;
  check.results.forEach((result, n) => {
    const [name, text, svg] = $('checks').children[n].children;
    name.textContent = say(result.style);
    text.textContent = describe(result, now);
    const good = result.end === 'whole' && lateness(result) < BUFFERED_MS;
    text.className = result.end ? good ? 'good' : 'bad' : '';
    drawStream(svg, result, now, check.seconds);
  });
  show('verdict', !check.over ? say('Checking.')
    : conclude(check.results, check.seconds).map((it) => say(...it)).join('\n'));
};

export const stopPathCheck = () => check.abort.abort();

export const checkPath = async (key) => {
  const [abort, seconds] = [new AbortController(), Number($('seconds').value)];
  const results = ['comment', 'chunk', 'off']
    .map((style) => ({ style, beats: [], data: [], headers: 0 }));
  $('checks').replaceChildren(...results.map(() => fill(element('li'),
    element('strong'), element('p'), vector('svg', { 'aria-hidden': true }))));
  check = { results, seconds, start: performance.now(), abort };
  setBusy(true, 'check');
  drawChecks();
  const ticking = setInterval(drawChecks, REDUCED_MOTION.matches ? 1000 : 100);
  await Promise.all(results.map((result) => play(result, seconds, key, abort.signal)));
  clearInterval(ticking);
  check.over = true;
  drawChecks();
  setBusy(false, 'check');
};
