// The script that computed the answer: to read, to take away, and to change.

import { describeText } from "../api.js";
import { drawExplanation } from "../answer/explanation.js";
import { lineDifference } from "../difference.js";
import { button, element } from "../elements.js";
import { countOf } from "../format.js";
import { choose, preference } from "../kept.js";
import { fileName, saveFile } from "../saving.js";
import { callsTool } from "./call_lines.js";
import { ScriptEditor } from "./script_editor.js";

export class ScriptTab {
  #host;
  #page;
  #run = null;
  #previous = null;
  #line = null;
  #isDrawn = false;

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#page = page;
  }

  /** @param {import("../page_state.js").Values} values */
  render({ run, previous, problem }) {
    const line = problem?.line ?? null;
    if (run === this.#run && previous === this.#previous && line === this.#line) return;
    [this.#run, this.#previous, this.#line, this.#isDrawn] = [run, previous, line, false];
    if (!this.#host.hidden) this.opened();
  }

  /** Colours come from the server, and only when somebody looks. */
  opened() {
    if (this.#isDrawn || !this.#run) return;
    this.#isDrawn = true;
    void this.#draw();
  }

  /** Bring a line into view. @param {number} line */
  showLine(line) {
    const node = this.#host.querySelector(`[data-line="${line}"]`);
    node?.scrollIntoView({ block: "center" });
    node?.classList.add("found");
  }

  /** @param {import("../api.js").Run} run of which to edit the script */
  edit(run) {
    const editor = new ScriptEditor(run.script, {
      onRun: (script) =>
        this.#page.questions.runEdited(script, this.#page.bench.view("parameters").values ?? run.values),
      onCancel: () => ((this.#isDrawn = false), this.opened()),
    });
    this.#host.replaceChildren(editor.node);
    editor.focus();
  }

  async #draw() {
    const run = this.#run;
    const text = await describeText(run.script, run.explanation).catch(() => plainText(run)); // colours can wait
    if (run !== this.#run) return;
    const code = element(
      "pre",
      {
        class: `code ${preference("wrapsScript") ? "wraps" : ""}`,
        tabindex: "0",
        role: "region",
        "aria-label": "Script",
      },
      text.script_lines.map((tokens, place) => this.#drawLine(tokens, place + 1)),
    );
    const parts = [
      this.#drawBar(run, code),
      code,
      element(
        "div",
        { class: "explanation" },
        element("h3", {}, "What it does"),
        drawExplanation(text.explanation),
      ),
      drawCheck(run),
      drawAttempts(run),
      drawChange(run, this.#previous),
    ];
    this.#host.replaceChildren(...parts.filter(Boolean));
    if (this.#line) this.showLine(this.#line);
  }

  #drawBar(run, code) {
    const wrap = button(
      "Wrap",
      () => {
        choose("wrapsScript", code.classList.toggle("wraps"));
        wrap.setAttribute("aria-pressed", String(code.classList.contains("wraps")));
      },
      { class: "small", "aria-pressed": String(code.classList.contains("wraps")) },
    );
    const save = () =>
      saveFile(
        fileName(run.question, "py", run.createdAt),
        new Blob([run.script], { type: "text/x-python" }),
      );
    return element(
      "div",
      { class: "button-row" },
      button("Copy", () => this.#page.copy(run.script), { class: "small" }),
      button("Download .py", save, { class: "small" }),
      wrap,
      button("Edit", () => this.edit(run), { class: "small", id: "edit-script" }),
    );
  }

  #drawLine(tokens, number) {
    const text = tokens.map(([, part]) => part).join("");
    const place = this.#run.calls.findIndex((call) => callsTool(text, call.tool));
    const marker =
      place < 0
        ? null
        : button(`${place + 1}`, () => this.#page.showCall(place), {
            class: "call-marker",
            "aria-label": `Line ${number} makes data call ${place + 1}; show it`,
          });
    const parts = tokens.map(([name, part]) =>
      name ? element("span", { class: `token-${name.replace(/[^a-z]/g, "")}` }, part) : part,
    );
    return element(
      "span",
      { class: `code-line ${number === this.#line ? "failed-line" : ""}`, "data-line": number },
      element("span", { class: "line-number", "aria-hidden": "true" }, number),
      element("span", { class: "line-text" }, parts, "\n"),
      marker,
    );
  }
}

/** A script and its explanation as they are, when nobody has coloured them. */
function plainText({ script, explanation }) {
  return {
    script_lines: script.trimEnd().split("\n").map((line) => [["", line]]),
    explanation: [{ tag: "p", text: explanation }],
  };
}

/** "Checked: 0 problems" @param {import("../api.js").Run} run */
function drawCheck(run) {
  const items = run.findings.map((finding) =>
    element("li", {}, `Line ${finding.line}: ${finding.message} ${finding.hint ?? ""}`),
  );
  return element(
    "div",
    { class: "checked" },
    element("h3", {}, `Checked: ${countOf(items.length, "problem")}`),
    items.length > 0 && element("ul", {}, items),
  );
}

function drawAttempts(run) {
  const mended = run.attempts.filter((attempt) => attempt.problem);
  if (!mended.length) return null;
  return element(
    "details",
    {},
    element("summary", {}, `Repaired ${countOf(mended.length, "problem")}`),
    mended.map((attempt) =>
      element(
        "div",
        {},
        element("p", {}, `Attempt ${attempt.number}: ${attempt.problem}`),
        element("pre", { class: "code" }, attempt.python_code),
      ),
    ),
  );
}

function drawChange(run, previous) {
  if (!previous || previous.script === run.script) return null;
  const sign = { added: "+", removed: "-", same: " " };
  const lines = lineDifference(previous.script, run.script).map(({ kind, text }) =>
    element("span", { class: `code-line ${kind}` }, `${sign[kind]} ${text}\n`),
  );
  return element(
    "div",
    {},
    element("h3", {}, "Changed since the run before"),
    element(
      "pre",
      {
        class: "code difference-lines",
        tabindex: "0",
        role: "region",
        "aria-label": "Changes of the script",
      },
      lines,
    ),
  );
}
