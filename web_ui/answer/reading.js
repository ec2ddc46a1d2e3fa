// How a question was read: what was assumed, what else it could mean, and whether its answer is an earlier one.

import { button, element } from "../elements.js";
import { formatAge } from "../format.js";

/**
 * The lines under a question.
 * @param {import("../api.js").Run} run @param {any} page
 * @returns {HTMLElement[]}
 */
export function drawReading(run, page) {
  return [drawTold(run), drawAssumptions(run), drawAlternatives(run, page), drawAge(run, page)].filter(Boolean);
}

/** What the record says of the answer that is asked about, which is shown below. */
function drawTold({ told }) {
  return told ? element("p", { class: "told" }, told) : null;
}

function drawAssumptions({ assumptions }) {
  if (!assumptions.length) return null;
  return element("p", { class: "muted assumptions" }, `Assumed: ${assumptions.join("; ")}`);
}

/** Other readings fill the ask box; they are not sent. */
function drawAlternatives({ alternatives }, page) {
  if (!alternatives.length) return null;
  return element(
    "div",
    { class: "chips", role: "group", "aria-label": "Other readings" },
    element("span", { class: "muted" }, "Or did you mean:"),
    alternatives.map((text) => button(text, () => page.askBox.fill(text), { class: "chip" })),
  );
}

function drawAge(run, page) {
  if (run.ageSeconds === null) return null;
  const computedAt = new Date(Date.parse(run.createdAt) - run.ageSeconds * 1000).toISOString();
  const refresh = () => page.questions.ask(run.question, { isFresh: true });
  return element(
    "p",
    { class: "muted age" },
    `A stored answer, computed ${formatAge(computedAt)}. `,
    button("Refresh", refresh, { class: "small" }),
  );
}
