// The only place that knows the server's addresses and the shapes of what it answers.

import { ask, listen } from "./http.js";

/**
 * @typedef {object} Run one execution, whichever reply it came in
 * @property {string} id
 * @property {string} rootId
 * @property {string|null} parentId
 * @property {string} kind question, rerun, edited or replay
 * @property {string} sessionId
 * @property {string} question
 * @property {string} expanded
 * @property {string[]} assumptions
 * @property {string[]} alternatives other readings, as questions
 * @property {string} told what the record says, where the answer before is asked about; else empty
 * @property {number|null} ageSeconds of a result from before, when it was shown again
 * @property {boolean} isFinished
 * @property {string|null} outcome of the script; null when none ran
 * @property {any} result `{description, body, charts}`, or null
 * @property {{code: string, message: string, details: any}|null} error
 * @property {string[]} suggestions
 * @property {any[]} findings
 * @property {string} script
 * @property {string} explanation
 * @property {any} schema JSON Schema of the parameters
 * @property {Record<string, any>} values
 * @property {any[]} calls tool calls in their order
 * @property {string[]} warnings
 * @property {any[]} attempts
 * @property {{stage: string, duration_ms: number}[]} stages
 * @property {string} model
 * @property {any} usage
 * @property {string} trust
 * @property {string|null} reusedFrom
 * @property {any} label
 * @property {string} createdAt
 * @property {number} durationMs
 *
 * @typedef {object} RunSummary what lists show of an execution
 * @property {string} id
 * @property {string} rootId
 * @property {string} sessionId
 * @property {string} kind
 * @property {string} title
 * @property {string} question
 * @property {boolean} isPinned
 * @property {"running"|"done"|"failed"} status
 * @property {string|null} outcome
 * @property {number|null} durationMs
 * @property {Record<string, any>} values
 * @property {string} createdAt
 *
 * @typedef {{question: string, assumptions: string[], alternatives: string[]}} Confirmation
 * @typedef {{examples: {kind: string, question: string}[], isOffline: boolean, isSimulated: boolean}}
 *   Installation
 */

const enc = encodeURIComponent;

/**
 * @param {{question: string, sessionId: string, requestId: string, isExpanded: boolean, isFresh?: boolean}}
 *   asked
 * @param {AbortSignal} signal
 */
export async function analyze({ question, sessionId, requestId, isExpanded, isFresh }, signal) {
  const body = {
    question,
    session_id: sessionId,
    request_id: requestId,
    auto_expand: isExpanded,
    ...(isFresh ? { refresh: true } : {}),
  };
  return readReply(await ask("POST", "/analyze", { body, signal }));
}

/**
 * @param {{sessionId: string, executionId: string, choice: "expanded"|"original"|"edited"|"cancel", text?:
 *   string}} chosen
 * @param {AbortSignal} signal
 */
export async function confirm({ sessionId, executionId, choice, text }, signal) {
  const body = {
    session_id: sessionId,
    execution_id: executionId,
    choice,
    ...(text === undefined ? {} : { text }),
  };
  return readReply(await ask("POST", "/conversation/confirm", { body, signal }));
}

/**
 * @param {string} id
 * @param {{parameters: Record<string, any>, data?: "live"|"recorded", requestId: string}} changed
 * @param {AbortSignal} signal
 */
export async function rerun(id, { parameters, data = "live", requestId }, signal) {
  const body = { parameters, data, request_id: requestId };
  const reply = await ask("POST", `/executions/${enc(id)}/rerun`, { body, signal });
  return { confirmation: null, run: await findRun(reply.execution_id, signal) };
}

/**
 * @param {{script: string, parameters: Record<string, any>, parentId: string, requestId: string}} edited
 * @param {AbortSignal} signal
 */
export async function runEdited({ script, parameters, parentId, requestId }, signal) {
  const body = { script, parameters, execution_id: parentId, request_id: requestId };
  return readReply(await ask("POST", "/execute", { body, signal }));
}

/** @param {string} id */
export async function replay(id) {
  return data(await ask("POST", `/executions/${enc(id)}/replay`, { body: {} }));
}

/** @param {string} id */
export const cancel = (id) => ask("POST", `/executions/${enc(id)}/cancel`, { body: {} });

/** @param {string} id @param {AbortSignal} [signal] @returns {Promise<Run>} */
export async function findRun(id, signal) {
  return readRun(data(await ask("GET", `/executions/${enc(id)}`, { signal })));
}

/**
 * @param {{rootId?: string, sessionId?: string, text?: string, kind?: string, cursor?: string}} [filters]
 * @returns {Promise<{runs: RunSummary[], cursor: string|null}>} latest first, 50 at a time
 */
export async function listRuns({ rootId, sessionId, text, kind, cursor } = {}) {
  const given = { root_id: rootId, session_id: sessionId, q: text, kind, cursor };
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value));
  const page = data(await ask("GET", `/executions?${query}`));
  return { runs: page.executions.map(readSummary), cursor: page.next_cursor };
}

/** @param {string} id @param {{title?: string, isPinned?: boolean}} change */
export const changeQuestion = (id, { title, isPinned }) =>
  ask("PATCH", `/executions/${enc(id)}`, {
    body: {
      ...(title === undefined ? {} : { title }),
      ...(isPinned === undefined ? {} : { is_pinned: isPinned }),
    },
  });

/** @param {string} id */
export const deleteQuestion = (id) => ask("DELETE", `/executions/${enc(id)}`);

/** Within 10 seconds. @param {string} id */
export const restoreQuestion = (id) => ask("POST", `/executions/${enc(id)}/restore`, { body: {} });

