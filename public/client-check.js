/** The client check: shows the daemon's streams to other programs. */
import { errorLine, fetchList, keyHeaders } from './apis.js';
import { $, element, fill, setBusy, show } from './dom.js';
import { say, time } from './words.js';

/** The streams, newest first, and the reason if the list failed. */
let [streams, refusal] = [null, null];
/** Null until the user chooses. */
let watching = null;
let fetching = false;

const isOpen = ({ standing }) => standing === 'waiting' || standing === 'replaying';
const roughly = (ms) => (ms < 10_000 ? time(ms) : `${Math.round(ms / 1000)} s`);

const describe = (it) => say(`client ${it.standing}`, roughly(it.elapsed_ms))
  + say(': {} heartbeats, {} with data', it.quiet_beats + it.data_beats, it.data_beats)
  + (it.data_beats ? say(', the first of these after {}', roughly(it.first_data_beat_ms)) : '');

const rowOf = (it) => fill(element('tr'),
  element('td', new Date(it.at).toLocaleTimeString(document.documentElement.lang)),
  fill(element('td', it.kind), element('p', it.user_agent, 'note')),
  fill(element('td', it.model), element('p', it.path, 'note')),
  element('td', describe(it), isOpen(it) ? '' : it.standing === 'whole' ? 'good' : 'bad'));

/** Screen readers announce only the start and end of the newest stream. */
export const drawStreams = () => {
  const newest = streams?.[0];
  $('seen').hidden = !newest;
  $('seen-rows').replaceChildren(...(streams ?? []).map(rowOf));
  show('told', refusal ? say(...refusal) : !streams ? '' : !newest ? say('unseen')
    : isOpen(newest) ? say('open', newest.kind) : `${newest.kind}: ${describe(newest)}`);
};

export const setWatching = (wanted) => {
  watching = wanted;
  setBusy(wanted, 'watch');
};

/** Stops watching after a refusal. */
const refresh = async (key) => {
  fetching = true;
  const { response, body, items } =
    await fetchList('api/clients', 'clients', keyHeaders('chat', key));
  if (items) streams = items;
  else {
    refusal = !response ? ['silent'] : response.status === 401 ? ['closed']
      : ['refused: {}', errorLine(response, body)];
    setWatching(false);
  }
  fetching = false;
  drawStreams();
};

export const watchClients = (key) => {
  setWatching(true);
  refusal = null;
  refresh(key);
};

/** Until the user chooses, refreshes the list while anything streams. */
export const refreshIfWatched = (key, isSending) => {
  const wanted = watching ?? (streams?.some(isOpen) || isSending);
  const { top, bottom } = $('own').getBoundingClientRect();
  const isSeen = bottom > 0 && top < innerHeight && !document.hidden;
  if (wanted && isSeen && !fetching) refresh(key);
};
