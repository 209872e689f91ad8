/** Shorthands for the document. */
export const $ = (id) => document.getElementById(id);

export const element = (name, textContent = '', className = '') =>
  Object.assign(document.createElement(name), { textContent, className });

/** The node, with these appended. */
export const fill = (node, ...children) => {
  node.append(...children);
  return node;
};

export const vector = (name, attributes, text = '') => {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
};

/** Screen readers repeat a live region each time its text is set. */
export const show = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

/** Swaps two buttons, and moves the focus along: a disabled button would lose it. */
export const setBusy = (busy, start, stop = `${start}-stop`) => {
  const [off, on] = busy ? [start, stop] : [stop, start];
  const hadFocus = document.activeElement === $(off);
  $(off).disabled = true;
  $(on).disabled = false;
  if (hadFocus) $(on).focus({ preventScroll: true });
};

export const REDUCED_MOTION = matchMedia('(prefers-reduced-motion: reduce)');
