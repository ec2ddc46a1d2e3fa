// The middle of the page: question, conversation, and a card for whatever has become of it.

import { button, element } from "../elements.js";
import { BUSY_PHASES } from "../page_state.js";
import { drawAnswer } from "./answer.js";
import { drawConfirmation } from "./confirmation.js";
import { drawReading } from "./reading.js";
import { drawProblem } from "./problem_card.js";

export class AnswerView {
  #page;
  #head = find("question");
  #thread = find("thread");
  #card = find("answer");

  /** @param {any} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {import("../page_state.js").Values} values @param {import("../page_state.js").Values} before */
  render(values, before) {
    const isEmpty = values.phase === "empty";
    this.#head.hidden = isEmpty;
    if (differs(values, before, ["question", "run", "rootId", "phase"])) this.#drawHead(values, before);
    if (differs(values, before, ["thread"])) this.#drawThread(values.thread);
    if (
      differs(values, before, ["run", "previous", "isDifferenceShown", "phase", "problem", "confirmation"]) ||
      Boolean(values.changed) !== Boolean(before.changed)
    )
      this.#drawCard(values, before);
  }

  #drawHead({ question, run, rootId, phase }, before) {
    const title = element("h1", { tabindex: "-1" }, question || "…");
    const isExpanded = run && run.expanded && run.expanded !== run.question;
    const hadFocus = this.#head.contains(document.activeElement);
    this.#head.replaceChildren(
      title,
      ...[isExpanded && element("p", { class: "muted" }, run.expanded)].filter(Boolean),
      ...(run ? drawReading(run, this.#page) : []),
    );
    const begins = phase !== "rerunning" && BUSY_PHASES.includes(phase) && rootId !== before.rootId;
    if (hadFocus || (begins && wasInAskBox())) title.focus({ preventScroll: true });
  }

  #drawThread(thread) {
    this.#thread.hidden = thread.length === 0;
    const open = (run) => (event) => (event.preventDefault(), this.#page.openRun(run.rootId));
    const items = thread.map((run) =>
      element("li", {}, element("a", { href: `/q/${run.rootId}`, on: { click: open(run) } }, run.title)),
    );
    this.#thread.replaceChildren(
      element(
        "details",
        {},
        element("summary", {}, `Earlier in this conversation (${thread.length})`),
        element("ol", {}, items),
      ),
    );
  }

  #drawCard(values, before) {
    const { phase, run, problem, confirmation } = values;
    const isRerunning = phase === "rerunning";
    this.#card.classList.toggle("dimmed", isRerunning);
    this.#card.setAttribute("aria-busy", String(isRerunning));
    if (isRerunning) return;
    const hadFocus = this.#card.contains(document.activeElement);
    const focusId = hadFocus ? document.activeElement.id : "";
    const parts = [
      problem && drawProblem(problem, (action) => this.#page.act(action)),
      confirmation &&
        phase === "confirming" &&
        drawConfirmation(confirmation, values.question, (choice, text) =>
          this.#page.questions.confirm(choice, text),
        ),
      ...(run?.result ? drawAnswer(values, this.#page) : []),
    ]
      .flat()
      .filter(Boolean);
    this.#card.hidden = parts.length === 0;
    this.#card.replaceChildren(...parts);
    if (focusId) document.getElementById(focusId)?.focus({ preventScroll: true });
    this.#moveFocus(values, before);
  }

  #moveFocus(values, before) {
    const { phase, run, problem } = values;
    if (phase === before.phase && problem === before.problem && run === before.run) return;
    if (problem && problem !== before.problem) return find("problem-title").focus();
    if (phase === "confirming") return this.#card.querySelector("textarea")?.focus();
    if (["result", "partial"].includes(phase) && run !== before.run) {
      if (wasInAskBox()) document.getElementById("sentence")?.focus({ preventScroll: true });
      this.#page.announcer.say(
        phase === "partial"
          ? `Answered in part: ${run.result?.description}`
          : (run.result?.description ?? "Answered"),
      );
    }
  }
}

function wasInAskBox() {
  const { activeElement } = document;
  return (
    !activeElement ||
    activeElement === document.body ||
    activeElement.id === "question-text" ||
    !activeElement.isConnected
  );
}

const find = (id) => document.getElementById(id);
const differs = (values, before, names) => names.some((name) => values[name] !== before[name]);
