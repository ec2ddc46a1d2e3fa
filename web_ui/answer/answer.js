// The answer: sentence, figures, actions, charts, follow-ups, and where it is from.

import { addressOf } from "../addresses.js";
import { giveFeedback } from "../api.js";
import { differenceOf } from "../difference.js";
import { button, element } from "../elements.js";
import { formatDate } from "../format.js";
import { failedCalls } from "../questions.js";
import { fileName, saveFile, toCsv } from "../saving.js";
import { drawFigures } from "./figures.js";
import { followUpsOf } from "./follow_ups.js";

const CSV_COLUMNS = ["key", "value", "unit", "format", "description", "reason"];

/**
 * The parts of the card.
 * @param {import("../page_state.js").Values} values @param {any} page
 * @returns {import("../elements.js").Child[]}
 */
export function drawAnswer(values, page) {
  const { run, previous, isDifferenceShown, phase } = values;
  const difference = previous ? differenceOf(run, previous) : null;
  const shown = isDifferenceShown ? difference : null;
  const isPartial = failedCalls(run).length > 0;
  const rows = run.result?.body ?? [];
  return [
    values.changed &&
      phase !== "rerunning" &&
      element("p", { class: "chip stale" }, "Parameters changed, not run"),
    isPartial && drawPartialNote(run, page),
    element(
      "h2",
      { id: "sentence", tabindex: "-1" },
      withWholeDates(run.result?.description || "The script ran and reported no sentence."),
    ),
    difference && drawDifference(difference, values, page),
    drawFigures(rows, { difference: shown, isPartial, onSource: (row) => page.showSource(row) }),
    drawWarnings(run),
    drawActions(run, page),
    drawCharts(run, previous),
    drawFollowUps(run, page),
    drawFeedback(run, page),
    element("p", { class: "muted origin" }, originOf(run)),
  ];
}

/**
 * "Computed from simulated data as of 20 Nov 2026. Not investment advice."
 * @param {import("../api.js").Run} run
 */
export function originOf(run) {
  const providers = [...new Set(run.calls.map((call) => call.metadata?.source).filter(Boolean))];
  const moments = run.calls
    .map((call) => call.metadata?.as_of)
    .filter(Boolean)
    .sort();
  const data = providers.length
    ? `Computed from ${providers.join(", ")} data`
    : "Computed without market data";
  return `${data}${moments.length ? ` as of ${formatDate(moments.at(-1))}` : ""}. Not investment advice.`;
}

/** A text whose dates do not break at the end of a line. @param {string} text */
function withWholeDates(text) {
  return text
    .split(/(\d{4}-\d{2}-\d{2})/)
    .map((part, place) => (place % 2 ? element("span", { class: "whole" }, part) : part));
}

function drawPartialNote(run, page) {
  const failed = failedCalls(run);
  const names = failed.map(({ tool, error }) => `${tool}: ${withoutName(error?.message ?? "no answer", tool)}`);
  const empty = (run.result?.body ?? []).filter((row) => row.value === null).map((row) => row.key);
  const effect = empty.length
    ? `Without it, ${empty.join(", ")} could not be computed.`
    : "The figures below were computed without it.";
  return element(
    "div",
    { class: "note amber" },
    element("p", {}, element("b", {}, "Answered in part. "), `${names.join("; ")}. ${effect}`),
    button("Try the failed part again", () => page.questions.rerun(run.values), { class: "small" }),
  );
}

/** Some messages begin with the tool's name themselves. */
const withoutName = (message, tool) => (message.startsWith(`${tool}: `) ? message.slice(tool.length + 2) : message);

function drawDifference(difference, values, page) {
  const flip = () => page.state.update({ isDifferenceShown: !values.isDifferenceShown });
  return element(
    "p",
    { class: "difference" },
    element("span", {}, difference.sentence),
    " ",
    button(values.isDifferenceShown ? "Hide changes" : "Show changes", flip, {
      class: "small",
      id: "toggle-difference",
    }),
  );
}

function drawWarnings(run) {
  const texts = [...new Set([...run.warnings, ...(run.label?.warnings ?? [])])];
  if (!texts.length) return null;
  return element(
    "ul",
    { class: "warnings" },
    texts.map((text) => element("li", {}, text)),
  );
}

function drawActions(run, page) {
  const name = run.result?.description || run.question;
  const csv = () =>
    saveFile(
      fileName(name, "csv", run.createdAt),
      toCsv([
        CSV_COLUMNS,
        ...(run.result?.body ?? []).map((row) => CSV_COLUMNS.map((name) => row[name])),
      ]),
    );
  const json = () =>
    saveFile(
      fileName(name, "json", run.createdAt),
      new Blob([JSON.stringify(exportOf(run), null, 2)], { type: "application/json" }),
    );
  return element(
    "div",
    { class: "button-row actions", role: "group", "aria-label": "Take away" },
    button("Copy link", () => page.copyLink(), { class: "small" }),
    button("CSV", csv, { class: "small" }),
    button("JSON", json, { class: "small" }),
    button("Print", () => print(), { class: "small" }),
  );
}

/** Everything about a run that a reader may want to keep. @param {import("../api.js").Run} run */
function exportOf(run) {
  return {
    question: run.question,
    expanded_question: run.expanded,
    execution_id: run.id,
    link: location.origin + addressOf(run.rootId, run.id),
    parameters: run.values,
    script: run.script,
    result: run.result,
    provenance: run.calls.map(({ tool, arguments: given, metadata, digest, cache_hit }) => ({
      tool,
      arguments: given,
      metadata,
      digest,
      cache_hit,
    })),
    versions: { model: run.model, created_at: run.createdAt },
  };
}

function drawCharts(run, previous) {
  const charts = run.result?.charts ?? [];
  return charts.map((chart, place) => {
    const node = element("price-chart");
    const show = () =>
      node.show(chart, { previous: previous?.result?.charts?.[place] ?? null, source: originOf(run) });
    void import("../charts/price_chart.js").then(() => node.isConnected && show());
    return node;
  });
}

function drawFollowUps(run, page) {
  return element(
    "div",
    { class: "follow-ups", role: "group", "aria-label": "Ask next" },
    followUpsOf(run).map((text) => button(text, () => page.askBox.fill(text), { class: "chip" })),
  );
}

function drawFeedback(run, page) {
  const host = element("div", { class: "feedback", role: "group", "aria-label": "Feedback" });
  const send = (isCorrect) => async () => {
    await giveFeedback(run.id, isCorrect, host.querySelector("input")?.value ?? "");
    host.replaceChildren(element("p", { class: "muted", role: "status" }, "Thank you, noted with this run."));
  };
  const ask = (isCorrect) => () => {
    const text = element("input", {
      type: "text",
      maxlength: "500",
      "aria-label": "What should we know? (optional)",
      placeholder: isCorrect ? "Anything to add? (optional)" : "What is wrong? (optional)",
    });
    host.replaceChildren(
      text,
      button("Send", send(isCorrect), { class: "small primary" }),
      button("Cancel", restore, { class: "small" }),
    );
    text.focus();
  };
  const restore = () =>
    host.replaceChildren(
      element("span", { class: "muted" }, "Was this right?"),
      button("Yes", ask(true), { class: "small" }),
      button("No", ask(false), { class: "small" }),
    );
  restore();
  if (run.trust === "confirmed" || run.trust === "withdrawn") {
    host.prepend(
      element("span", { class: "badge" }, run.trust === "confirmed" ? "Confirmed" : "Marked wrong"),
    );
  }
  return host;
}
