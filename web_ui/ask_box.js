// The ask box, its limits, and earlier questions that are like the one being typed.

import { findSimilar } from "./api.js";
import { button, element } from "./elements.js";
import { formatAge } from "./format.js";
import { isBusy } from "./page_state.js";

const LENGTH_MAX = 1000;
const SIMILAR_FROM = 6;
const PAUSE_MS = 250;

export class AskBox {
  #page;
  #form;
  #box = element("textarea", {
    id: "question-text",
    rows: "1",
    autocomplete: "off",
    "aria-describedby": "ask-problem ask-keys",
    placeholder: "Ask a question",
  });
  #problem = element("p", { id: "ask-problem", class: "field-problem", role: "alert" });
  #send = element("button", { type: "submit", class: "primary" }, "Ask");
  #similar = element("div", { id: "similar", hidden: true });
  #searching = new AbortController();

  /** @param {HTMLFormElement} form @param {any} page */
  constructor(form, page) {
    this.#page = page;
    this.#form = form;
    const row = element(
      "div",
      { class: "ask-row" },
      element("label", { for: "question-text", class: "unseen" }, "Question"),
      this.#box,
      this.#send,
    );
    form.append(
      this.#similar,
      row,
      this.#problem,
      element("p", { id: "ask-keys", class: "hint" }, "Enter asks, Shift and Enter begin a new line."),
    );
    form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    this.#box.addEventListener("input", () => this.#typed());
    form.addEventListener(
      "focusout",
      ({ relatedTarget }) => relatedTarget && !form.contains(relatedTarget) && this.closeSimilar(),
    );
    new ResizeObserver(() =>
      document.documentElement.style.setProperty("--ask-height", `${form.offsetHeight}px`),
    ).observe(form);
  }

  focus() {
    this.#box.focus();
  }

  /** Put `text` into the box, for the reader to send or change. @param {string} text */
  fill(text) {
    this.#box.value = text;
    this.#typed();
    this.focus();
    this.#box.setSelectionRange(text.length, text.length);
  }

  get text() {
    return this.#box.value;
  }

  /** Say what went wrong, until the reader types. @param {string} text */
  complain(text) {
    this.#problem.textContent = text;
  }

  closeSimilar() {
    this.#searching.abort();
    this.#similar.hidden = true;
    this.#similar.replaceChildren();
  }

  /** @param {import("./page_state.js").Values} values @param {import("./page_state.js").Values} before */
  render(values, before) {
    this.#send.disabled = isBusy(values);
    const hasFailed =
      (values.phase === "error" || values.phase === "stopped") && values.phase !== before.phase;
    if (hasFailed && !this.#box.value && !values.run?.outcome) this.#box.value = values.question;
    if (values.phase === "empty" && before.phase !== "empty" && !this.#box.value)
      this.#box.value = values.question;
    if (values.run !== before.run && values.run?.outcome && this.#box.value === values.question) this.#box.value = "";
    this.#grow();
  }

  #press(event) {
    if (event.key === "Escape") this.closeSimilar();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (this.#send.disabled) return;
    const problem = this.#problemOf(this.#box.value);
    this.#problem.textContent = problem;
    this.#box.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return this.focus();
    const text = this.#box.value;
    this.closeSimilar();
    this.#box.value = "";
    void this.#page.questions.ask(text);
  }

  #problemOf(text) {
    if (!text.trim()) return "Type a question first.";
    return text.length > LENGTH_MAX
      ? `Questions have at most ${LENGTH_MAX} characters; this one has ${text.length}.`
      : "";
  }

  #typed() {
    this.#grow();
    const text = this.#box.value;
    this.#problem.textContent = text.length > LENGTH_MAX ? this.#problemOf(text) : "";
    this.#box.removeAttribute("aria-invalid");
    const isTyping = Boolean(text.trim());
    if (isTyping) void this.#page.prepare();
    if (isTyping !== this.#page.state.values.isTyping) this.#page.state.update({ isTyping });
    this.closeSimilar();
    if (text.trim().length >= SIMILAR_FROM) void this.#search(text.trim());
  }

  async #search(text) {
    const { signal } = (this.#searching = new AbortController());
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (signal.aborted) return;
    const found = await findSimilar(text, signal).catch(() => []); // a hint only: without it, asking works as well
    if (signal.aborted || !found.length) return;
    this.#similar.hidden = false;
    this.#similar.replaceChildren(
      element("p", { class: "hint" }, "Asked before"),
      element(
        "ul",
        {},
        found.map((each) => this.#drawSimilar(each)),
      ),
    );
    this.#page.announcer.say(`${found.length} similar question${found.length === 1 ? "" : "s"}`);
  }

  #drawSimilar(similar) {
    const open = () => (this.closeSimilar(), this.#page.openRun(similar.rootId));
    const again = () => {
      this.#box.value = "";
      this.closeSimilar();
      void this.#page.questions.ask(similar.question, { isFresh: true });
    };
    return element(
      "li",
      {},
      element(
        "span",
        { class: "similar-text" },
        similar.question,
        " ",
        element("span", { class: "muted" }, formatAge(similar.askedAt)),
      ),
      button("Open the stored answer", open, { class: "small" }),
      button("Ask again", again, { class: "small" }),
    );
  }

  #grow() {
    this.#box.rows = Math.min(
      6,
      Math.max(1, this.#box.value.split("\n").length, Math.ceil(this.#box.value.length / 90)),
    );
  }
}
