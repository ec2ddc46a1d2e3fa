// The frame of a plot: grid lines, ticks and their texts.

import { shape } from "../elements.js";
import { formatTick } from "../format.js";
import { logTicks, roundTicks, timeTicks } from "./scales.js";

const LABEL_WIDTH = 72;
const CHARACTER_WIDTH = 6.6;

/**
 * @typedef {object} Frame the inside of a plot in pixels
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 */

/**
 * Ticks of a value axis that is `height` pixels high.
 * @param {[number, number]} domain
 * @param {number} height
 * @param {boolean} isLog
 */
export function valueTicks(domain, height, isLog) {
  const count = Math.max(2, Math.round(height / 56));
  return isLog ? logTicks(domain, count) : roundTicks(domain, count);
}

/**
 * How wide the texts of the value axis are.
 * @param {{step: number, values: number[]}} ticks
 * @param {string|null} format
 */
export function valueAxisWidth(ticks, format) {
  const longest = Math.max(0, ...ticks.values.map((value) => formatTick(value, ticks.step, format).length));
  return Math.ceil(longest * CHARACTER_WIDTH) + 12;
}

/**
 * Horizontal lines with their values at the right.
 * @param {{step: number, values: number[]}} ticks
 * @param {(value: number) => number} place
 * @param {Frame} frame
 * @param {string|null} format
 */
export function drawValueAxis(ticks, place, frame, format) {
  return ticks.values.map((value) =>
    shape(
      "g",
      { class: value === 0 ? "tick zero" : "tick" },
      shape("line", { x1: frame.left, x2: frame.right, y1: round(place(value)), y2: round(place(value)) }),
      shape(
        "text",
        { x: frame.right + 8, y: round(place(value)), dy: "0.35em" },
        formatTick(value, ticks.step, format),
      ),
    ),
  );
}

/**
 * Texts under the plot: moments, numbers or names, no more than fit.
 * @param {import("./chart_data.js").ChartData} data @param {[number, number]} window
 * @param {(index: number) => number} placeIndex @param {Frame} frame
 */
export function drawIndexAxis(data, window, placeIndex, frame) {
  const room = Math.max(1, Math.floor((frame.right - frame.left) / LABEL_WIDTH));
  const ticks = data.axis === "time" ? timePlaces(data.xs, window, room) : evenPlaces(data, window, room);
  return drawTexts(
    ticks.map(({ index, text }) => ({ x: placeIndex(index), text })),
    frame,
  );
}

/**
 * Texts under a plot whose x axis is a scale.
 * @param {import("./scales.js").Scale} scale
 * @param {Frame} frame
 * @param {boolean} isTime
 * @param {string|null} [format]
 */
export function drawScaleAxis(scale, frame, isTime, format = null) {
  const room = Math.max(1, Math.floor((frame.right - frame.left) / LABEL_WIDTH));
  if (isTime)
    return drawTexts(
      timeTicks(...scale.domain, room).map(({ at, text }) => ({ x: scale(at), text })),
      frame,
    );
  const { step, values } = roundTicks(scale.domain, room);
  return drawTexts(
    values.map((value) => ({ x: scale(value), text: formatTick(value, step, format) })),
    frame,
  );
}

function drawTexts(ticks, frame) {
  let taken = -Infinity;
  const fitting = ticks.filter(({ x, text }) => {
    const half = (text.length * CHARACTER_WIDTH) / 2;
    if (x - half < taken || x + half > frame.right + 40) return false;
    taken = x + half + 10;
    return true;
  });
  const most = Math.max(
    4,
    Math.floor((frame.right - frame.left) / CHARACTER_WIDTH / Math.max(1, fitting.length)),
  );
  return fitting.map(({ x, text }) =>
    shape(
      "text",
      { class: "tick-text", x: round(x), y: frame.bottom + 18, "text-anchor": "middle" },
      shorten(text, most),
    ),
  );
}

function timePlaces(xs, [first, last], room) {
  let index = first;
  return timeTicks(xs[first], xs[last], room).map(({ at, text }) => {
    while (index < last && xs[index] < at) index += 1;
    return { index, text };
  });
}

function evenPlaces(data, [first, last], room) {
  const step = Math.max(1, Math.ceil((last - first + 1) / (data.axis === "category" ? room * 1.6 : room)));
  const places = [];
  for (let index = first; index <= last; index += step) places.push({ index, text: String(data.xs[index]) });
  return places;
}

/** @param {string} text @param {number} most */
export function shorten(text, most) {
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

/** Pixels to a tenth: shorter paths, the same picture. @param {number} pixels */
export function round(pixels) {
  return Math.round(pixels * 10) / 10;
}
