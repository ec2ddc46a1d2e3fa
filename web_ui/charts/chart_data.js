// A chart as a script returned it, in the one form that everything here draws, tells and tabulates.

import { isDate } from "../format.js";

/**
 * @typedef {object} Line values along `xs`; null is a gap
 * @property {string} name
 * @property {(number|null)[]} values
 * @property {boolean} [isPrevious] of the run before
 *
 * @typedef {object} Candles
 * @property {(number|null)[]} open
 * @property {(number|null)[]} high
 * @property {(number|null)[]} low
 * @property {(number|null)[]} close
 * @property {(number|null)[]} volume empty when there is none
 *
 * @typedef {object} ChartData
 * @property {string} type one of `TYPES`, or "table" when nobody can draw it
 * @property {string} givenType
 * @property {string} title
 * @property {string|null} format
 * @property {string|null} unit
 * @property {"time"|"number"|"category"} axis
 * @property {(number|string)[]} xs moments as milliseconds when the axis is time
 * @property {(number|string)[]} givenXs the same as they came
 * @property {Line[]} lines
 * @property {Candles|null} candles
 * @property {{name: string, x: number[], y: number[]}[]} points of a scatter
 * @property {{columns: string[], rows: string[], values: (number|null)[][]}|null} grid of a heat map
 * @property {boolean} isStacked
 */

export const TYPES = ["line", "area", "candlestick", "bar", "scatter", "histogram", "heatmap", "pie"];
const ALONG_X = ["line", "area", "candlestick", "bar"];

/**
 * @param {any} chart as in `schemas/result.py`
 * @param {any} [previous] the same chart of the run before
 * @returns {ChartData}
 */
export function readChart(chart, previous = null) {
  const series = list(chart.series).map(readSeries);
  const base = {
    type: TYPES.includes(chart.type) ? chart.type : "table",
    givenType: String(chart.type ?? "unknown"),
    title: String(chart.title ?? ""),
    format: chart.format ?? null,
    unit: chart.unit ?? null,
    axis: "category",
    xs: [],
    givenXs: [],
    lines: [],
    candles: null,
    points: [],
    grid: null,
    isStacked: chart.stacked === true,
  };
  if (chart.type === "heatmap") return { ...base, grid: readGrid(chart) };
  if (chart.type === "scatter") return readScatter(base, series);
  if (chart.type === "histogram")
    return { ...base, axis: "number", lines: series.map(({ name, y }) => ({ name, values: y })) };
  return readAlongX(
    base,
    chart,
    series,
    previous && ALONG_X.includes(chart.type) ? previousSeries(previous) : [],
  );
}

/** The class that gives series number `place` its colour and dashes. @param {number} place */
export function seriesClass(place) {
  return `series-${(place % 6) + 1}`;
}

function readAlongX(base, chart, series, previous) {
  const isCandles = chart.type === "candlestick";
  const own = isCandles ? [list(chart.x)] : [];
  const { axis, xs, givenXs, places } = joinXs([
    ...own,
    ...series.map(({ x }) => x),
    ...previous.map(({ x }) => x),
  ]);
  const spread = ({ name, x, y }) => ({ name, values: spreadValues(x, y, places, xs.length) });
  return {
    ...base,
    axis,
    xs,
    givenXs,
    candles: isCandles ? readCandles(chart, places, xs.length) : null,
    lines: [...series.map(spread), ...previous.map((line) => ({ ...spread(line), isPrevious: true }))],
  };
}

function previousSeries(chart) {
  const named = (line) => ({ ...line, name: `${line.name} (previous run)` });
  if (chart.type === "candlestick")
    return [named({ name: "close", x: list(chart.x), y: list(chart.close).map(number) })];
  return list(chart.series).map(readSeries).map(named);
}

function readSeries(series, place) {
  const y = list(series?.y).map(number);
  const x = list(series?.x);
  return {
    name: String(series?.name ?? `Series ${place + 1}`),
    x: x.length ? x : y.map((_, index) => index),
    y,
  };
}

function readCandles(chart, places, length) {
  const spread = (values) => spreadValues(list(chart.x), list(values).map(number), places, length);
  const volume = list(chart.volume).length ? spread(chart.volume) : [];
  return {
    open: spread(chart.open),
    high: spread(chart.high),
    low: spread(chart.low),
    close: spread(chart.close),
    volume,
  };
}

function readScatter(base, series) {
  const isTime = series.some(({ x }) => x.length) && series.every(({ x }) => x.every(isDate));
  const points = series.map(({ name, x, y }) => {
    const pairs = x.map((value, index) => [isTime ? Date.parse(value) : number(value), y[index]]);
    const known = pairs.filter(([left, right]) => left !== null && right !== null && right !== undefined);
    return { name, x: known.map(([left]) => left), y: known.map(([, right]) => right) };
  });
  return { ...base, axis: isTime ? "time" : "number", points };
}

function readGrid(chart) {
  const values = list(chart.z).map((row) => list(row).map(number));
  const columns = values[0]?.map((_, index) => String(list(chart.x)[index] ?? index + 1)) ?? [];
  return { columns, rows: values.map((_, index) => String(list(chart.y)[index] ?? index + 1)), values };
}

/**
 * The x values of all series in one order: sorted when they are moments or numbers, else as they first
 * came.
 */
function joinXs(all) {
  const every = [...new Set(all.flat())];
  const axis =
    every.length && every.every(isDate)
      ? "time"
      : every.length && every.every(Number.isFinite)
        ? "number"
        : "category";
  const toX = axis === "time" ? (value) => Date.parse(value) : (value) => value;
  if (axis !== "category") every.sort((left, right) => toX(left) - toX(right));
  return {
    axis,
    xs: every.map(axis === "category" ? String : toX),
    givenXs: every,
    places: new Map(every.map((x, place) => [x, place])),
  };
}

function spreadValues(x, y, places, length) {
  const values = new Array(length).fill(null);
  x.forEach((value, index) => (values[places.get(value)] = y[index] ?? null));
  return values;
}

const list = (value) => (Array.isArray(value) ? value : []);
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