/** @param {string} id @param {boolean} isCorrect @param {string} text */
export const giveFeedback = (id, isCorrect, text) =>
  ask("POST", `/executions/${enc(id)}/feedback`, { body: { correct: isCorrect, ...(text ? { text } : {}) } });

/** Which tool calls each figure depends on: `values`, each with `id` and `influences`. @param {string} id */
export const findProvenance = async (id) => data(await ask("GET", `/executions/${enc(id)}/provenance`));

/** One signed file with which anybody can replay an execution: a `Blob`. @param {string} id */
export const exportRun = (id) => ask("GET", `/executions/${enc(id)}/export`, { form: "blob" });

/** @param {string} script */
export const validate = (script) => ask("POST", "/validate", { body: { script } });

/**
 * A script as coloured lines and an explanation as a tree.
 * @param {string} script
 * @param {string} explanation
 * @returns {Promise<{script_lines: [string, string][][], explanation: any[]}>}
 */
export const describeText = (script, explanation) =>
  ask("POST", "/page-text", { body: { script, explanation } });

/**
 * Up to three earlier questions that are much like `text`, best first.
 * @param {string} text
 * @param {AbortSignal} signal
 * @returns {Promise<{rootId: string, question: string, askedAt: string}[]>}
 */
export async function findSimilar(text, signal) {
  const { questions } = await ask("GET", `/questions/similar?q=${enc(text)}`, { signal });
  return questions.map((each) => ({
    rootId: each.execution_id,
    question: each.question,
    askedAt: each.asked_at,
  }));
}

/** Questions to begin with, one of each kind, and what is not real here. @returns {Promise<Installation>} */
export async function findInstallation() {
  const found = await ask("GET", "/questions/examples");
  return { examples: found.questions, isOffline: found.is_offline, isSimulated: found.is_simulated };
}

/**
 * Every event of an execution after number `after`, as it happens.
 * @param {string} id @param {number} after @param {AbortSignal} signal
 */
export function followEvents(id, after, signal) {
  return listen(`/executions/${enc(id)}/events?after=${after}`, signal);
}

/** What `/analyze` and its kin answered: a run, or something to confirm first. */
function readReply(reply) {
  const body = data(reply);
  if (reply.status === "confirmation_needed") return { confirmation: readConfirmation(body), run: null };
  return { confirmation: null, run: readRun({ ...body, finished: true, created_at: reply.timestamp }) };
}

/**
 * What a held-back reply, a record that waits, or the event `confirmation_needed` proposes.
 * @param {any} held
 * @returns {Confirmation}
 */
export function readConfirmation(held) {
  const { assumptions, alternatives } = held.understanding ?? held.metadata?.understanding ?? held;
  return {
    question: held.expanded_question,
    assumptions: assumptions ?? [],
    alternatives: readAlternatives(alternatives),
  };
}

const readAlternatives = (alternatives) => (alternatives ?? []).map((each) => each.question);

/** @param {any} record an `Analysis` or an `ExecutionView`, which has more @returns {Run} */
function readRun(record) {
  const { execution: report, metadata = {} } = record;
  const understanding = record.understanding ?? metadata.understanding ?? {};
  const facts = report?.metadata ?? {};
  const stages = record.stages ?? metadata.stages ?? [];
  return {
    id: record.execution_id,
    rootId: record.root_id ?? record.execution_id,
    parentId: record.parent_id,
    kind: record.kind ?? "question",
    sessionId: record.session_id,
    question: record.question,
    expanded: record.expanded_question,
    assumptions: understanding.assumptions ?? [],
    alternatives: readAlternatives(understanding.alternatives),
    told: understanding.asks_about === "previous_answer" ? record.explanation : "",
    isFinished: record.finished ?? !isUnderWay(record.status),
    outcome: report?.outcome ?? record.outcome ?? null,
    result: report?.success ? report.result : null,
    error: report?.error ?? readError(record),
    suggestions: report?.recovery_suggestions ?? record.recovery_suggestions ?? [],
    findings: report?.findings ?? record.error_details?.errors ?? [],
    script: record.python_code || (record.error_details?.python_code ?? ""),
    explanation: record.explanation,
    schema: record.parameters.schema,
    values: record.parameters.values,
    calls: facts.tool_calls ?? [],
    warnings: [...record.warnings, ...(facts.warnings ?? [])],
    attempts: record.attempts,
    stages,
    model: record.model,
    usage: record.usage,
    trust: record.trust,
    reusedFrom: record.reused_from,
    ageSeconds: record.age_seconds ?? metadata.age_seconds ?? null,
    label: facts.label ?? null,
    createdAt: record.created_at,
    durationMs: stages.reduce((sum, stage) => sum + stage.duration_ms, 0) || (report?.execution_time_ms ?? 0),
  };
}

/** Of an execution that came to no script. */
function readError({ error_code: code, error: message, error_details: details = {} }) {
  return code ? { code, message, details } : null;
}

/** @param {any} item @returns {RunSummary} */
function readSummary(item) {
  const hasFailed = item.status === "failed" || (item.outcome && item.outcome !== "completed");
  return {
    id: item.execution_id,
    rootId: item.root_id,
    sessionId: item.session_id,
    kind: item.kind,
    title: item.title || item.question,
    question: item.question,
    isPinned: item.is_pinned,
    status: isUnderWay(item.status) ? "running" : hasFailed ? "failed" : "done",
    outcome: item.outcome,
    durationMs: item.execution_time_ms,
    values: item.parameters,
    createdAt: item.created_at,
  };
}

const isUnderWay = (status) => ["pending", "running"].includes(status);
const data = (answer) => answer.data;
