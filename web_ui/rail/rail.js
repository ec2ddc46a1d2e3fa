// The rail: new question, search, history. On a phone it is a drawer.

import { changeQuestion, deleteQuestion, restoreQuestion } from "../api.js";
import { addressOf } from "../addresses.js";
import { button, element } from "../elements.js";
import { formatAge } from "../format.js";
import { groupHistory } from "./groups.js";

const UNDO_MS = 10_000;
const PAUSE_MS = 250;

export class Rail {
  #page;
  #host;
  #list = element("div", { id: "history" });
  #undo = element("div", { class: "undo", role: "status" });
  #search = element("input", {
    type: "search",
    placeholder: "Search questions",
    "aria-label": "Search questions",
  });
  #opener = button("Show questions", () => this.#setOpen(true), {
    id: "show-questions",
    "aria-expanded": "false",
    "aria-controls": "rail",
  });
  #hidden = new Set();
  #timer = 0;

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#page = page;
    this.#host = host;
    const close = button("Close", () => this.#setOpen(false), { class: "small drawer-only" });
    const foot = element(
      "div",
      { class: "rail-foot" },
      button("Settings and shortcuts", () => page.openSettings(), { class: "small", id: "open-settings" }),
    );
    host.append(
      element("div", { class: "rail-head" }, element("span", { class: "brand" }, "qna-ai"), close),
      button("New question", () => (this.#setOpen(false), page.newQuestion()), { id: "new-question" }),
      this.#search,
      this.#list,
      this.#undo,
      foot,
    );
    document
      .getElementById("page")
      .before(
        element("header", { id: "phone-bar" }, this.#opener, element("span", { class: "brand" }, "qna-ai")),
      );
    this.#search.addEventListener("input", () => this.#searchSoon());
    host.addEventListener("keydown", (event) => this.#press(event));
  }

  focusSearch() {
    if (this.#isDrawer) this.#setOpen(true);
    this.#search.focus();
  }

  /** @param {import("../page_state.js").Values} values @param {import("../page_state.js").Values} before */
  render({ history, rootId, historyCursor }, before) {
    if (history === before.history && rootId === before.rootId) return;
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const shown = history.filter((run) => !this.#hidden.has(run.id));
    const groups = groupHistory(shown).map(({ title, entries }) =>
      element(
        "section",
        {},
        element("h2", {}, title),
        element(
          "ul",
          {},
          entries.map((entry) => this.#drawEntry(entry, rootId)),
        ),
      ),
    );
    const empty = element(
      "p",
      { class: "muted" },
      this.#search.value ? "Nothing found." : "Your questions will be here.",
    );
    const more = historyCursor
      ? button("Older questions", () => this.#page.questions.loadMoreHistory(), { class: "small" })
      : "";
    this.#list.replaceChildren(...(groups.length ? groups : [empty]), more);
    if (focused) this.#list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Open the question after or before the shown one. @param {number} by */
  step(by) {
    const links = [...this.#list.querySelectorAll("a")];
    const at = links.findIndex((link) => link.getAttribute("aria-current") === "page");
    links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))]?.click();
  }

  close() {
    this.#setOpen(false);
  }

  #drawEntry({ run, count }, rootId) {
    const open = (event) => (event.preventDefault(), this.#setOpen(false), this.#page.openRun(run.rootId));
    const dot =
      run.status === "done"
        ? null
        : element("i", { class: `dot ${run.status}`, role: "img", "aria-label": run.status });
    const link = element(
      "a",
      {
        href: addressOf(run.rootId),
        "data-id": run.id,
        "aria-current": run.rootId === rootId ? "page" : null,
        title: `${run.title}, ${formatAge(run.createdAt)}`,
        on: { click: open },
      },
      dot,
      element("span", { class: "title" }, run.title),
      count > 1 && element("span", { class: "count", "aria-label": `asked ${count} times` }, count),
    );
    const item = element("li", {}, link);
    item.append(this.#drawMenu(run, item));
    return item;
  }

  #drawMenu(run, item) {
    const menu = element(
      "details",
      { class: "menu" },
      element("summary", { "aria-label": `Change “${run.title}”` }, "⋯"),
      element(
        "div",
        { class: "menu-items" },
        button("Rename", () => this.#rename(run, item), { class: "small" }),
        button(run.isPinned ? "Unpin" : "Pin", () => this.#change(run, { isPinned: !run.isPinned }), {
          class: "small",
        }),
        button("Delete", () => this.#delete(run), { class: "small" }),
      ),
    );
    menu.addEventListener(
      "keydown",
      (event) =>
        event.key === "Escape" &&
        ((menu.open = false), event.stopPropagation(), menu.querySelector("summary").focus()),
    );
    return menu;
  }

  #rename(run, item) {
    const box = element("input", { type: "text", maxlength: "200", "aria-label": "New name" });
    box.value = run.title;
    let isDone = false;
    const finish = (isKept) => {
      if (isDone) return;
      isDone = true;
      void this.#change(run, isKept && box.value.trim() ? { title: box.value.trim() } : {});
    };
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
    });
    box.addEventListener("blur", () => finish(true));
    item.replaceChildren(box);
    box.select();
  }

  async #change(run, change) {
    if (Object.keys(change).length) await changeQuestion(run.id, change);
    const { history } = this.#page.state.values;
    this.#page.state.update({
      history: history.map((each) => (each.id === run.id ? { ...each, ...change } : each)),
    });
  }

  async #delete(run) {
    await deleteQuestion(run.id);
    this.#hidden.add(run.id);
    this.#refresh();
    const undo = button(
      "Undo",
      async () => {
        await restoreQuestion(run.id);
        this.#hidden.delete(run.id);
        this.#undo.replaceChildren();
        this.#refresh();
      },
      { class: "small" },
    );
    this.#undo.replaceChildren(element("span", {}, "Question deleted. "), undo);
    undo.focus();
    setTimeout(() => undo.isConnected && this.#undo.replaceChildren(), UNDO_MS);
    if (this.#page.state.values.rootId === run.rootId) this.#page.newQuestion();
  }

  #refresh() {
    this.#page.state.update({ history: [...this.#page.state.values.history] });
  }

  #searchSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#page.questions.loadHistory(this.#search.value.trim()), PAUSE_MS);
  }

  get #isDrawer() {
    return matchMedia("(max-width: 760px)").matches;
  }

  #setOpen(isOpen) {
    if (!this.#isDrawer) return;
    document.documentElement.classList.toggle("drawer-open", isOpen);
    this.#opener.setAttribute("aria-expanded", String(isOpen));
    document.getElementById("main").inert = isOpen;
    document.getElementById("bench").inert = isOpen;
    document.getElementById("ask").inert = isOpen;
    document.getElementById("phone-bar").inert = isOpen;
    if (isOpen) this.#host.querySelector("button").focus();
    else if (this.#host.contains(document.activeElement)) this.#opener.focus();
  }

  /** While the drawer is open the focus goes round inside it. */
  #press(event) {
    if (!document.documentElement.classList.contains("drawer-open")) return;
    if (event.key === "Escape") return this.#setOpen(false);
    if (event.key !== "Tab") return;
    const stops = [...this.#host.querySelectorAll("a, button, input, summary")].filter(
      (node) => node.offsetParent,
    );
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}
