/** Shorthands for the DOM. */
export const $ = (id) => document.getElementById(id);

export const element = (name, textContent = '', className = '') =>
  Object.assign(document.createElement(name), { textContent, className });

/** Appends the children; returns the node. */
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

/** Sets only new text: screen readers repeat a live region whenever it is set. */
export const show = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

/** Enables one of two buttons, and moves the focus off the disabled one. */
export const setBusy = (busy, start, stop = `${start}-stop`) => {
  const [off, on] = busy ? [start, stop] : [stop, start];
  const hadFocus = document.activeElement === $(off);
  $(off).disabled = true;
  $(on).disabled = false;
  if (hadFocus) $(on).focus({ preventScroll: true });
};

export const REDUCED_MOTION = matchMedia('(prefers-reduced-motion: reduce)');
