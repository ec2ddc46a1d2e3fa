// Where an answer is from: providers, every data call, times and cost, and which calls move which figure.

import { exportRun, findProvenance, replay } from "../api.js";
import { ApiError, Unreachable } from "../http.js";
import { button, element } from "../elements.js";
import { countOf, formatDate, formatDuration } from "../format.js";
import { lineOfCall } from "./call_lines.js";
import { fileName, saveFile } from "../saving.js";

const STAGES = {
  understand: "Understanding",
  write: "Writing",
  validate: "Checking",
  reuse: "Reusing",
  run: "Running",
  present: "Presenting",
};

export class SourcesTab {
  #host;
  #page;
  #run = null;
  #provenance = null;
  #focus = element("div", { class: "provenance", role: "status" });

  /** @param {HTMLElement} host @param {any} page */
  constructor(host, page) {
    this.#host = host;
    this.#page = page;
  }

  /** @param {import("../page_state.js").Values} values */
  render({ run }) {
    if (run === this.#run) return;
    [this.#run, this.#provenance] = [run, null];
    this.#focus.replaceChildren();
    this.#host.replaceChildren(
      this.#focus,
      drawLabel(run),
      element("h3", {}, countOf(run.calls.length, "data call")),
      this.#drawCalls(run),
      drawTotals(run),
      this.#drawReplay(run),
    );
  }

  /** Bring a call into view. @param {number} place */
  showCall(place) {
    this.#host.querySelectorAll(".call.found").forEach((node) => node.classList.remove("found"));
    const node = this.#host.querySelector(`[data-call="${place}"]`);
    node?.classList.add("found");
    node?.scrollIntoView({ block: "nearest" });
  }

  /** Show which data calls a figure depends on. @param {any} row */
  async showSource(row) {
    const run = this.#run;
    this.#focus.replaceChildren(element("p", {}, `Looking for the source of “${row.key}”`));
    try {
      this.#provenance ??= await findProvenance(run.id);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      this.#focus.replaceChildren(
        element("p", {}, `The source of “${row.key}” could not be found: ${error.message}`),
      );
      return;
    }
    if (run === this.#run) this.#drawSource(row, callsOf(this.#provenance, row.id));
  }

  #drawSource(row, calls) {
    this.#host.querySelectorAll(".call").forEach((node) =>
      node.classList.toggle(
        "found",
        calls.some((each) => each.place === Number(node.dataset.call)),
      ),
    );
    const text = calls.length
      ? `“${row.key}” depends on ${countOf(calls.length, "data call")}:`
      : `“${row.key}” is not from data: no data call moves it.`;
    const items = calls.map(({ place, note }) =>
      element(
        "li",
        {},
        button(`Call ${place + 1}: ${this.#run.calls[place]?.tool ?? ""}`, () => this.showCall(place), {
          class: "small",
        }),
        " ",
        note,
      ),
    );
    this.#focus.replaceChildren(element("p", {}, text), ...(items.length ? [element("ul", {}, items)] : []));
  }

  #drawCalls(run) {
    const longest = Math.max(1, ...run.calls.map((call) => call.started_ms + call.duration_ms));
    return element(
      "ol",
      { class: "call-list" },
      run.calls.map((call, place) => {
        const line = lineOfCall(run.script, call.tool);
        return element(
          "li",
          { class: `call ${call.success === false ? "failed" : ""}`, "data-call": place },
          element(
            "p",
            {},
            element("b", {}, call.tool),
            line > 0 && button(`Line ${line}`, () => this.#page.showLine(line), { class: "small" }),
          ),
          element(
            "p",
            { class: "muted arguments" },
            Object.entries(call.arguments)
              .map(([name, value]) => `${name} = ${cut(JSON.stringify(value))}`)
              .join(", "),
          ),
          drawBar(call, longest),
          element("p", { class: "muted" }, factsOf(call)),
          call.error && element("p", { class: "problem" }, call.error.message),
        );
      }),
    );
  }

  #drawReplay(run) {
    const status = element("p", { role: "status" });
    const runReplay = async () => {
      status.textContent = "Replaying the recording";
      status.textContent = await described(async () => describeReplay(await replay(run.id)));
    };
    const save = async () => {
      status.textContent = await described(async () => {
        saveFile(fileName(run.question, "qna.json", run.createdAt), await exportRun(run.id));
        return "Saved. Anybody can run it again with qna replay.";
      });
    };
    return element(
      "div",
      { class: "replay" },
      element("h3", {}, "Recording"),
      element(
        "p",
        { class: "muted" },
        "Every data call is on tape, so this answer can be computed again to the byte.",
      ),
      element(
        "div",
        { class: "button-row" },
        button("Replay", runReplay, { id: "replay" }),
        button("Save recording", save),
      ),
      status,
    );
  }
}

