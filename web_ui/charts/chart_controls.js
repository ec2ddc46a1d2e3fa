// The buttons above a chart: ranges, logarithmic scale, the run before, picture, data.

import { button, element } from "../elements.js";

const DAY = 86_400_000;
/** @type {[string, number][]} name and days */
const RANGES = [
  ["1M", 30.5],
  ["3M", 91],
  ["6M", 182],
  ["1Y", 365.25],
];

/**
 * @param {import("./chart_data.js").ChartData} data
 * @param {import("./price_chart.js").PriceChart} chart
 */
export function drawControls(data, chart) {
  const groups = [rangeButtons(data, chart), viewButtons(data, chart)];
  return element("div", { class: "chart-controls" }, groups.filter(Boolean));
}

/**
 * The windows that a time axis offers, as far as its data reach.
 * @param {import("./chart_data.js").ChartData} data
 * @returns {{name: string, window: [number, number]}[]}
 */
export function rangesOf(data) {
  if (data.axis !== "time" || data.type === "scatter" || data.xs.length < 3) return [];
  const last = data.xs.length - 1;
  const fitting = RANGES.filter(([, days]) => data.xs[last] - data.xs[0] > days * DAY);
  const windows = fitting.map(([name, days]) => ({
    name,
    window: [data.xs.findIndex((x) => x >= data.xs[last] - days * DAY), last],
  }));
  return windows.length ? [...windows, { name: "All", window: [0, last] }] : [];
}

/**
 * Whether its values can stand on a logarithmic scale: prices, all positive.
 * @param {import("./chart_data.js").ChartData} data
 */
export function canBeLogarithmic(data) {
  if (!["line", "candlestick"].includes(data.type) || data.format === "percent") return false;
  const lists = [...data.lines.map((line) => line.values), ...(data.candles ? [data.candles.low] : [])];
  return (
    lists.some((values) => values.length) &&
    lists.every((values) => values.every((value) => value === null || value > 0))
  );
}

function rangeButtons(data, chart) {
  const ranges = rangesOf(data);
  if (!ranges.length) return null;
  const isShown = ({ window }) => window[0] === chart.view.window[0] && window[1] === chart.view.window[1];
  return element(
    "div",
    { class: "button-row", role: "group", "aria-label": "Range" },
    ranges.map((range) =>
      button(range.name, () => chart.zoomTo(range.window), {
        class: "small",
        "aria-pressed": isShown(range),
      }),
    ),
  );
}

function viewButtons(data, chart) {
  const toggle = (name, text, isOn) =>
    button(text, () => chart.toggle(name), { class: "small", "aria-pressed": isOn, "data-toggle": name });
  return element(
    "div",
    { class: "button-row", role: "group", "aria-label": "View" },
    canBeLogarithmic(data) && toggle("isLog", "Log", chart.view.isLog),
    chart.hasPrevious && toggle("isPreviousShown", "Show previous run", chart.view.isPreviousShown),
    data.type !== "table" &&
      button("PNG", () => chart.savePicture(), { class: "small", "aria-label": "Save picture as PNG" }),
    button("CSV", () => chart.saveData(), { class: "small", "aria-label": "Save chart data as CSV" }),
    data.type !== "table" && toggle("isTableShown", "Data", chart.view.isTableShown),
  );
}
