// A plain editor: line numbers, the checker's findings at their lines, and nothing runs before it has passed.

import { validate } from "../api.js";
import { ApiError, Unreachable } from "../http.js";
import { button, element } from "../elements.js";
import { countOf } from "../format.js";

const PAUSE_MS = 600;

export class ScriptEditor {
  #box;
  #numbers = element("div", { class: "editor-numbers", "aria-hidden": "true" });
  #status = element("p", { class: "muted", role: "status" }, "Not checked yet");
  #findings = element("ul", { class: "findings" });
  #onRun;
  #timer = 0;
  #checked = "";

  /** @param {string} script @param {{onRun: (script: string) => void, onCancel: () => void}} actions */
  constructor(script, { onRun, onCancel }) {
    this.#onRun = onRun;
    this.#box = element("textarea", {
      class: "code",
      spellcheck: "false",
      autocapitalize: "off",
      wrap: "off",
      "aria-label": "Script",
      "aria-describedby": "editor-hint",
    });
    this.#box.value = script;
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("scroll", () => (this.#numbers.scrollTop = this.#box.scrollTop));
    this.#box.addEventListener(
      "keydown",
      (event) =>
        event.key === "Enter" &&
        event.ctrlKey &&
        (event.preventDefault(), event.stopPropagation(), void this.#run()),
    );
    this.node = element(
      "div",
      { class: "editor" },
      element(
        "div",
        { class: "button-row" },
        button("Run edited script", () => this.#run(), { class: "primary", id: "run-edited" }),
        button("Check", () => this.#check(), { class: "small" }),
        button("Cancel", onCancel, { class: "small" }),
      ),
      element(
        "p",
        { id: "editor-hint", class: "hint" },
        "Ctrl and Enter run. It is checked first, by the same rules as every script.",
      ),
      element("div", { class: "editor-box" }, this.#numbers, this.#box),
      this.#status,
      this.#findings,
    );
    this.#number([]);
  }

  focus() {
    this.#box.focus();
    this.#box.setSelectionRange(0, 0);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#number([]);
    this.#timer = setTimeout(() => this.node.isConnected && void this.#check(), PAUSE_MS);
  }

  async #run() {
    if (await this.#check()) this.#onRun(this.#box.value);
  }

  /** Whether the script may run; findings are shown at their lines. */
  async #check() {
    clearTimeout(this.#timer);
    const script = (this.#checked = this.#box.value);
    this.#status.textContent = "Checking";
    try {
      const { valid, errors } = await validate(script);
      if (script !== this.#checked) return false;
      this.#show(errors);
      return valid;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      this.#status.textContent = `It could not be checked: ${error.message}`;
      return false;
    }
  }

  #show(errors) {
    this.#number(errors.map((finding) => finding.line));
    this.#status.textContent = `Checked: ${countOf(errors.length, "problem")}`;
    this.#findings.replaceChildren(
      ...errors.map((finding) =>
        element(
          "li",
          {},
          button(`Line ${finding.line}`, () => this.#goTo(finding), { class: "small" }),
          ` ${finding.message} `,
          element("span", { class: "muted" }, finding.hint),
        ),
      ),
    );
  }

  #goTo({ line, column }) {
    const before =
      this.#box.value
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0);
    this.#box.focus();
    this.#box.setSelectionRange(before + column - 1, before + column - 1);
  }

  #number(marked) {
    const count = this.#box.value.split("\n").length;
    this.#numbers.replaceChildren(
      ...Array.from({ length: count }, (_, place) =>
        element("span", { class: marked.includes(place + 1) ? "marked" : "" }, place + 1),
      ),
    );
    this.#numbers.scrollTop = this.#box.scrollTop;
  }
}
