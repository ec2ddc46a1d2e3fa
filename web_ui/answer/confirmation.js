// The card that asks whether a question was understood: its text can be changed, assumptions taken away:
// what an assumption names is selected, to be put right; without one, the wording is as it was typed.

import { button, element } from "../elements.js";

/**
 * @param {import("../api.js").Confirmation} confirmation
 * @param {string} original the question as it was typed
 * @param {(choice: string, text?: string) => void} choose
 */
export function drawConfirmation(confirmation, original, choose) {
  const text = element("textarea", { rows: "3", maxlength: "1000", "aria-labelledby": "confirm-title" });
  text.value = confirmation.question;
  const drop = (assumption) => {
    const name = /“(.+?)”/.exec(assumption)?.[1] ?? "";
    if (!name || !text.value.includes(name)) text.value = original;
    const start = text.value.indexOf(name);
    text.focus();
    if (name && start >= 0) text.setSelectionRange(start, start + name.length);
  };
  const chips = confirmation.assumptions.map((assumption) => {
    const chip = button(
      [assumption, element("span", { "aria-hidden": "true" }, " ×")],
      () => (chip.remove(), drop(assumption)),
      { class: "chip", "aria-label": `Do not assume: ${assumption}` },
    );
    return chip;
  });
  const ask = () => {
    const wording = text.value.trim();
    const known = { [original]: "original", [confirmation.question]: "expanded" };
    choose(known[wording] ?? "edited", wording);
  };
  const card = element(
    "section",
    { class: "confirm-card", "aria-labelledby": "confirm-title" },
    element("h2", { id: "confirm-title" }, "Confirm the expanded question"),
    text,
    chips.length > 0 &&
      element(
        "div",
        { class: "chips", role: "group", "aria-label": "Assumptions" },
        element("span", { class: "muted" }, "Assumed:"),
        chips,
      ),
    confirmation.alternatives.length > 0 &&
      element(
        "div",
        { class: "chips", role: "group", "aria-label": "Alternatives" },
        element("span", { class: "muted" }, "Or did you mean:"),
        confirmation.alternatives.map((each) => button(each, () => (text.value = each), { class: "chip" })),
      ),
    element(
      "div",
      { class: "button-row" },
      button("Ask this", ask, { class: "primary" }),
      button("Use original wording", () => choose("original")),
      button("Cancel", () => choose("cancel")),
    ),
  );
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose("cancel");
    if (event.key === "Enter" && event.ctrlKey) ask();
  });
  return card;
}
