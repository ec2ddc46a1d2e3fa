// All runs of a question: open one, or compare two.

import { addressOf } from "../addresses.js";
import { differingValues, shortValue } from "../difference.js";
import { button, element } from "../elements.js";
import { formatDuration, formatLocalTime } from "../format.js";

const KINDS = { question: "First run", rerun: "Re-run", edited: "Edited script", replay: "Replay" };

export class RunsTab {
  #host;
  #page;
  #picked = new Set();

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#page = page;
  }

  /** @param {import("../page_state.js").Values} values @param {import("../page_state.js").Values} before */
  render({ runs, run, executionId }, before) {
    if (runs === before.runs && run === before.run) return;
    this.#picked = new Set([...this.#picked].filter((id) => runs.some((each) => each.id === id)));
    const compare = button("Compare", () => this.#compare(), {
      class: "primary",
      id: "compare",
      disabled: true,
    });
    const control = runs.length > 1 ? compare : null;
    const items = runs.map((each, place) => this.#drawRun(each, runs[place + 1], run.id, control));
    const list = element("ol", { class: "run-list", reversed: true }, items);
    const hint =
      runs.length > 1
        ? [compare, element("span", { class: "muted" }, "Pick two runs")]
        : element("p", { class: "muted" }, "The only run so far. Change a parameter and run it again.");
    this.#host.replaceChildren(list, element("div", { class: "form-foot" }, hint));
  }

  #drawRun(run, before, shownId, compare) {
    const open = (event) => (event.preventDefault(), this.#page.openRun(run.rootId, run.id));
    const link = element(
      "a",
      {
        href: addressOf(run.rootId, run.id),
        on: { click: open },
        "aria-current": run.id === shownId ? "true" : null,
      },
      KINDS[run.kind] ?? run.kind,
    );
    const changed = before
      ? differingValues(run.values, before.values).map(({ name, to }) => `${name}: ${shortValue(to)}`)
      : [];
    const status = { running: "running", failed: "failed", done: "" }[run.status];
    return element(
      "li",
      { class: run.id === shownId ? "shown" : "" },
      compare && this.#drawPick(run, compare),
      element(
        "div",
        {},
        element("p", {}, link, status && element("span", { class: `badge ${run.status}` }, status)),
        changed.length > 0 && element("p", {}, changed.join(", ")),
        element(
          "p",
          { class: "muted" },
          [formatLocalTime(run.createdAt), run.durationMs && formatDuration(run.durationMs)]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
    );
  }

  #drawPick(run, compare) {
    const pick = element("input", {
      type: "checkbox",
      "aria-label": `Pick the run of ${formatLocalTime(run.createdAt)}`,
    });
    pick.addEventListener("change", () => {
      if (pick.checked) this.#picked.add(run.id);
      else this.#picked.delete(run.id);
      compare.disabled = this.#picked.size !== 2;
    });
    return pick;
  }

  async #compare() {
    const { runs } = this.#page.state.values;
    const [newer, older] = runs.filter((run) => this.#picked.has(run.id));
    await this.#page.openRun(newer.rootId, newer.id);
    await this.#page.questions.compareWith(older.id);
  }
}
