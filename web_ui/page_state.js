// The one state of the page. Everything that is shown is drawn from it; nothing else remembers anything.

/**
 * @typedef {"empty"|"expanding"|"confirming"|"generating"|"validating"|"running"} PhaseBefore
 * @typedef {PhaseBefore|"result"|"partial"|"error"|"stopped"|"rerunning"} Phase
 *
 * @typedef {object} Values everything the page knows
 * @property {Phase} phase
 * @property {boolean} isTyping something stands in the ask box of an empty page
 * @property {boolean} isConnectionLost
 * @property {number} retries since the connection was lost
 * @property {string|null} sessionId
 * @property {string|null} rootId the question's first execution
 * @property {string|null} executionId the one under way, or the one shown
 * @property {string} question as it was typed
 * @property {import("./api.js").Run|null} run the one whose answer is shown
 * @property {import("./api.js").Run|null} previous the one it is compared with
 * @property {boolean} isDifferenceShown
 * @property {import("./progress.js").Progress|null} progress
 * @property {import("./problems.js").Problem|null} problem
 * @property {import("./api.js").Confirmation|null} confirmation
 * @property {Record<string, any>|null} changed parameter values in the form that were not run
 * @property {import("./api.js").RunSummary[]} runs of this question, newest first
 * @property {import("./api.js").RunSummary[]} thread earlier questions of this conversation, oldest first
 * @property {import("./api.js").RunSummary[]} history
 * @property {string} historyText words that were searched for
 * @property {string|null} historyCursor of the questions before those of `history`
 */

/** @type {Values} */
export const EMPTY = {
  phase: "empty",
  isTyping: false,
  isConnectionLost: false,
  retries: 0,
  sessionId: null,
  rootId: null,
  executionId: null,
  question: "",
  run: null,
  previous: null,
  isDifferenceShown: true,
  progress: null,
  problem: null,
  confirmation: null,
  changed: null,
  runs: [],
  thread: [],
  history: [],
  historyText: "",
  historyCursor: null,
};

export const BUSY_PHASES = ["expanding", "generating", "validating", "running", "rerunning"];

/** The name in `data-state`: what a reader is in. @param {Values} values */
export function stateName(values) {
  if (values.isConnectionLost && isBusy(values)) return "offline";
  if (values.phase === "empty" && values.isTyping) return "typing";
  if (values.changed && ["result", "partial"].includes(values.phase)) return "stale";
  return values.phase;
}

/** Whether something is under way that can be stopped. @param {Values} values */
export function isBusy(values) {
  return BUSY_PHASES.includes(values.phase);
}

/** What the window is called: the question and how it stands. @param {Values} values */
export function windowTitle(values) {
  const state = stateName(values);
  if (["empty", "typing"].includes(state)) return "qna-ai";
  const word =
    {
      confirming: "Confirm",
      result: "Answer",
      partial: "Answer in part",
      stale: "Answer",
      error: "Problem",
      stopped: "Stopped",
      offline: "Connection lost",
    }[state] ?? "Running";
  return `${word}: ${values.question}`;
}

export class PageState {
  /** @type {Values} */
  values = EMPTY;
  #listeners = [];

  /** @param {(values: Values, before: Values) => void} listener is called after every change */
  follow(listener) {
    this.#listeners.push(listener);
  }

  /** Take the facts in `change`; the others stay. @param {Partial<Values>} change */
  update(change) {
    const before = this.values;
    this.values = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.values, before);
  }

  /** As on a new page, but for what does not belong to a question. @param {Partial<Values>} change */
  restart(change) {
    const { history, historyText, historyCursor } = this.values;
    this.update({ ...EMPTY, history, historyText, historyCursor, ...change });
  }
}
