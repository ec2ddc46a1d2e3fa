// What went wrong in plain words, and what a reader can do. Sorted by codes and outcomes, never by messages.

import { formatDate } from "./format.js";
import { ApiError, Unreachable } from "./http.js";

/**
 * @typedef {object} Action
 * @property {"again"|"rewrite"|"edit"|"examples"|"findings"|"parameters"|"set"|"ask"|"new"|"search"|"key"|"recorded"}
 *   name
 * @property {string} label
 * @property {any} [value] of a parameter to set, or a question to ask
 * @property {number} [waitSeconds] before it can be used
 *
 * @typedef {object} Problem
 * @property {string} title
 * @property {string} explanation
 * @property {string} technical folded away
 * @property {Action[]} actions at most three, best first
 * @property {number|null} line of the script where it happened
 */

const AGAIN = { name: "again", label: "Try again" };
const EDIT = { name: "edit", label: "Edit the question" };
const NEW = { name: "new", label: "New question" };
const REWRITE = { name: "rewrite", label: "Write it again" };
const PARAMETERS = { name: "parameters", label: "Change parameters" };
const FINDINGS = { name: "findings", label: "Show problems" };
const MODEL_AWAY = { title: "The language model did not answer", actions: [AGAIN, EDIT] };
const NO_SCRIPT = { title: "The language model gave no usable script", actions: [AGAIN, EDIT] };
const VENDOR_FAILURES = ["vendor_unavailable", "rate_limited", "timeout", "server_down", "circuit_open"];
const PERIODS = ["days", "months", "years", "lookback", "limit"];

/** Of replies that are no answer, by their code. */
const REPLIES = {
  NOT_FINANCIAL: () => ({
    title: "This does not look like a financial question",
    actions: [EDIT, { name: "examples", label: "See examples" }],
  }),
  CANNOT_ANSWER: describeRefusal,
  SCRIPT_REJECTED: () => ({
    title: "The script did not pass the safety checks",
    actions: [REWRITE, FINDINGS, EDIT],
  }),
  LLM_TIMEOUT: () => ({ title: "The model took too long to write a script", actions: [AGAIN, EDIT] }),
  LLM_FAILED: () => MODEL_AWAY,
  LLM_UNAVAILABLE: () => MODEL_AWAY,
  LLM_RATE_LIMITED: () => ({ title: "The language model is at its limit", actions: [AGAIN, EDIT] }),
  LLM_QUOTA_EXHAUSTED: () => ({ title: "The language model's quota is used up", actions: [AGAIN] }),
  LLM_KEY_REFUSED: () => ({ title: "The language model does not accept its key", actions: [AGAIN] }),
  LLM_ANSWER_TRUNCATED: () => NO_SCRIPT,
  LLM_ANSWER_UNUSABLE: () => NO_SCRIPT,
  INVALID_PARAMETERS: () => ({ title: "These parameters do not fit the script", actions: [PARAMETERS] }),
  EXECUTION_SERVER_UNAVAILABLE: () => ({ title: "The execution server does not answer", actions: [AGAIN] }),
  EXECUTION_QUEUE_FULL: () => ({ title: "The execution server is busy", actions: [AGAIN] }),
  NOT_FOUND: () => ({
    title: "This answer does not exist or was removed",
    actions: [NEW, { name: "search", label: "Search history" }],
  }),
  UNAUTHENTICATED: () => ({
    title: "This installation asks for a key",
    actions: [{ name: "key", label: "Enter a key" }],
  }),
  CANCELLED: () => ({ title: "Stopped", actions: [AGAIN] }),
  INTERRUPTED: () => ({ title: "The server stopped while it worked on this", actions: [AGAIN] }),
};

/** @param {unknown} error raised by `api.js` @returns {Problem} */
export function problemOfError(error) {
  if (error instanceof Unreachable) {
    return {
      title: "The server did not answer",
      explanation: "Your question is kept in the box below.",
      technical: error.message,
      actions: [AGAIN],
      line: null,
    };
  }
  if (!(error instanceof ApiError)) throw error;
  const known =
    error.code === "CANNOT_ANSWER" || error.status !== 404
      ? (REPLIES[error.code]?.(error) ?? {})
      : REPLIES.NOT_FOUND();
  const wait = error.retryAfterSeconds ?? undefined;
  const actions = (known.actions ?? [AGAIN, EDIT]).map((action) =>
    action.name === "again" && wait ? { ...action, waitSeconds: wait } : action,
  );
  return {
    title:
      error.status === 429 ? "Too many questions in a short time" : (known.title ?? "This could not be done"),
    explanation: known.explanation ?? sentence(error.message),
    technical: [error.code, ...error.suggestions].join("\n"),
    actions: actions.slice(0, 3),
    line: null,
  };
}

/**
 * @param {import("./api.js").Run} run that gave no answer
 * @param {import("./api.js").Run|null} [kept] whose answer stays, when `run` was to replace it
 * @returns {Problem}
 */
