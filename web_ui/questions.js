// What a reader does with questions: ask, stop, confirm, run again, open.

import { addressOf, executionIdOf, goTo, newRequestId, newSessionId } from "./addresses.js";
import * as api from "./api.js";
import { followToEnd, insist, waitForEnd } from "./following.js";
import { isBusy } from "./page_state.js";
import { dropAsked, findAsked, keepAsked, preference } from "./kept.js";
import { problemOfError, problemOfRun } from "./problems.js";
import { addEvent, progressOf, startProgress } from "./progress.js";

export class Questions {
  #state;
  #underWay = new AbortController();

  /** @param {import("./page_state.js").PageState} state */
  constructor(state) {
    this.#state = state;
  }

  /**
   * Ask a new question, or a follow-up when a conversation is open.
   * @param {string} text
   * @param {{isFresh?: boolean, isExpanded?: boolean}} [more]
   */
  async ask(text, { isFresh = false, isExpanded = !preference("asksBeforeExpanding") } = {}) {
    const question = text.trim();
    const requestId = newRequestId();
    const id = executionIdOf(requestId);
    const { sessionId, run, thread } = this.#state.values;
    const earlier = run ? [...thread, summaryOf(run)] : thread;
    const session = sessionId ?? newSessionId();
    this.#state.restart({
      phase: "expanding",
      question,
      sessionId: session,
      rootId: id,
      executionId: id,
      thread: earlier,
      progress: startProgress(),
    });
    goTo(addressOf(id));
    keepAsked(id, { question, sessionId: session, requestId, isExpanded, isFresh });
    await this.#pursue(id, (signal) =>
      api.analyze({ question, sessionId: session, requestId, isExpanded, isFresh }, signal),
    );
  }

  /** @param {"expanded"|"original"|"edited"|"cancel"} choice @param {string} [text] */
  async confirm(choice, text) {
    const { executionId, sessionId, question } = this.#state.values;
    if (choice === "cancel") {
      void api.confirm({ sessionId, executionId, choice }, new AbortController().signal).catch(ignoreGone);
      this.#state.restart({ question });
      goTo(addressOf(null));
      return;
    }
    const { sequence } = this.#state.values.progress;
    this.#state.update({
      phase: "generating",
      confirmation: null,
      progress: { ...startProgress("generating"), sequence },
    });
    await this.#pursue(executionId, (signal) =>
      api.confirm({ sessionId, executionId, choice, text }, signal),
    );
  }

  /**
   * Run the shown script with other parameters. The old answer stays until the new one is there.
   * @param {Record<string, any>} parameters
   * @param {"live"|"recorded"} [data]
   */
  async rerun(parameters, data = "live") {
    const { run } = this.#state.values;
    if (!run) return;
    const requestId = newRequestId();
    await this.#runAgain(requestId, (signal) => api.rerun(run.id, { parameters, data, requestId }, signal));
  }

  /**
   * Run a script that the reader has edited.
   * @param {string} script
   * @param {Record<string, any>} parameters
   */
  async runEdited(script, parameters) {
    const { run } = this.#state.values;
    if (!run) return;
    const requestId = newRequestId();
    await this.#runAgain(requestId, (signal) =>
      api.runEdited({ script, parameters, parentId: run.id, requestId }, signal),
    );
  }

  /** Stop what is under way, on the server too. */
  async stop() {
    const { executionId, phase, run, progress } = this.#state.values;
    if (!isBusy(this.#state.values)) return;
    this.#underWay.abort();
    dropAsked(executionId);
    const isRerun = phase === "rerunning";
    this.#state.update({
      phase: isRerun ? phaseOf(run) : "stopped",
      isConnectionLost: false,
      executionId: isRerun ? run.id : executionId,
      progress: isRerun
        ? progressOf(run)
        : { ...progress, stoppedMs: performance.now() - progress.startedAt },
    });
    await api.cancel(executionId).catch(ignoreGone);
  }

  /** An empty page with the ask box. */
  startAnew() {
    this.#underWay.abort();
    this.#state.restart({});
    goTo(addressOf(null));
  }

  /**
   * Show what an address means, whether it is finished or under way.
   * @param {import("./addresses.js").Place} place
   */
  async open({ rootId, runId }) {
    this.#underWay.abort();
    this.#underWay = new AbortController();
    const { signal } = this.#underWay;
    if (!rootId) return this.#state.restart({});
    this.#state.restart({
      phase: "expanding",
      rootId,
      executionId: runId ?? rootId,
      question: findAsked(rootId)?.question ?? "",
      progress: startProgress(),
    });
    try {
      const runs = runId ? [] : await this.#listRuns(rootId);
      const run = await api.findRun(
        runId ?? runs.find((each) => each.outcome === "completed")?.id ?? rootId,
        signal,
      );
      if (signal.aborted) return;
      if (!run.isFinished) return await this.#resume(run);
      this.#show(run);
      await this.#lookAround(run);
    } catch (error) {
      if (signal.aborted) return;
      const asked = findAsked(rootId);
      if (error.status === 404 && asked) return await this.#repeat(rootId, asked);
      this.#fail(error);
    }
  }

  /** Compare the shown run with another one of the same question. @param {string} id */
  async compareWith(id) {
    this.#state.update({ previous: await api.findRun(id), isDifferenceShown: true });
  }

  /** Earlier questions with these words; without a text, with those that were last searched for. @param {string} [text] */
  async loadHistory(text = this.#state.values.historyText) {
    this.#state.update({ historyText: text });
    await this.#listHistory({ text }, []);
  }

  async loadMoreHistory() {
    const { history, historyText: text, historyCursor: cursor } = this.#state.values;
    await this.#listHistory({ text, cursor }, history);
  }

  async #listHistory({ text, cursor }, before) {
    const page = await api.listRuns({ text, cursor, kind: "question" });
    if (text !== this.#state.values.historyText) return;
    this.#state.update({ history: [...before, ...page.runs], historyCursor: page.cursor });
  }

  async #runAgain(requestId, request) {
    const id = executionIdOf(requestId);
    this.#state.update({
      phase: "rerunning",
      executionId: id,
      problem: null,
      progress: startProgress("rerunning"),
    });
    await this.#pursue(id, request, { isRerun: true });
  }

  async #resume(run) {
    this.#state.update({ question: run.question, sessionId: run.sessionId });
    const end = (signal) => waitForEnd(run.id, this.#listener(signal));
    await this.#pursue(run.id, end, { isFollowed: false });
  }

  /** A page that was reloaded before its question was kept: the same request again is the same question. */
  async #repeat(id, asked) {
    this.#state.update({ question: asked.question, sessionId: asked.sessionId });
    await this.#pursue(id, (signal) => api.analyze(asked, signal));
  }

  /** Follow the events of `id` while `request` is under way, and show what comes of it. */
  async #pursue(id, request, { isRerun = false, isFollowed = true } = {}) {
    this.#underWay.abort();
    const underWay = (this.#underWay = new AbortController());
    const { signal } = underWay;
    const following = new AbortController();
    signal.addEventListener("abort", () => following.abort());
    if (isFollowed) void followToEnd(id, this.#listener(following.signal, isRerun));
    try {
      const { run, confirmation } = await this.#insist(request, signal);
      if (signal.aborted) return;
      if (confirmation) this.#state.update({ phase: "confirming", confirmation });
      else this.#settle(run, isRerun);
      dropAsked(id);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status !== 401) dropAsked(id); // a question without a key is asked again with one
      if (error.code === "SCRIPT_REJECTED" && !isRerun) this.#show(await api.findRun(id, signal));
      else this.#fail(error, isRerun);
    } finally {
      following.abort();
    }
  }

  #listener(signal, isRerun = false) {
    const heard = () => this.#state.values.progress?.sequence ?? 0;
    return { heard, hear: (event) => this.#hear(event, isRerun), signal };
  }

  /** What was accepted is not forgotten: the id is the same, so the request can be sent again. */
  async #insist(request, signal) {
    const isAccepted = () => (this.#state.values.progress?.sequence ?? 0) > 0;
    const lose = (retries) => this.#state.update({ isConnectionLost: true, retries });
    const answer = await insist(request, { isAccepted, lose, signal });
    this.#state.update({ isConnectionLost: false, retries: 0 });
    return answer;
  }

  #hear(event, isRerun) {
    const { progress, phase } = this.#state.values;
    if (!progress || !isBusy(this.#state.values)) return;
    const next = addEvent(progress, event);
    const extra =
      event.type === "understood" && event.data?.session_id ? { sessionId: event.data.session_id } : {};
    this.#state.update({
      progress: next,
      phase: isRerun ? phase : next.phase === "result" ? phase : next.phase,
      isConnectionLost: false,
      retries: 0,
      ...extra,
    });
  }

  /** The end of a run: a new answer, or, when a re-run fails, the old answer and the problem. */
  #settle(run, isRerun) {
    if (isRerun && !run.result) {
      const kept = this.#state.values.run;
      this.#state.update({
        phase: phaseOf(kept),
        executionId: kept.id,
        problem: problemOfRun(run, kept),
        progress: progressOf(kept),
      });
      return;
    }
    const { run: before } = this.#state.values;
    const { rootId, question } = this.#state.values;
    const settled = { ...run, question: run.question || question, rootId: isRerun ? rootId : run.rootId };
    this.#show(settled, isRerun ? before : null);
    if (isRerun) goTo(addressOf(rootId, run.id));
    else if (settled.rootId !== rootId) history.replaceState(null, "", addressOf(settled.rootId));
    void this.#lookAround(settled).catch(ignoreGone);
  }

  #show(run, previous = null) {
    const seen = this.#state.values.progress;
    const isHeard = seen && seen.sequence > 0 && seen.calls.length >= run.calls.length;
    const progress = isHeard
      ? addEvent(seen, { type: "finished", sequence: seen.sequence + 1, data: { outcome: run.outcome } })
      : progressOf(run);
    this.#state.update({
      phase: phaseOf(run),
      run,
      previous,
      isDifferenceShown: true,
      changed: null,
      confirmation: null,
      question: run.question,
      sessionId: run.sessionId,
      rootId: run.rootId,
      executionId: run.id,
      problem: phaseOf(run) === "error" ? problemOfRun(run) : null,
      progress,
      isConnectionLost: false,
    });
  }

  /** What stands around a run: its question's other runs, its conversation, the history. */
  async #lookAround(run) {
    const [runs, thread] = await Promise.all([
      this.#listRuns(run.rootId),
      api.listRuns({ sessionId: run.sessionId, kind: "question" }),
      this.loadHistory(),
    ]);
    if (this.#state.values.rootId !== run.rootId) return;
    const earlier = thread.runs.filter((each) => each.createdAt < run.createdAt && each.id !== run.rootId);
    this.#state.update({
      runs,
      thread: earlier.sort((left, right) => left.createdAt.localeCompare(right.createdAt)),
    });
  }

  async #listRuns(rootId) {
    const { runs } = await api.listRuns({ rootId });
    return runs.sort((left, right) => right.createdAt.localeCompare(left.createdAt));
  }

  #fail(error, isRerun = false) {
    const problem = problemOfError(error);
    const { run, progress } = this.#state.values;
    if (isRerun && run)
      return this.#state.update({
        phase: phaseOf(run),
        executionId: run.id,
        problem,
        progress: progressOf(run),
      });
    const ended = progress ? addEvent(progress, { type: "failed", sequence: progress.sequence + 1 }) : null;
    this.#state.update({
      phase: error.code === "CANCELLED" ? "stopped" : "error",
      problem,
      progress: ended,
      isConnectionLost: false,
    });
  }
}

/** @param {import("./api.js").Run} run */
export function phaseOf(run) {
  if (run.outcome === "cancelled") return "stopped";
  if (run.outcome && run.outcome !== "completed") return "error";
  if (!run.outcome && run.error) return run.error.code === "CANCELLED" ? "stopped" : "error";
  return failedCalls(run).length ? "partial" : "result";
}

/** @param {import("./api.js").Run} run */
export function failedCalls(run) {
  return run.calls.filter((call) => call.success === false);
}

function summaryOf(run) {
  return {
    id: run.id,
    rootId: run.rootId,
    sessionId: run.sessionId,
    kind: run.kind,
    title: run.question,
    question: run.question,
    isPinned: false,
    status: "done",
    outcome: run.outcome,
    durationMs: run.durationMs,
    values: run.values,
    createdAt: run.createdAt,
  };
}

/**
 * What was to be stopped or forgotten may be gone already, or its server; there is nothing to do about it.
 */
function ignoreGone() {}
