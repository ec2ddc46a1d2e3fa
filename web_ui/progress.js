// What happens to a question, as steps: the events of an execution, added up.

/**
 * @typedef {object} Call a tool call as it is seen while it runs
 * @property {string} tool
 * @property {Record<string, any>} arguments
 * @property {boolean} isDone
 * @property {boolean} isFailed
 * @property {boolean} isCached
 * @property {number|null} durationMs
 * @property {number|null} rowCount
 * @property {string} problem
 *
 * @typedef {object} Step
 * @property {"understand"|"write"|"check"|"run"} name
 * @property {string} title
 * @property {string} detail
 * @property {"active"|"done"|"failed"} state
 *
 * @typedef {object} Progress
 * @property {number} sequence of the last event heard
 * @property {number} heardAt when, in milliseconds of `performance.now()`
 * @property {number} startedAt
 * @property {Step[]} steps
 * @property {Call[]} calls
 * @property {string[]} repairs what was wrong with scripts that were mended
 * @property {string} computing the step that the script itself has told
 * @property {import("./page_state.js").Phase} phase
 * @property {number} [stoppedMs] after which it was stopped
 */

/** @param {import("./page_state.js").Phase} [phase] @returns {Progress} */
export function startProgress(phase = "expanding") {
  const now = performance.now();
  return {
    sequence: 0,
    heardAt: now,
    startedAt: now,
    steps: [],
    calls: [],
    repairs: [],
    computing: "",
    phase,
  };
}

const CHECKING = "Checking the script";
const RUNNING = "Running the script";

/** What each kind of event changes. Kinds that are not here are ignored. */
const CHANGES = {
  accepted: (progress) => begin(progress, "expanding", "understand", "Checking the question"),
  understood: (progress, { question, expanded_question }) =>
    finish(
      progress,
      "understand",
      "Understood the question",
      expanded_question === question ? "" : (expanded_question ?? ""),
    ),
  reused: (progress) =>
    finish(begin(progress, "generating", "write", ""), "write", "Took a script that has proven itself", ""),
  writing: (progress, { attempt = 1 }) =>
    begin(progress, "generating", "write", attempt > 1 ? "Mending the script" : "Writing the script"),
  script_grown: (progress, { lines }) => detail(progress, "write", `${lines} lines`),
  written: (progress, { lines, model }) =>
    finish(
      progress,
      "write",
      "Wrote the script",
      [lines && `${lines} lines`, model].filter(Boolean).join(", "),
    ),
  validating: (progress) => begin(progress, "validating", "check", CHECKING),
  validated: (progress, { valid = true }) =>
    valid ? finish(progress, "check", checkedTitle(progress), "") : progress,
  repairing: (progress, { problem = "" }) => ({ ...progress, repairs: [...progress.repairs, problem] }),
  running: (progress) => ({
    ...begin(finish(progress, "check", checkedTitle(progress), ""), "running", "run", RUNNING),
    calls: [],
  }),
  tool_call_started: (progress, { tool, arguments: given = {} }) => ({
    ...progress,
    calls: [...progress.calls, startCall(tool, given)],
  }),
  tool_call_finished: (progress, { call = {} }) => ({ ...progress, calls: finishCall(progress.calls, call) }),
  step: (progress, { text = "" }) => ({ ...progress, computing: text }),
  finished: (progress, { outcome }) =>
    endSteps(progress, outcome && outcome !== "completed" ? "failed" : "done"),
  failed: (progress) => endSteps(progress, "failed"),
};

/**
 * `progress` after one more event; one that was heard before, or is of an unknown kind, changes nothing but
 * the clock.
 * @param {Progress} progress
 * @param {any} event
 * @returns {Progress}
 */
export function addEvent(progress, event) {
  if (!event || event.sequence <= progress.sequence) return progress;
  const heard = { ...progress, sequence: event.sequence ?? progress.sequence, heardAt: performance.now() };
  return CHANGES[event.type]?.(heard, event.data ?? {}) ?? heard;
}

/**
 * The same steps for an answer that came without events, or after a reload.
 * @param {import("./api.js").Run} run
 * @returns {Progress}
 */
