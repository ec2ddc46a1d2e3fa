// Settings of this browser, and the list of shortcuts.

import { button, element } from "../elements.js";
import { choose, preference } from "../kept.js";
import { SHORTCUTS } from "../keyboard.js";

const THEMES = [
  ["light", "Light"],
  ["auto", "Auto"],
  ["dark", "Dark"],
];
const SWITCHES = [
  ["upIsRed", "Red for rising, green for falling"],
  ["asksBeforeExpanding", "Ask me before a question is expanded"],
  ["hasShortcuts", "Shortcuts of a single letter"],
];

/** @param {any} page */
export function openSettings(page) {
  const before = document.activeElement;
  const close = button("Close", () => dialog.close(), { class: "primary" });
  const dialog = element(
    "dialog",
    { id: "settings", "aria-labelledby": "settings-title" },
    element("h2", { id: "settings-title" }, "Settings and shortcuts"),
    drawThemes(),
    SWITCHES.map(([name, label]) => drawSwitch(name, label)),
    drawShortcuts(),
    close,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function drawThemes() {
  const radios = THEMES.map(([value, label]) => {
    const radio = element("input", {
      type: "radio",
      name: "theme",
      value,
      checked: preference("theme") === value,
      on: { change: () => choose("theme", value) },
    });
    return element("label", { class: "radio" }, radio, label);
  });
  return element("fieldset", { class: "radios" }, element("legend", {}, "Theme"), radios);
}

function drawSwitch(name, label) {
  const box = element("input", {
    type: "checkbox",
    checked: preference(name),
    on: { change: () => choose(name, box.checked) },
  });
  return element("p", {}, element("label", { class: "radio" }, box, label));
}

function drawShortcuts() {
  const rows = SHORTCUTS.map(({ keys, text }) =>
    element("div", {}, element("dt", {}, element("kbd", {}, keys)), element("dd", {}, text)),
  );
  return element("dl", { class: "shortcuts" }, rows);
}
