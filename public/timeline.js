/** Draws a run on a time axis. */
import { vector } from './dom.js';
import { elapsed, silence, timesOf } from './run.js';
import { say, time } from './words.js';

export const line = (kind, d) => vector('path', { class: kind, d });
export const bar = (kind, x, y, width, height) =>
  vector('rect', { class: kind, x, y, width: Math.max(0, width), height, rx: 4 });

const label = (x, y, text, kind = '', anchor = 'start') =>
  vector('text', { x, y, class: kind, 'text-anchor': anchor }, text);

/** Ticks within half a pixel become one. */
export const tickPath = (times, x, y, height) => {
  const places = new Set(times.map((at) => Math.round(x(at) * 2) / 2));
  return [...places].map((place) => `M${place} ${y}v${height}`).join('');
};

const Y = { labels: 12, beats: 70, phases: 116, chunks: 164, gap: 204, axis: 220 };

const axisEnd = (ms) => 1000 * ([2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 420, 600]
  .find((s) => s * 1000 >= ms * 1.04) ?? ms / 800);

const axisStep = (end, most) => {
  const power = 10 ** Math.floor(Math.log10(end / most));
  return power * ([1, 2, 5].find((n) => end / (n * power) <= most) ?? 10);
};

const textWidth = (text) => [...text].reduce((sum, it) => sum + (it > '\u2e80' ? 12.5 : 7.9), 0);

const axis = (end, x, width) => {
  const step = axisStep(end, Math.max(3, Math.floor(width / 84)));
  const nodes = [];
  for (let at = 0; at <= end * 1.0001; at += step) {
    const left = Math.round(x(at)) + 0.5;
    const text = step < 1000 ? `${Math.round(at)} ms` : `${at / 1000} s`;
    const anchor = at === 0 ? 'start' : left + textWidth(text) / 2 > width ? 'end' : 'middle';
    nodes.push(line('axis', `M${left} ${Y.beats - 18}V${Y.axis}`),
      label(left, Y.axis + 16, text, '', anchor));
  }
  return nodes;
};

const phases = ({ at: { headers, content } }, now, x) =>
  [['sent', 0, headers ?? now], ['wait', headers ?? now, content ?? now, 'waiting {}'],
    ['tell', content ?? now, now, 'answer {}']]
    .flatMap(([kind, from, to, word]) => {
      const [left, width] = [x(from), x(to) - x(from)];
      const text = word && say(word, time(to - from));
      const fits = text && textWidth(text) + 16 < width;
      return width < 0.5 ? [] : [bar(`bar-${kind}`, left, Y.phases, width, 24), ...(fits
        ? [label(left + 8, Y.phases + 16, text, 'label')] : [])];
    });

/** Each label has its own row, so labels never overlap. */
const marks = ({ at }, x, width) =>
  [['headers'], ['content', 'first content'], ['end']].flatMap(([name, word = name], row) => {
    if (at[name] === undefined) return [];
    const [left, y] = [Math.round(x(at[name])) + 0.5, Y.labels + row * 15];
    const text = `${say(word)} ${time(at[name])}`;
    const half = textWidth(text) / 2;
    const [place, anchor] = left < half ? [0, 'start']
      : left + half > width ? [width, 'end'] : [left, 'middle'];
    return [line('mark', `M${left} ${y + 4}V${Y.axis}`),
      label(place, y, text, 'mark', anchor)];
  });

const longestSilence = (run, x, width) => {
  const [left, right, y] = [x(run.gap.from), x(run.gap.to), Y.gap];
  const text = say('gap', time(silence(run)));
  const long = textWidth(text) + 8;
  const [place, anchor] = right + long < width ? [right + 8, 'start']
    : left > long ? [left - 8, 'end'] : [(left + right) / 2, 'middle'];
  return right - left < 8 ? [] : [
    line('gap', `M${left} ${y - 4}v8M${left} ${y}H${right}M${right} ${y - 4}v8`),
    label(place, y + 4, text, '', anchor)];
};

const picture = (run, now, x, width) => [
  ...phases(run, now, x), ...marks(run, x, width),
  ...(run.at.end === undefined ? [] : longestSilence(run, x, width)),
  line('beats', tickPath(timesOf(run, 'heartbeat'), x, Y.beats + 2, 18)),
  line('dots', tickPath(timesOf(run, 'heartbeat'), x, Y.beats + 5, 0)),
  line('chunks', tickPath(timesOf(run, 'chunk'), x, Y.chunks, 24)),
  line(`now ${run.phase}`, `M${x(now)} ${Y.phases - 2}v28`),
];

/** Redraws everything, as there are few nodes. The run may be null. */
export const drawTimeline = (svg, run) => {
  const width = Math.max(svg.clientWidth, 200);
  const now = run ? elapsed(run) : 0;
  const end = run?.at.end === undefined ? axisEnd(now || 9000) : Math.max(now, 10);
  const x = (ms) => 5 + ms / end * (width - 10);
  const titles = [['beats', 'Heartbeats'], ['phases', 'Connection'], ['chunks', 'Chunks']]
    .map(([name, word]) => label(5, Y[name] - 6, say(word)));
  svg.setAttribute('viewBox', `0 0 ${width} 248`);
  svg.replaceChildren(...axis(end, x, width),
    ...(run ? picture(run, now, x, width)
      : [label(width / 2, 30, say('rest'), 'rest', 'middle')]), ...titles);
};
