// The form of a script: change its parameters and run it again.

import { differenceOf, isSame } from "../difference.js";
import { button, element } from "../elements.js";
import { isBusy } from "../page_state.js";
import { labelOf, limitsInWords, makeField, wasText } from "./fields.js";

const RANGES = [
  ["start", "end"],
  ["start_date", "end_date"],
  ["from_date", "to_date"],
];

export class ParametersTab {
  #host;
  #page;
  #fields = [];
  #run = null;
  #rerun = button("Re-run", () => this.submit(), { class: "primary", id: "rerun" });
  #reset = button("Reset", () => this.reset(), { id: "reset" });
  #stale = element("span", { class: "chip stale", hidden: true }, "Parameters changed, not run");
  #outcome = element("p", { class: "outcome" });

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#page = page;
    host.addEventListener("keydown", (event) => event.key === "Enter" && event.ctrlKey && this.submit());
  }

  /** @param {import("../page_state.js").Values} values */
  render(values) {
    if (values.run !== this.#run) this.#draw(values);
    this.#stale.hidden = !values.changed || isBusy(values);
    this.#rerun.setAttribute("aria-disabled", String(isBusy(values)));
    this.#outcome.replaceChildren(...drawOutcome(values));
  }

  /** Put `values` into the form, as if the reader had. @param {Record<string, any>} values */
  set(values) {
    for (const field of this.#fields) if (field.name in values) field.set(values[field.name]);
    this.#changed();
  }

  reset() {
    this.set(this.#run.values);
    this.#page.announcer.say("Parameters reset");
  }

  /** Run again, when every field is right; else the first wrong one has the focus. */
  submit() {
    if (isBusy(this.#page.state.values)) return;
    const { values, wrong } = this.#read();
    if (wrong) return wrong.focus();
    void this.#page.questions.rerun(values);
  }

  /** What stands in the form now; null when a field is wrong. */
  get values() {
    const { values, wrong } = this.#read();
    return wrong ? null : values;
  }

  #draw({ run, changed }) {
    this.#run = run;
    if (!run.outcome) {
      this.#fields = [];
      return this.#host.replaceChildren(element("p", { class: "muted" }, "This script has not run."));
    }
    const properties = Object.entries(run.schema.properties ?? {});
    this.#fields = properties.map(([name, schema]) => this.#makeRow(name, schema));
    this.#fields.forEach((field) => field.set(this.#ranWith(field)));
    const form = element(
      "form",
      {
        class: "parameters",
        novalidate: true,
        "aria-label": "Parameters",
        on: { submit: (event) => (event.preventDefault(), this.submit()) },
      },
      properties.length
        ? this.#groups()
        : element("p", { class: "muted" }, "This script has no parameters. It can be run again on new data."),
      element("div", { class: "form-foot" }, this.#rerun, this.#reset, this.#stale, this.#outcome),
    );
    this.#host.replaceChildren(form);
    if (changed) this.set(changed);
  }

  #groups() {
    const range = RANGES.find((names) =>
      names.every((name) => this.#fields.some((field) => field.name === name)),
    );
    const inRange = (field) => range?.includes(field.name);
    const rest = this.#fields.filter((field) => !inRange(field)).map((field) => field.row);
    if (!range) return rest;
    const period = element(
      "fieldset",
      { class: "range" },
      element("legend", {}, "Dates"),
      this.#fields.filter(inRange).map((field) => field.row),
    );
    return [...rest, period];
  }

  #makeRow(name, schema) {
    const field = makeField(name, schema, () => this.#changed());
    const was = element("span", { class: "was" });
    const problem = element("span", { class: "field-problem" });
    const help = [schema.description, limitsInWords(schema)].filter(Boolean);
    const texts = help.length > 1 && schema.description.includes(help[1]) ? help.slice(0, 1) : help;
    const isGroup = field.node.getAttribute("role") === "radiogroup";
    const label = element(
      isGroup ? "span" : "label",
      { id: `label-${name}`, class: "label", for: isGroup ? null : `field-${name}` },
      labelOf(name),
      element("i", { class: "dot", "aria-hidden": "true" }),
    );
    const notes = element(
      "span",
      { class: "notes", id: `notes-${name}` },
      element("span", { class: "muted" }, texts.join("; ")),
      was,
      problem,
    );
    const row = element("div", { class: "field", "data-field": name }, label, field.node, notes);
    return { ...field, schema, row, was, problem };
  }

  /** The value of the run; null is one, and is not the default. */
  #ranWith({ name, schema }) {
    const given = this.#run.values[name];
    return given === undefined ? (schema.default ?? null) : given;
  }

  #changed() {
    const differing = {};
    for (const field of this.#fields) {
      const { value, problem = "" } = field.read();
      const isChanged = Boolean(problem) || !isSame(value, this.#ranWith(field));
      field.row.classList.toggle("changed", isChanged);
      field.was.textContent = isChanged ? wasText(this.#ranWith(field), field.schema) : "";
      if (field.problem.textContent) this.#showProblem(field, problem);
      if (isChanged) differing[field.name] = value;
    }
    const changed = Object.keys(differing).length ? { ...this.#run.values, ...differing } : null;
    const before = this.#page.state.values.changed;
    if (!isSame(changed, before)) this.#page.state.update({ changed });
    if (changed && !before) this.#page.announcer.say("Parameters changed, not run");
  }

  #read() {
    const values = {};
    let wrong = null;
    for (const field of this.#fields) {
      const { value, problem = "" } = field.read();
      this.#showProblem(field, problem);
      if (problem) wrong ??= field;
      else values[field.name] = value;
    }
    return { values, wrong };
  }

  #showProblem(field, problem) {
    field.problem.textContent = problem;
    const control = field.row.querySelector("input, select, textarea");
    if (problem) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

/** What became of a run, for windows where the answer stands above and out of sight. */
function drawOutcome({ phase, run, previous, problem }) {
  if (phase === "rerunning") return ["Running again"];
  const text = problem?.title ?? (previous && differenceOf(run, previous).sentence);
  if (!text) return [];
  const target = problem ? "problem-title" : "sentence";
  return [
    `${text} `,
    button("Go to the answer", () => document.getElementById(target)?.focus(), { class: "small" }),
  ];
}
