// What went wrong, as a card with the ways out.

import { button, element } from "../elements.js";

/**
 * @param {import("../problems.js").Problem} problem
 * @param {(action: import("../problems.js").Action) => void} act
 */
export function drawProblem(problem, act) {
  return element(
    "section",
    { class: "problem-card", "aria-labelledby": "problem-title" },
    element("h2", { id: "problem-title", tabindex: "-1" }, element("span", { role: "alert" }, problem.title)),
    problem.explanation && element("p", {}, problem.explanation),
    problem.technical &&
      element(
        "details",
        {},
        element("summary", {}, "Technical detail"),
        element("pre", {}, problem.technical),
      ),
    element(
      "div",
      { class: "button-row" },
      problem.actions.map((action, place) => drawAction(action, place === 0, act)),
    ),
  );
}

function drawAction(action, isFirst, act) {
  const node = button(action.label, () => act(action), {
    class: isFirst ? "primary" : "",
    "data-action": action.name,
  });
  if (action.waitSeconds) countDown(node, action.label, Math.ceil(action.waitSeconds));
  return node;
}

/** The button works after `seconds`, which it counts itself for as long as it is on the page. */
function countDown(node, label, seconds) {
  node.disabled = seconds > 0;
  node.textContent = seconds > 0 ? `${label} in ${seconds} s` : label;
  if (seconds > 0) setTimeout(() => node.isConnected && countDown(node, label, seconds - 1), 1000);
}
