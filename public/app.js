/** The test page: form, language, controls. Texts never become markup. */
import {
  APIS, codeFor, fetchList, hasMessage, isObject, keyHeaders, requestBody,
} from './apis.js';
import { drawStreams, refreshIfWatched, setWatching, watchClients } from './client-check.js';
import { $, element, fill, setBusy, show } from './dom.js';
import {
  clearTimes, drawRun, onRunChange, paneText, redrawTimeline, showError, showPane, showRun,
} from './panes.js';
import { checkPath, drawChecks, stopPathCheck } from './path-check.js';
import { failure, newRun, play } from './run.js';
import { isWord, say, setLanguage } from './words.js';

const REFRESH_MS = 2000;
const WAITING_MODELS = ['demo-wait-65', 'demo-wait-130', 'demo-wait-310'];
const ROOT = new URL('.', document.baseURI).href.slice(0, -1);
const CLIENTS = [
  ['OpenAI SDKs, LangChain, Open WebUI, LobeChat, Cline, Continue, SillyTavern', '/v1'],
  ['Anthropic SDKs, Claude Code, NextChat, Cherry Studio, one-api, new-api', ''],
  ['BetterChatGPT', '/v1/chat/completions'],
];

let run = null;
let [modelCount, keyless, codeLanguage] = [0, false, 'curl'];

// ---- The form

const readKey = () => $('key').value.trim();

/** Null if the extra JSON is not an object; its note says why. */
const readExtra = () => {
  let [value, why] = [null, ''];
  const text = $('extra').value.trim() || '{}';
  try { value = JSON.parse(text); } catch ({ message }) { why = message; }
  const good = isObject(value);
  $('extra').setAttribute('aria-invalid', !good);
  show('extra-note', say(good ? 'An object, merged into the request.' : 'badExtra', why));
  return good ? value : null;
};

/** Null if the API needs a file and none is chosen; its note then says so. */
const readFile = () => {
  const file = APIS[$('api').value].file ? $('file').files[0] ?? null : undefined;
  $('file').setAttribute('aria-invalid', file === null);
  show('file-note', file === null ? say('Choose a file.') : '');
  return file;
};

/** Shows the fields of the chosen API. */
const drawFields = () => {
  const { file, accept = '' } = APIS[$('api').value];
  $('file-field').hidden = !file;
  $('file').accept = accept;
  $('file').removeAttribute('aria-invalid');
  show('file-note', '');
  $('message-field').hidden = !hasMessage($('api').value);
};

const readForm = () => {
  const [api, stream, extra] = [$('api').value, $('stream').checked, readExtra()];
  const body = requestBody({ api, stream,
    model: $('model').value.trim(), system: $('system').value, message: $('message').value });
  return { api, stream, extra, body, request: { ...body, ...extra } };
};

const setSending = (sending) => {
  $('answer').ariaBusy = sending;
  $('clear').disabled = sending;
  setBusy(sending, 'send', 'stop');
};

const send = async () => {
  if ($('send').disabled) return;
  const { api, extra, request } = readForm();
  if (!extra) {
    $('more').open = true;
    $('extra').focus();
    return;
  }
  const file = readFile();
  if (file === null) {
    $('file').focus();
    return;
  }
  run = newRun(api, request, onRunChange, file);
  setSending(true);
  showRun(run);
  // On a phone the timeline is below the form.
  if (!matchMedia('(min-width: 60rem)').matches) $('send').parentElement.scrollIntoView();
  await play(run, readKey());
  drawRun();
  setSending(false);
};

const stop = () => run?.abort.abort();

const drawNotes = () => {
  if (keyless) show('key-note', say('keyless'));
  if (modelCount) show('model-note', say('{} models loaded.', modelCount));
};

const loadModels = async () => {
  show('model-note', say('Loading…'));
  const { response, body, items } =
    await fetchList('v1/models', 'data', keyHeaders($('api').value, readKey()));
  showError(items ? null : failure('noModels', body, response));
  if (!items) return show('model-note', say('noModels'));
  modelCount = items.length;
  drawNotes();
  $('models').replaceChildren(...items.map((it) => new Option(it?.id)));
  // This demo model shows the most.
  const demo = items.find((it) => it?.id === 'demo-long');
  if (demo) $('model').value ||= demo.id;
};

const askStatus = async () => {
  const status = await fetch('api/status').then((it) => it.json()).catch(() => null);
  const { version, environment } = Object(status);
  const upstream = environment?.source_api_url;
  if (version) show('version', `fakestream ${version}${upstream ? ` → ${upstream}` : ''}`);
  if (environment?.needs_key !== false) return;
  keyless = true;
  drawNotes();
  loadModels();
};

