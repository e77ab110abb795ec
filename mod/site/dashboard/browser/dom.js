/**
 * Elements of the live page. All text is set as text, so that nothing in it can be HTML.
 *
 * @module
 */

/** Returns the element with this id, which the page has. */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Creates an element; attributes that are null are left out. */
export function create(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Sets the text of an element, which is not touched if it has that text. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Creates or changes a state: its word, and its meaning as a shape and a colour. */
export function setState(element, look, text) {
  const className = `state ${look}`;
  if (element.className !== className) element.className = className;
  setText(element, text);
  return element;
}
