// The steps of a question while they happen, and one line of them afterwards.

import { button, element } from "../elements.js";
import { countOf, formatDuration } from "../format.js";
import { isBusy } from "../page_state.js";
import { describeNow, wordsOf } from "../progress.js";

const SILENCE_MS = 10_000;
const SHOWN_MAX = 60;

export class StepList {
  #host;
  #page;
  #timer = 0;
  #notice = element("p", { class: "silence", role: "status" });
  #elapsed = element("span", { class: "elapsed" });

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#page = page;
  }

  /** @param {import("../page_state.js").Values} values @param {import("../page_state.js").Values} before */
  render(values, before) {
    const busy = isBusy(values);
    this.#host.hidden = !values.progress || values.phase === "confirming";
    if (busy && !this.#timer) this.#timer = setInterval(() => this.#tick(), 100);
    if (!busy && this.#timer) this.#timer = (clearInterval(this.#timer), 0);
    if (values.progress === before.progress && values.phase === before.phase) return;
    if (this.#host.hidden) return;
    if (busy) {
      this.#page.announcer.say(
        values.phase === "rerunning" && !values.progress.calls.length
          ? "Running again"
          : describeNow(values.progress),
      );
      this.#drawLive(values);
    } else this.#drawPast(values);
  }

  #drawLive(values) {
    const { progress, phase } = values;
    const isRerun = phase === "rerunning";
    const hadFocus = this.#host.contains(document.activeElement);
    const stop = button("Stop", () => this.#page.questions.stop(), { id: "stop" });
    this.#host.replaceChildren(
      element(
        "div",
        { class: "step-head" },
        element("i", { class: "spinner" }),
        element("span", { class: "now" }, isRerun ? "Running again" : describeNow(progress)),
        this.#elapsed,
        stop,
      ),
      (isRerun ? drawCalls(progress.calls) : drawSteps(progress)) ?? element("div", { class: "skeleton" }),
      this.#notice,
    );
    if (hadFocus) stop.focus();
    this.#tick();
  }

  #drawPast({ progress, phase, run, question }) {
    const hadFocus = this.#host.contains(document.activeElement);
    this.#notice.textContent = "";
    if (phase === "stopped") {
      const again = button("Ask again", () => this.#page.questions.ask(question), { id: "ask-again" });
      this.#host.replaceChildren(
        element("div", { class: "step-head" }, element("span", {}, stoppedText(progress, run)), again),
        drawSteps(withoutActive(progress)) ?? "",
      );
      if (hadFocus || document.activeElement === document.body) again.focus();
      return;
    }
    const isOpen = phase === "partial" || phase === "error";
    const list = drawSteps(progress);
    if (!list) return this.#host.replaceChildren();
    this.#host.replaceChildren(
      element(
        "details",
        { class: "folded", open: isOpen },
        element("summary", {}, summaryOf(run, progress, phase)),
        list,
      ),
    );
  }

  #tick() {
    const { progress } = this.#page.state.values;
    if (!progress) return;
    const now = performance.now();
    this.#elapsed.textContent = formatSeconds(now - progress.startedAt);
    const silent = now - progress.heardAt;
    const text = silent >= SILENCE_MS ? `Still working, last step ${Math.floor(silent / 1000)} s ago` : "";
    if (this.#notice.textContent !== text) this.#notice.textContent = text;
  }
}

/** "Answered in 3.8 s, 3 data calls, 1 from cache" */
function summaryOf(run, progress, phase) {
  if (phase === "error" && !run) return "Steps until it stopped";
  const cached = progress.calls.filter((call) => call.isCached).length;
  const failed = progress.calls.filter((call) => call.isFailed).length;
  const verb = { error: "Ended", partial: "Answered in part" }[phase] ?? "Answered";
  const time = run?.durationMs ? ` in ${formatDuration(run.durationMs)}` : "";
  return [
    `${verb}${time}`,
    countOf(progress.calls.length, "data call"),
    cached && `${cached} from cache`,
    failed && `${failed} failed`,
  ]
    .filter(Boolean)
    .join(", ");
}

function stoppedText(progress, run) {
  const time = progress.stoppedMs ?? run?.durationMs;
  return time ? `Stopped after ${formatSeconds(time)}` : "Stopped";
}

/** What was under way when it was stopped has failed. */
function withoutActive(progress) {
  const steps = progress.steps.map((step) => (step.state === "active" ? { ...step, state: "failed" } : step));
  return { ...progress, steps };
}

function drawSteps(progress) {
  if (!progress.steps.length) return null;
  return element(
    "ol",
    { class: "steps" },
    progress.steps.map((step) => drawStep(step, progress)),
  );
}

function drawStep(step, progress) {
  const mark = {
    active: element("i", { class: "spinner" }),
    done: element("i", { class: "done-mark" }, "✓"),
    failed: element("i", { class: "failed-mark" }, "✕"),
  }[step.state];
  const repairs =
    step.name === "check" && progress.repairs.length
      ? element(
          "details",
          {},
          element("summary", {}, "What was repaired"),
          progress.repairs.map((text) => element("pre", {}, text)),
        )
      : null;
  const calls = step.name === "run" ? drawCalls(progress.calls) : null;
  const state = { active: "under way", done: "done", failed: "failed" }[step.state];
  return element(
    "li",
    { class: `step ${step.state}`, "data-step": step.name },
    mark,
    element("span", { class: "unseen" }, `${state}: `),
    element("span", {}, step.title),
    step.detail && element("span", { class: "muted detail" }, step.detail),
    repairs,
    calls,
  );
}

function drawCalls(calls) {
  if (!calls.length) return null;
  return element(
    "ol",
    { class: "calls" },
    calls.map((call) =>
      element(
        "li",
        { class: call.isFailed ? "failed" : call.isDone ? "done" : "active" },
        call.isDone
          ? element("i", { class: call.isFailed ? "failed-mark" : "done-mark" }, call.isFailed ? "✕" : "✓")
          : element("i", { class: "spinner" }),
        element("span", {}, wordsOf(call.tool)),
        element("span", { class: "muted arguments" }, describeArguments(call.arguments)),
        call.isDone && element("span", { class: "muted facts" }, factsOf(call)),
        call.isCached && element("span", { class: "badge" }, "cache"),
        call.problem && element("span", { class: "problem" }, call.problem),
      ),
    ),
  );
}

function factsOf(call) {
  return [
    call.durationMs !== null && formatDuration(call.durationMs),
    call.rowCount !== null && countOf(call.rowCount, "row"),
  ]
    .filter(Boolean)
    .join(", ");
}

/** The main arguments of a call, short. @param {Record<string, any>} given */
export function describeArguments(given) {
  const texts = Object.entries(given)
    .slice(0, 4)
    .map(([name, value]) => {
      const text = Array.isArray(value)
        ? value.length > 6
          ? countOf(value.length, "value")
          : value.join(" ")
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);
      return ["symbol", "symbols"].includes(name) ? text : `${name} ${text}`;
    });
  const whole = texts.join(", ");
  return whole.length > SHOWN_MAX ? `${whole.slice(0, SHOWN_MAX - 1)}…` : whole;
}

const formatSeconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)}\u00a0s`;
