// Beside the answer: parameters, script, sources and runs, as tabs.

import { button, element } from "../elements.js";
import { choose, preference } from "../kept.js";
import { ParametersTab } from "./parameters.js";
import { RunsTab } from "./runs.js";
import { ScriptTab } from "./script.js";
import { SourcesTab } from "./sources.js";

/** @type {[string, string, any][]} */
const TABS = [
  ["parameters", "Parameters", ParametersTab],
  ["script", "Script", ScriptTab],
  ["sources", "Sources", SourcesTab],
  ["runs", "Runs", RunsTab],
];
const WIDTH_MIN = 360;
const WIDTH_MAX = 900;
const STEP = 24;

export class Bench {
  #host;
  #tabs;
  #isWide = false;

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#tabs = TABS.map(([name, title, Tab]) => {
      const panel = element("div", {
        role: "tabpanel",
        id: `panel-${name}`,
        "aria-labelledby": `tab-${name}`,
        tabindex: "0",
        hidden: true,
      });
      const tab = button(title, () => this.show(name), {
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `panel-${name}`,
        "aria-selected": "false",
        tabindex: "-1",
      });
      return { name, tab, panel, view: new Tab(panel, page) };
    });
    const list = element(
      "div",
      { role: "tablist", "aria-label": "Details" },
      this.#tabs.map(({ tab }) => tab),
    );
    list.addEventListener("keydown", (event) => this.#press(event));
    const wide = button("⇔", () => this.#widen(wide), {
      class: "small wide",
      "aria-pressed": "false",
      "aria-label": "Double width",
      title: "Double width",
    });
    host.append(
      this.#drawEdge(),
      element("div", { class: "bench-head" }, list, wide),
      ...this.#tabs.map(({ panel }) => panel),
    );
    this.show("parameters");
    this.#setWidth(preference("benchWidth"));
  }

  /** @param {string} name of a tab @param {{isFocused?: boolean}} [how] */
  show(name, { isFocused = false } = {}) {
    for (const { name: each, tab, panel } of this.#tabs) {
      const isShown = each === name;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      panel.hidden = !isShown;
      if (isShown && isFocused) tab.focus();
    }
    this.#find(name).view.opened?.();
  }

  /** The view behind a tab. @param {string} name */
  view(name) {
    return this.#find(name).view;
  }

  /** @param {import("../page_state.js").Values} values @param {import("../page_state.js").Values} before */
  render(values, before) {
    this.#host.hidden = !values.run?.script;
    document.getElementById("page").classList.toggle("with-bench", !this.#host.hidden);
    if (this.#host.hidden) return;
    for (const { view } of this.#tabs) view.render(values, before);
  }

  get openName() {
    return this.#tabs.find(({ panel }) => !panel.hidden)?.name ?? "parameters";
  }

  #find(name) {
    return this.#tabs.find((each) => each.name === name);
  }

  #press(event) {
    const names = this.#tabs.map(({ name }) => name);
    const at = names.indexOf(this.openName);
    const target = { ArrowRight: at + 1, ArrowLeft: at - 1 + names.length, Home: 0, End: names.length - 1 }[
      event.key
    ];
    if (target === undefined) return;
    event.preventDefault();
    this.show(names[target % names.length], { isFocused: true });
  }

  #widen(control) {
    this.#isWide = !this.#isWide;
    control.setAttribute("aria-pressed", String(this.#isWide));
    document.getElementById("page").classList.toggle("wide-bench", this.#isWide);
  }

  #drawEdge() {
    const edge = element("div", {
      class: "edge",
      role: "separator",
      tabindex: "0",
      "aria-orientation": "vertical",
      "aria-label": "Width of the details",
      "aria-valuemin": WIDTH_MIN,
      "aria-valuemax": WIDTH_MAX,
    });
    edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
    edge.addEventListener(
      "pointermove",
      (event) => edge.hasPointerCapture(event.pointerId) && this.#setWidth(innerWidth - event.clientX),
    );
    edge.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
      if (by) this.#setWidth(this.#host.offsetWidth + by);
    });
    this.edge = edge;
    return edge;
  }

  #setWidth(width) {
    if (!width) return this.edge.setAttribute("aria-valuenow", String(WIDTH_MIN));
    const kept = Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width)));
    document.documentElement.style.setProperty("--bench-width", `${kept}px`);
    this.edge.setAttribute("aria-valuenow", String(kept));
    choose("benchWidth", kept);
  }
}
