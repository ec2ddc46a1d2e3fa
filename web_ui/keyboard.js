// Shortcuts. Single letters work outside fields only, never with modifiers, and can be switched off.

import { preference } from "./kept.js";

export const SHORTCUTS = [
  { keys: "/", text: "Go to the ask box", isLetter: false },
  { keys: "Enter", text: "Ask", isLetter: false },
  { keys: "Shift Enter", text: "New line in the ask box", isLetter: false },
  { keys: "Escape", text: "Close a list, the drawer or a card", isLetter: false },
  { keys: "N", text: "New question" },
  { keys: "J", text: "Next question in the history" },
  { keys: "K", text: "Previous question in the history" },
  { keys: "1 – 4", text: "Parameters, script, sources, runs" },
  { keys: "R", text: "Re-run" },
  { keys: "Ctrl Enter", text: "Run, inside the form and the editor", isLetter: false },
  { keys: "C", text: "Copy link" },
  { keys: ".", text: "Stop" },
  { keys: "T", text: "Theme" },
  { keys: "?", text: "This list", isLetter: false },
  { keys: "Arrows", text: "In a chart: read values; Shift moves, + and - zoom", isLetter: false },
];

const TABS = ["parameters", "script", "sources", "runs"];
const NEXT_THEME = { light: "auto", auto: "dark", dark: "light" };

/** @param {any} page */
export function listenToKeys(page) {
  document.addEventListener("keydown", (event) => {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.isComposing ||
      isField(event.target) ||
      event.defaultPrevented
    )
      return;
    if (document.querySelector("dialog[open]")) return;
    const action = actionOf(event.key, page);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actionOf(key, page) {
  if (key === "/") return () => page.askBox.focus();
  if (key === "Escape") return () => (page.askBox.closeSimilar(), page.rail.close());
  if (key === "?") return () => page.openSettings();
  if (!preference("hasShortcuts")) return null;
  if (/^[1-4]$/.test(key))
    return page.state.values.run && (() => page.bench.show(TABS[Number(key) - 1], { isFocused: true }));
  const letters = {
    n: () => page.newQuestion(),
    j: () => page.rail.step(1),
    k: () => page.rail.step(-1),
    r: () => page.bench.view("parameters").submit(),
    c: () => page.copyLink(),
    ".": () => page.questions.stop(),
    t: () => page.changeTheme(NEXT_THEME[preference("theme")] ?? "light"),
  };
  return letters[key.toLowerCase()];
}

function isField(node) {
  return node instanceof Element && node.matches("input, textarea, select, [contenteditable]");
}
