// Asks one question and shows the answer. Whatever a model or a vendor wrote becomes text nodes only.
const main = document.querySelector("main");
const form = document.querySelector("form");
const box = document.querySelector("#question");
const ask = document.querySelector("#ask");
const stop = document.querySelector("#stop");
const progress = document.querySelector("#progress");
const card = document.querySelector("#answer");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!ask.disabled) answerQuestion(box.value);
});

box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

async function answerQuestion(question) {
  const aborting = new AbortController();
  const began = performance.now();
  const elapsed = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  const ticking = setInterval(() => (progress.textContent = `Still working, ${elapsed()}`), 10_000);
  stop.onclick = () => aborting.abort();
  enterState("running", "Working on the answer");
  try {
    const body = await postQuestion(question, aborting.signal);
    const isAnswered = body.success && body.status === "success";
    const description = body.success ? describeAnswer(body.data) : describeRefusal(body);
    card.replaceChildren(element("p", question, "muted"), ...description);
    enterState(isAnswered ? "result" : "error", `${isAnswered ? "Answered" : "Ended"} in ${elapsed()}`);
  } catch (error) {
    const isStopped = error.name === "AbortError";
    const title = isStopped ? `Stopped after ${elapsed()}` : "The server did not answer";
    card.replaceChildren(element("h2", title), element("p", "The question is kept in the box: ask again."));
    enterState(isStopped ? "stopped" : "error", "");
  } finally {
    clearInterval(ticking);
  }
}

async function postQuestion(question, signal) {
  const reply = await fetch("/analyze", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question }),
    signal,
  });
  return reply.json();
}

function enterState(state, message) {
  const isRunning = state === "running";
  main.dataset.state = state;
  progress.textContent = message;
  ask.disabled = isRunning;
  stop.hidden = !isRunning;
  card.hidden = isRunning || state === "empty";
}

function describeAnswer(analysis) {
  const run = analysis.execution;
  const calls = run?.metadata.tool_calls ?? [];
  return [
    ...(run?.success ? describeResult(run.result) : describeFailure(run)),
    ...describeList("Warnings", [...analysis.warnings, ...(run?.metadata.warnings ?? [])], "warning"),
    ...describeList("Tool calls", calls.map(describeCall)),
    describeScript(analysis.python_code),
    ...describeOrigin(calls),
  ];
}

function describeResult(result) {
  return [element("h2", result?.description ?? "The script ran"), ...describeFigures(result?.body)];
}

function describeFailure(run) {
  if (!run) return [element("h2", "The script was written but not run")];
  return [
    element("h2", `The script did not complete (${run.outcome.replaceAll("_", " ")})`, "failed"),
    element("p", run.error?.message ?? ""),
    ...describeList("Problems", run.findings.map((each) => `Line ${each.line}: ${each.message} ${each.hint}`)),
    ...describeList("What you can do", run.recovery_suggestions),
  ];
}

function describeRefusal({ error, recovery_suggestions }) {
  const { missing, nearest_question } = error.details;
  return [
    element("h2", error.message, "failed"),
    ...(missing && missing !== error.message ? [element("p", `Missing: ${missing}`)] : []),
    ...(nearest_question
      ? [element("p", `The nearest question that can be answered: ${nearest_question}`)]
      : describeList("What you can do", recovery_suggestions)),
  ];
}

function describeFigures(rows) {
  if (!Array.isArray(rows) || !rows.length) return [];
  const list = document.createElement("dl");
  for (const row of rows) {
    const tile = document.createElement("div");
    const direction = row.is_change ? { 1: "up", "-1": "down" }[Math.sign(row.value)] ?? "" : "";
    tile.append(element("dt", row.key), element("dd", formatFigure(row), `value ${direction}`));
    tile.append(element("dd", row.description ?? "", "what"));
    list.append(tile);
  }
  return [list];
}

function formatFigure({ value, format, unit, is_change }) {
  if (value === null || value === undefined) return "no data";
  if (typeof value !== "number") return typeof value === "object" ? JSON.stringify(value) : String(value);
  const decimals = { percent: [2, 2], currency: [2, 2], integer: [0, 0] };
  const [fewest, most] = decimals[format] ?? [0, Math.abs(value) < 0.01 ? 8 : 4];
  const number = (format === "percent" ? 100 * value : value).toLocaleString(undefined, {
    minimumFractionDigits: fewest,
    maximumFractionDigits: most,
    signDisplay: is_change ? "exceptZero" : "auto",
  });
  const arrow = is_change && value !== 0 ? (value > 0 ? "▲ " : "▼ ") : "";
  return `${arrow}${number}${format === "percent" ? " %" : unit ? ` ${unit}` : ""}`;
}

function describeCall({ tool, arguments: given, metadata, duration_ms, cache_hit, error }) {
  const time = cache_hit ? "from cache" : `${Math.round(duration_ms)} ms`;
  const asOf = metadata.as_of ? `as of ${metadata.as_of}` : "";
  const origin = error ? [error.message] : [metadata.source, asOf];
  const written = Object.entries(given).map(([name, value]) => `${name}=${cut(JSON.stringify(value))}`);
  return [`${tool}(${written.join(", ")})`, ...origin, time].filter(Boolean).join(" · ");
}

function cut(text) {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function describeOrigin(calls) {
  const sources = [...new Set(calls.map((call) => call.metadata.source).filter(Boolean))];
  const newest = calls.map((call) => call.metadata.as_of).filter(Boolean).sort().at(-1);
  if (!sources.length) return [];
  const origin = `${sources.join(", ")} data${newest ? ` as of ${newest}` : ""}`;
  return [element("p", `Computed from ${origin}. Not investment advice.`, "muted")];
}

function describeScript(source) {
  const folded = document.createElement("details");
  folded.append(element("summary", "Script"), element("pre", source));
  return folded;
}

function describeList(title, lines, className = "") {
  if (!lines.length) return [];
  const list = document.createElement("ul");
  list.append(...lines.map((line) => element("li", line, className)));
  return [element("h3", title), list];
}

function element(name, text, className = "") {
  const node = document.createElement(name);
  node.textContent = text;
  node.className = className;
  return node;
}