export function progressOf(run) {
  const mended = run.attempts.filter((attempt) => attempt.problem).map((attempt) => attempt.problem);
  const isRefused = run.findings.length && !run.outcome;
  const isBroken = run.outcome && run.outcome !== "completed";
  const steps = [
    {
      name: "understand",
      title: "Understood the question",
      detail: run.expanded === run.question ? "" : run.expanded,
      state: "done",
    },
    {
      name: "write",
      title: run.reusedFrom ? "Took a script that has proven itself" : "Wrote the script",
      detail: run.model,
      state: "done",
    },
    {
      name: "check",
      title: isRefused ? CHECKING : checkedTitle({ repairs: mended }),
      detail: "",
      state: isRefused ? "failed" : "done",
    },
    {
      name: "run",
      title: isBroken ? RUNNING : "Ran the script",
      detail: "",
      state: isBroken ? "failed" : "done",
    },
  ];
  const shown = run.script ? (run.outcome ? steps : steps.slice(0, 3)) : steps.slice(0, 1);
  return {
    ...startProgress("result"),
    steps: shown,
    calls: run.calls.reduce(
      (calls, call) => finishCall([...calls, startCall(call.tool, call.arguments)], call),
      [],
    ),
    repairs: mended,
  };
}

/** What is happening now, in a few words for speech. @param {Progress} progress */
export function describeNow(progress) {
  const open = progress.calls.filter((call) => !call.isDone);
  const active = progress.steps.find((step) => step.state === "active");
  if (open.length)
    return `Fetching ${wordsOf(open[0].tool)}, ${progress.calls.indexOf(open[0]) + 1} of ${progress.calls.length}`;
  if (active?.name === "run" && progress.calls.length)
    return progress.computing ? `Computing: ${progress.computing}` : "Computing";
  return active?.title ?? progress.steps.at(-1)?.title ?? "Checking the question";
}

/** The name of a tool as words. @param {string} tool */
export function wordsOf(tool) {
  return String(tool)
    .replace(/^(alpaca|eodhd)_(market_)?/, "")
    .replaceAll("_", " ");
}

function checkedTitle({ repairs }) {
  return repairs.length
    ? `Repaired ${repairs.length} problem${repairs.length === 1 ? "" : "s"}`
    : "Checked the script";
}

function begin(progress, phase, name, title) {
  const others = progress.steps
    .filter((step) => step.name !== name)
    .map((step) => ({ ...step, state: step.state === "active" ? "done" : step.state }));
  return { ...progress, phase, steps: [...others, { name, title, detail: "", state: "active" }] };
}

function finish(progress, name, title, text) {
  return {
    ...progress,
    steps: progress.steps.map((step) =>
      step.name === name ? { ...step, title, detail: text, state: "done" } : step,
    ),
  };
}

function detail(progress, name, text) {
  return {
    ...progress,
    steps: progress.steps.map((step) => (step.name === name ? { ...step, detail: text } : step)),
  };
}

function endSteps(progress, state) {
  return {
    ...progress,
    steps: progress.steps.map((step) =>
      step.state === "active"
        ? { ...step, state, title: step.name === "run" && state === "done" ? "Ran the script" : step.title }
        : step,
    ),
  };
}

function startCall(tool, given) {
  return {
    tool,
    arguments: given ?? {},
    isDone: false,
    isFailed: false,
    isCached: false,
    durationMs: null,
    rowCount: null,
    problem: "",
  };
}

function finishCall(calls, call) {
  const key = JSON.stringify(call.arguments);
  const place = calls.findIndex(
    (each) => !each.isDone && each.tool === call.tool && JSON.stringify(each.arguments) === key,
  );
  const done = {
    ...startCall(call.tool, call.arguments),
    isDone: true,
    isFailed: call.success === false,
    isCached: call.cache_hit === true,
    durationMs: call.duration_ms ?? null,
    rowCount: call.row_count ?? null,
    problem: call.error?.message ?? "",
  };
  return place < 0 ? [...calls, done] : calls.with(place, done);
}
