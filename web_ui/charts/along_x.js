// Lines, areas, bars and candlesticks: everything whose values stand along one x axis.

import { shape } from "../elements.js";
import { formatDate, formatFigure } from "../format.js";
import { drawIndexAxis, drawValueAxis, round, valueAxisWidth, valueTicks } from "./axes.js";
import { drawBars, stackOf } from "./bars.js";
import { seriesClass } from "./chart_data.js";
import { drawCandles, drawVolume } from "./candles.js";
import { drawLine } from "./lines.js";
import { mergeBars } from "./merging.js";
import { extent, linearScale, logScale, widen } from "./scales.js";

const VOLUME_SHARE = 0.2;
const AXIS_HEIGHT = 28;

/**
 * @typedef {object} View how a reader looks at a chart
 * @property {number} width
 * @property {number} height
 * @property {[number, number]} window first and last index shown
 * @property {boolean} isLog
 *
 * @typedef {{name: string, text: string, spoken: string, mark: string}} Entry one value in the legend;
 *   `mark` is a class
 *
 * @typedef {object} Drawing what every kind of chart gives to `price-chart`
 * @property {SVGElement[]} nodes
 * @property {number} count places that the crosshair can stand at
 * @property {number} latest the place whose values are shown without a crosshair
 * @property {(x: number, y: number) => number} nearest the place nearest to a pixel
 * @property {(place: number) => SVGElement[]} mark the crosshair at a place
 * @property {(place: number) => Entry[]} entries
 * @property {(place: number) => string} title
 * @property {(x: number) => number} [indexAt] the index of the data at a pixel, when it can be zoomed
 */

/** @param {import("./chart_data.js").ChartData} given @param {View} view @returns {Drawing} */
export function drawAlongX(given, view) {
  const { data, window, from } = mergeBars(given, view.window, Math.max(40, Math.floor(view.width - 70)));
  const [first, last] = window;
  const hasVolume = Boolean(data.candles?.volume.length);
  const bottom = view.height - AXIS_HEIGHT;
  const plotBottom = hasVolume ? bottom - (bottom - 8) * VOLUME_SHARE : bottom;
  const domain = domainOf(data, window, view.isLog);
  const ticks = valueTicks(domain, plotBottom - 8, view.isLog);
  const frame = {
    left: 2,
    right: view.width - valueAxisWidth(ticks, data.format),
    top: 8,
    bottom: plotBottom,
  };
  const place = view.isLog
    ? logScale(domain, [frame.bottom, frame.top])
    : linearScale(domain, [frame.bottom, frame.top]);
  const horizontal = indexScale(data, window, frame);
  const scene = { data, first, last, frame, place, horizontal };
  const whole = { ...frame, bottom };
  return {
    nodes: [
      ...drawValueAxis(ticks, place, frame, data.format),
      ...drawIndexAxis(data, window, horizontal.at, whole),
      ...(hasVolume ? [drawVolume(scene, bottom)] : []),
      ...drawMarks(scene),
    ],
    count: last - first + 1,
    latest: last - first,
    nearest: (x) => horizontal.nearest(x) - first,
    mark: (at) => drawCrosshair(scene, first + at, bottom),
    entries: (at) => entriesAt(data, first + at),
    title: (at) => titleAt(data, first + at),
    indexAt: (x) => from[horizontal.nearest(x)],
  };
}

function drawMarks(scene) {
  const { data } = scene;
  const own = data.lines.filter((line) => !line.isPrevious);
  const previous = data.lines.filter((line) => line.isPrevious);
  const dashed = previous.map((line) => drawLine(scene, line.values, "previous"));
  if (data.candles)
    return [
      ...drawCandles(scene),
      ...own.map((line, place) => drawLine(scene, line.values, seriesClass(place))),
      ...dashed,
    ];
  if (data.type === "bar") return [...drawBars(scene, own), ...dashed];
  return [
    ...own.map((line, place) => drawLine(scene, line.values, seriesClass(place), data.type === "area")),
    ...dashed,
  ];
}

function domainOf(data, [first, last], isLog) {
  const cut = (values) => values.slice(first, last + 1);
  const lists = data.lines.map((line) => cut(line.values));
  if (data.candles) lists.push(cut(data.candles.low), cut(data.candles.high));
  if (data.type === "bar" && data.isStacked)
    lists.push(
      ...stackOf(data.lines.filter((line) => !line.isPrevious))
        .flat()
        .map(cut),
    );
  const found = extent(lists) ?? [0, 1];
  if (isLog) return [found[0] * 0.95, found[1] * 1.05];
  return widen(found, data.type === "bar" || data.type === "area");
}

/** Where an index stands. Bars have equal places; lines stand at their moment. */
function indexScale(data, [first, last], { left, right }) {
  const isBanded = data.type === "bar" || data.candles !== null || data.axis === "category";
  const step = (right - left) / (last - first + 1);
  if (isBanded || first === last) {
    const at = (index) => left + (index - first + 0.5) * step;
    return { step, at, nearest: (x) => clamp(first + Math.floor((x - left) / step), first, last) };
  }
  const scale = linearScale([data.xs[first], data.xs[last]], [left + 4, right - 4]);
  return {
    step,
    at: (index) => scale(data.xs[index]),
    nearest: (x) => closest(data.xs, scale.invert(x), first, last),
  };
}

function closest(xs, value, first, last) {
  let [low, high] = [first, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] < value) low = middle;
    else high = middle;
  }
  return value - xs[low] <= xs[high] - value ? low : high;
}

function drawCrosshair({ data, place, horizontal, frame }, index, bottom) {
  const x = round(horizontal.at(index));
  const own = data.type === "bar" ? [] : data.lines;
  const dots = own
    .filter((line) => line.values[index] !== null)
    .map((line) =>
      shape("circle", {
        class: `dot ${markOf(data, line)}`,
        cx: x,
        cy: round(place(line.values[index])),
        r: 4,
      }),
    );
  return [shape("line", { class: "crosshair", x1: x, x2: x, y1: frame.top, y2: bottom }), ...dots];
}

function entriesAt(data, index) {
  const entry = (name, value, mark, format = data.format) => {
    const { text, spoken } = formatFigure({
      value,
      format: typeof value === "number" ? format : "text",
      unit: null,
    });
    return { name, text, spoken, mark };
  };
  const { candles } = data;
  const prices = candles
    ? ["open", "high", "low", "close"].map((name) => entry(name, candles[name][index], "none"))
    : [];
  if (candles?.volume.length) prices.push(entry("volume", candles.volume[index], "none", "integer"));
  return [...prices, ...data.lines.map((line) => entry(line.name, line.values[index], markOf(data, line)))];
}

function markOf(data, line) {
  return line.isPrevious
    ? "previous"
    : seriesClass(data.lines.filter((each) => !each.isPrevious).indexOf(line));
}

/** @param {import("./chart_data.js").ChartData} data @param {number} index */
export function titleAt(data, index) {
  return data.axis === "time" ? formatDate(data.xs[index]) : String(data.xs[index] ?? "");
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
