// What a chart shows, in words for those who do not see it.

import { countOf, formatCell, formatDate } from "../format.js";
import { extent } from "./scales.js";

const NAMES = {
  line: "Line chart",
  area: "Area chart",
  candlestick: "Candlestick chart",
  bar: "Bar chart",
  scatter: "Scatter plot",
  histogram: "Histogram",
  heatmap: "Heat map",
  pie: "Pie chart",
  table: "Table",
};

/**
 * Title, kind, first and last place and value, lowest and highest.
 * @param {import("./chart_data.js").ChartData} data
 */
export function describeChart(data) {
  return [data.title && `${data.title}.`, `${NAMES[data.type]}.`, ...describeData(data)]
    .filter(Boolean)
    .join(" ");
}

function describeData(data) {
  const value = (number) => formatCell(number, data.format);
  if (data.grid) {
    const [low, high] = extent(data.grid.values) ?? [null, null];
    return [
      `${countOf(data.grid.rows.length, "row")}, ${countOf(data.grid.columns.length, "column")}, lowest ${value(low)}, highest ${value(high)}.`,
    ];
  }
  if (data.type === "scatter")
    return data.points.map(
      (each) => `${each.name}: ${countOf(each.x.length, "point")}, ${rangeOf(each.y, value)}.`,
    );
  if (data.type === "histogram")
    return data.lines.map(
      (line) => `${line.name}: ${countOf(line.values.length, "value")}, ${rangeOf(line.values, value)}.`,
    );
  if (data.type === "pie")
    return [data.xs.map((name, place) => `${name} ${value(data.lines[0]?.values[place])}`).join(", ") + "."];
  const lines = data.candles
    ? [
        { name: "close", values: data.candles.close, low: data.candles.low, high: data.candles.high },
        ...data.lines,
      ]
    : data.lines;
  return lines.filter((line) => !line.isPrevious).map((line) => describeLine(line, data, value));
}

function describeLine(line, data, value) {
  const known = line.values
    .map((number, place) => ({ number, place }))
    .filter(({ number }) => number !== null);
  if (!known.length) return `${line.name}: no data.`;
  const at = ({ place }) => (data.axis === "time" ? formatDate(data.xs[place]) : String(data.xs[place]));
  const [first, last] = [known[0], known.at(-1)];
  const ends = `from ${value(first.number)} (${at(first)}) to ${value(last.number)} (${at(last)})`;
  return `${line.name}: ${ends}, ${rangeOf([...(line.low ?? line.values), ...(line.high ?? [])], value)}.`;
}

function rangeOf(values, value) {
  const [low, high] = extent([values]) ?? [null, null];
  return `lowest ${value(low)}, highest ${value(high)}`;
}