export function problemOfRun(run, kept = null) {
  if (!run.outcome && run.error) {
    const told = { error: run.error, recovery_suggestions: run.suggestions };
    return { ...problemOfError(new ApiError(0, told)), line: run.findings[0]?.line ?? null };
  }
  const error = run.error ?? { code: "", message: "", details: {} };
  const tool = error.details?.tool_error;
  const known = tool ? describeToolError(tool, run, kept) : describeOutcome(run, error);
  return {
    title: known.title,
    explanation: known.explanation ?? sentence(withoutKind(error)),
    technical: [error.code, error.message, ...run.suggestions].filter(Boolean).join("\n"),
    actions: known.actions.slice(0, 3),
    line: error.details?.line ?? run.findings[0]?.line ?? null,
  };
}

function describeRefusal({ details }) {
  const { missing, nearest_question: nearest, kind } = details;
  if (kind === "not_financial") return REPLIES.NOT_FINANCIAL();
  const ask = nearest ? [{ name: "ask", label: `Ask: ${nearest}`, value: nearest }] : [];
  return {
    title: "This cannot be answered here",
    explanation: missing ? sentence(missing) : undefined,
    actions: [...ask, EDIT, { name: "examples", label: "See examples" }],
  };
}

function describeToolError(tool, run, kept) {
  const { symbol, nearest = [] } = tool.details ?? {};
  if (tool.code === "unknown_symbol" || (tool.code === "no_data" && symbol)) {
    const parameter = parameterHolding(run, symbol);
    const offers = parameter
      ? nearest.slice(0, 2).map((name) => ({
          name: "set",
          label: name,
          value: { [parameter]: replaced(run.values[parameter], symbol, name) },
        }))
      : [];
    return { title: `No data for ${symbol}`, actions: [...offers, EDIT, PARAMETERS] };
  }
  if (VENDOR_FAILURES.includes(tool.code)) {
    const waitSeconds = tool.details?.retry_after_seconds ?? 3;
    const recorded = kept ? [useRecorded(kept)] : [];
    return {
      title: "The data provider did not answer",
      actions: [{ ...AGAIN, waitSeconds }, ...recorded, PARAMETERS, EDIT],
    };
  }
  return { title: "The script stopped with an error", actions: [PARAMETERS, REWRITE, EDIT] };
}

/** The action that runs again on the data of `kept`, which are on its tape. */
function useRecorded({ calls, createdAt }) {
  const moments = calls.map((call) => call.metadata?.as_of).filter(Boolean);
  const day = (moments.sort().at(-1) ?? createdAt).slice(0, 10);
  return { name: "recorded", label: `Use the data of ${formatDate(day)}` };
}

function describeOutcome(run, error) {
  if (error.code === "INVALID_PARAMETERS")
    return { title: "These parameters do not fit the script", actions: [PARAMETERS] };
  const cases = {
    refused: { title: "The script did not pass the safety checks", actions: [REWRITE, FINDINGS, EDIT] },
    raised: {
      title: "The script stopped with an error",
      actions: [{ ...REWRITE, label: "Write it again with this error" }, PARAMETERS],
    },
    timed_out: {
      title: `Stopped after ${error.details?.timeout_seconds ?? Math.round(run.durationMs / 1000)} s`,
      actions: [...shorter(run), AGAIN],
    },
    out_of_memory: { title: "The script ran out of memory", actions: [...shorter(run), PARAMETERS, EDIT] },
    too_much_output: { title: "The script returned too much", actions: [REWRITE, EDIT] },
    too_many_calls: { title: "The script made too many data calls", actions: [PARAMETERS, REWRITE, EDIT] },
    cancelled: { title: "Stopped", actions: [AGAIN] },
  };
  return (
    cases[run.outcome ?? ""] ?? {
      title: "The script ended without an answer",
      actions: [AGAIN, REWRITE, EDIT],
    }
  );
}

/** The action that asks for half of the period, when a parameter says how long it is. */
function shorter(run) {
  const name = PERIODS.find((each) => typeof run.values[each] === "number" && run.values[each] > 1);
  if (!name) return [];
  const half = Math.max(run.schema.properties?.[name]?.minimum ?? 1, Math.floor(run.values[name] / 2));
  return [{ name: "set", label: `Shorter period: ${half} ${name}`, value: { [name]: half } }];
}

/** The message of a tool, which reads "ToolError: no such symbol" where a script has stopped. */
function withoutKind({ message, details }) {
  return details?.tool_error ? message.replace(`${details.exception}: `, "") : message;
}

function parameterHolding(run, symbol) {
  return Object.keys(run.values).find(
    (name) =>
      run.values[name] === symbol || (Array.isArray(run.values[name]) && run.values[name].includes(symbol)),
  );
}

function replaced(value, symbol, name) {
  return Array.isArray(value) ? value.map((each) => (each === symbol ? name : each)) : name;
}

function sentence(text) {
  const trimmed = String(text ?? "").trim();
  return trimmed && trimmed[0].toUpperCase() + trimmed.slice(1) + (/[.!?]$/.test(trimmed) ? "" : ".");
}