/** "Identical", or the first place where the replay went another way. @param {any} report */
function describeReplay({ is_identical: isIdentical, divergences, changed_versions: versions }) {
  if (isIdentical) return "Identical: the recording gives the same answer, byte for byte.";
  const [first] = divergences;
  const place = first?.path || first?.tool;
  const changes = versions.map(({ name, recorded, now }) => `${name} was ${recorded}, is ${now}`);
  return [`Diverged${place ? ` at ${place}` : ""}: ${first?.message ?? ""}`, ...changes].join(". ");
}

async function described(action) {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ApiError || error instanceof Unreachable)
      return `That did not work: ${error.message}`;
    throw error;
  }
}

/** The calls that move the row `id`, by their places. */
function callsOf(provenance, id) {
  const found = provenance.values.find((value) => value.kind === "row" && value.id === id);
  return (found?.influences ?? []).map((influence) => ({
    place: influence.call,
    note: describeInfluence(influence),
  }));
}

function describeInfluence({ direction, elasticity, moves = [] }) {
  const size = typeof elasticity === "number" && elasticity !== 0;
  return [
    size && `1 % more there moves it by ${elasticity.toFixed(2)} %`,
    !size && direction && `moves it ${direction}`,
    moves.includes("place") && "decides its rank",
    moves.includes("presence") && "decides whether it is there",
  ]
    .filter(Boolean)
    .join(", ");
}

function drawLabel(run) {
  const known = (name) => [
    ...new Set(
      run.calls
        .map((call) => call.metadata?.[name])
        .filter((value) => value !== null && value !== undefined && value !== ""),
    ),
  ];
  const moments = known("as_of").sort();
  const facts = [
    ["Provider", known("source").join(", ")],
    ["Demo data", known("simulated").includes(true) ? "yes, from a simulated market" : ""],
    [
      "As of",
      moments.length > 1 && moments[0] !== moments.at(-1)
        ? `${formatDate(moments[0])} to ${formatDate(moments.at(-1))}`
        : moments.length
          ? formatDate(moments[0])
          : "",
    ],
    ["Feed", known("feed").join(", ")],
    ["Adjustment", known("adjustment").join(", ")],
    ["Currency", known("currency").join(", ")],
    [
      "Delay",
      known("delay")
        .map((seconds) => formatDuration(seconds * 1000))
        .join(", "),
    ],
    ["Market", known("market_state").join(", ")],
    ["Licence", known("licence").join(", ")],
    ["Rows", String(run.calls.reduce((sum, call) => sum + (call.row_count ?? 0), 0) || "")],
  ].filter(([, text]) => text);
  return element(
    "dl",
    { class: "facts" },
    facts.map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, text))),
  );
}

function drawBar(call, longest) {
  const bar = element(
    "div",
    {
      class: "time-bar",
      role: "img",
      "aria-label": `started after ${formatDuration(call.started_ms)}, took ${formatDuration(call.duration_ms)}`,
    },
    element("i"),
  );
  bar.style.setProperty("--from", `${(100 * call.started_ms) / longest}%`);
  bar.style.setProperty("--width", `${Math.max(1, (100 * call.duration_ms) / longest)}%`);
  return bar;
}

function factsOf(call) {
  const { metadata = {} } = call;
  const age = metadata.cache_age_seconds;
  const cache = call.cache_hit
    ? `from cache${typeof age === "number" ? `, ${Math.round(age)} s old` : ""}`
    : formatDuration(call.duration_ms);
  return [
    cache,
    call.row_count !== null && call.row_count !== undefined && countOf(call.row_count, "row"),
    metadata.source,
    metadata.endpoint,
    metadata.as_of && `as of ${formatDate(metadata.as_of)}`,
    metadata.retries && countOf(metadata.retries, "retry"),
  ]
    .filter(Boolean)
    .join(" · ");
}

function drawTotals(run) {
  const rows = run.stages.map(({ stage, duration_ms: time }) => [
    STAGES[stage] ?? stage,
    formatDuration(time),
  ]);
  const { usage } = run;
  const tokens =
    usage && usage.input_tokens + usage.output_tokens > 0
      ? `${countOf(usage.input_tokens, "token")} in, ${usage.output_tokens} out`
      : "";
  const facts = [
    ...rows,
    ["Total", formatDuration(run.durationMs)],
    ["Model", run.model],
    ["Tokens", tokens],
    ["Cost", typeof usage?.cost_usd === "number" && tokens ? `$${usage.cost_usd.toFixed(4)}` : ""],
  ].filter(([, text]) => text);
  return element(
    "div",
    {},
    element("h3", {}, "Time and cost"),
    element(
      "dl",
      { class: "facts" },
      facts.map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, text))),
    ),
  );
}

const cut = (text) => (text.length > 120 ? `${text.slice(0, 119)}…` : text);
