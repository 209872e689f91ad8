/** Reads responses and server-sent events as they arrive. */

/** Stands for a blank line that is a heartbeat. */
const BLANK = '⏎';

export const isHeartbeat = (line) => line[0] === ':' || line === BLANK;

export const readBytes = async (response, onBytes) => {
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read && !read.done; read = await reader.read()) {
    onBytes(read.value);
  }
};

export const readText = (response, onText) => {
  const decoder = new TextDecoder();
  return readBytes(response, (bytes) => onText(decoder.decode(bytes, { stream: true })));
};

/**
 * Returns a parser. It takes text in any pieces and returns the unfinished line. A heartbeat can be
 * two blank lines after the one that ends an event: the first of the two becomes `⏎`.
 */
export const eventParser = (onLine, onEvent) => {
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