// ---- Language and colours

const remember = (storage, name, value) => {
  try { window[storage].setItem(`fakestream-${name}`, value); } catch { /* Storage is off. */ }
};
const recall = (storage, name) => {
  try { return window[storage].getItem(`fakestream-${name}`); } catch { return null; }
};

/** Each text in the markup: its node, property and English words. */
const MARKUP = [...document.querySelectorAll('body *')]
  .flatMap((node) => [[node, 'ariaLabel'], ...[...node.childNodes].map((it) => [it, 'data'])])
  .map(([node, name]) => [node, name, node[name]?.trim()]).filter(([, , word]) => isWord(word));

const speak = (id) => {
  setLanguage(id);
  document.documentElement.lang = id === 'zh' ? 'zh-CN' : id;
  for (const it of ['en', 'zh']) $(it).ariaPressed = it === id;
  for (const [node, name, word] of MARKUP) node[name] = say(word);
  drawNotes();
  drawFields();
  readExtra();
  clearTimes();
  drawRun();
  drawChecks();
  drawStreams();
};

const setTheme = (theme) => {
  document.documentElement.dataset.theme = theme;
  $('theme').value = theme;
};

// ---- Copying and tabs

const drawCode = () => show('code', codeFor(codeLanguage, ROOT, readForm()));

const copy = async (text, place = $('dialog').open ? 'copied' : 'phase') => {
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  show(place, say(copied ? 'Copied.' : 'uncopied'));
};

$('clients').append(...CLIENTS.map(([names, path]) =>
  fill(element('tr'), element('td', names), element('td', ROOT + path, 'mono'))));

$('copies').append(...[`${ROOT}/v1`, ROOT, ...WAITING_MODELS].map((text) => {
  const button = element('button', text, 'mono');
  button.addEventListener('click', () => copy(text, 'told'));
  return button;
}));

/** Follows the ARIA practices: one tab is in the tab order; arrow keys move between tabs. */
const tabs = (name, choose) => {
  const all = [...document.querySelectorAll(`[aria-controls^="${name}"]`)];
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

// ---- Wiring

const CLICKS = {
  stop,
  clear: () => { run = null; showRun(run); },
  load: loadModels,
  reveal: () => {
    const hidden = $('key').type === 'password';
    $('key').type = hidden ? 'text' : 'password';
    $('reveal').ariaPressed = hidden;
  },
  check: () => checkPath(readKey()),
  'check-stop': stopPathCheck,
  watch: () => watchClients(readKey()),
  'watch-stop': () => setWatching(false),
  connect: () => { drawCode(); show('copied', ''); $('dialog').showModal(); },
  close: () => $('dialog').close(),
  'copy-base': () => { $('base').select(); copy($('base').value); },
  'copy-code': () => copy($('code').textContent),
  'copy-pane': () => copy(paneText()),
};

const on = (id, event, action) => $(id).addEventListener(event, action);
for (const [id, action] of Object.entries(CLICKS)) on(id, 'click', action);
for (const id of ['en', 'zh']) {
  on(id, 'click', () => { speak(id); remember('localStorage', 'language', id); });
}
on('form', 'submit', (event) => { event.preventDefault(); send(); });
on('extra', 'input', readExtra);
on('api', 'change', drawFields);
on('file', 'change', readFile);
on('theme', 'change', () => {
  setTheme($('theme').value);
  remember('localStorage', 'theme', $('theme').value);
});
for (const id of ['key', 'keep']) {
  on(id, 'input', () => remember('sessionStorage', 'key', $('keep').checked ? readKey() : ''));
}
document.addEventListener('keydown', (event) => {
  if ($('dialog').open) return;
  if (event.key === 'Escape' && !event.isComposing) stop();
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
});
new ResizeObserver(() => { redrawTimeline(); drawChecks(); }).observe($('timeline'));
setInterval(() => refreshIfWatched(readKey(), run && run.at.end === undefined), REFRESH_MS);

$('base').value = `${ROOT}/v1`;
$('key').value = recall('sessionStorage', 'key') ?? '';
$('keep').checked = $('key').value !== '';
setTheme(recall('localStorage', 'theme') ?? '');
speak((recall('localStorage', 'language') ?? navigator.language).startsWith('zh') ? 'zh' : 'en');
tabs('p-', showPane);
tabs('code', (tab) => {
  codeLanguage = tab;
  $('code').setAttribute('aria-labelledby', `t-${tab}`);
  drawCode();
});
askStatus();
