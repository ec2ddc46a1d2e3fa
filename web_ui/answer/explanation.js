// An explanation: the server sends a tree, and only the elements named here are made of it.

import { element, outsideLink } from "../elements.js";

const ALLOWED = [
  "p",
  "ul",
  "ol",
  "li",
  "strong",
  "em",
  "code",
  "pre",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
  "h4",
  "blockquote",
];
const DEPTH_MAX = 20;

/** @param {any[]} nodes each `{tag, text, href, children}` @returns {import("../elements.js").Child[]} */
export function drawExplanation(nodes, depth = DEPTH_MAX) {
  if (depth === 0) return [];
  return nodes
    .map(({ tag, text = "", href, children = [] }) => {
      const inside = [text, ...drawExplanation(children, depth - 1)];
      if (tag === "a") return outsideLink(href ?? "", inside);
      return ALLOWED.includes(tag) ? element(tag, {}, inside) : inside;
    })
    .flat();
}
