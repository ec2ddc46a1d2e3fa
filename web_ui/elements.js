// Makes elements. Text given here becomes text nodes, so nothing a model or a vendor wrote can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {Node|string|number|null|undefined|false} Child
 * @typedef {Record<string, any>} Attributes `on` holds listeners by event; true is an attribute without
 *   value,
 *   false, null and undefined leave it out; `aria-` attributes say true and false
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * An element of SVG.
 * @param {string} name
 * @param {Attributes} [attributes]
 * @param {...(Child|Child[])} children
 * @returns {SVGElement}
 */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/**
 * A button that does `action`.
 * @param {Child|Child[]} label
 * @param {(event: Event) => void} action
 * @param {Attributes} [attributes]
 */
export function button(label, action, attributes = {}) {
  return element("button", { type: "button", ...attributes, on: { click: action } }, label);
}

/**
 * A link out, when `address` is http or https; its text otherwise.
 * @param {string} address
 * @param {Child[]} children
 */
export function outsideLink(address, children) {
  if (!/^https?:\/\//i.test(address)) return element("span", {}, children);
  const attributes = { href: address, target: "_blank", rel: "noopener noreferrer nofollow" };
  return element("a", attributes, children);
}

function fill(node, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (/^(on|style$|srcdoc$)/i.test(name)) throw new TypeError(`${name} is not an attribute to set`);
    const isAbsent = value === null || value === undefined || (value === false && !name.startsWith("aria-"));
    if (!isAbsent) node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.flat(2).filter(isShown).map(toNode));
  return node;
}

const isShown = (child) => child !== null && child !== undefined && child !== false;
const toNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));
