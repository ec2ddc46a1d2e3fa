// Bars side by side or on top of one another, and the bins of a histogram.

import { shape } from "../elements.js";
import { round } from "./axes.js";
import { seriesClass } from "./chart_data.js";

const BINS_MAX = 40;
const WIDTH_MAX = 72;

/** @param {any} scene made by `along_x.js` @param {import("./chart_data.js").Line[]} lines */
export function drawBars({ data, place, horizontal, first, last }, lines) {
  const band = Math.min(
    horizontal.step * (horizontal.step > 6 ? 0.72 : 0.9),
    WIDTH_MAX * (data.isStacked ? 1 : lines.length),
  );
  const width = data.isStacked ? band : band / Math.max(1, lines.length);
  const stack = data.isStacked ? stackOf(lines) : null;
  return lines.map((line, number) => {
    const shift = data.isStacked ? -band / 2 : -band / 2 + number * width;
    const bars = [];
    for (let index = first; index <= last; index += 1) {
      if (line.values[index] === null) continue;
      const [from, to] = stack ? [stack[number][0][index], stack[number][1][index]] : [0, line.values[index]];
      const [top, bottom] = [place(Math.max(from, to)), place(Math.min(from, to))];
      const gap = width > 6 ? 1 : 0;
      const box = `H${round(horizontal.at(index) + shift + width - gap)}V${round(bottom)}H${round(horizontal.at(index) + shift)}Z`;
      bars.push(`M${round(horizontal.at(index) + shift)} ${round(top)}${box}`);
    }
    return shape("path", { class: `bars ${seriesClass(number)}`, d: bars.join("") });
  });
}

/**
 * For each line where its bars begin and end; what is negative goes down.
 * @param {import("./chart_data.js").Line[]} lines
 * @returns {[number[], number[]][]}
 */
export function stackOf(lines) {
  const length = lines[0]?.values.length ?? 0;
  const [ups, downs] = [new Array(length).fill(0), new Array(length).fill(0)];
  return lines.map(({ values }) => {
    const from = values.map((value, index) => ((value ?? 0) >= 0 ? ups[index] : downs[index]));
    const to = values.map((value, index) => from[index] + (value ?? 0));
    values.forEach((value, index) =>
      (value ?? 0) >= 0 ? (ups[index] = to[index]) : (downs[index] = to[index]),
    );
    return [from, to];
  });
}

/**
 * Counts of all `values` in bins of a round width (Freedman and Diaconis, 1981).
 * @param {number[]} values
 * @returns {{low: number, high: number, count: number}[]}
 */
export function binsOf(values) {
  const sorted = [...values].sort((left, right) => left - right);
  if (!sorted.length) return [];
  const quartile = (share) => sorted[Math.floor((sorted.length - 1) * share)];
  const [low, high] = [sorted[0], sorted.at(-1)];
  const rough = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(sorted.length) || (high - low) / 10 || 1;
  const width = roundUp(Math.max(rough, (high - low) / BINS_MAX));
  const start = Math.floor(low / width);
  const bins = Array.from({ length: Math.floor(high / width) - start + 1 }, (_, place) => ({
    low: (start + place) * width,
    high: (start + place + 1) * width,
    count: 0,
  }));
  for (const value of sorted) bins[Math.min(bins.length - 1, Math.floor(value / width) - start)].count += 1;
  return bins;
}

function roundUp(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 2.5, 5, 10].map((part) => part * power).find((step) => step >= size * (1 - 1e-9)) ?? size;
}
