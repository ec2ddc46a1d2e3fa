// From values to pixels, and where ticks belong.

const LOG10_LIMIT = 1e-12;
const DAY = 86_400_000;
/** Steps of a time axis: unit, how many, about how many milliseconds. */
/** @type {[string, number, number][]} */
const TIME_STEPS = [
  ["minute", 1, 60_000],
  ["minute", 5, 300_000],
  ["minute", 15, 900_000],
  ["hour", 1, 3_600_000],
  ["hour", 4, 14_400_000],
  ["day", 1, DAY],
  ["day", 2, 2 * DAY],
  ["day", 7, 7 * DAY],
  ["day", 14, 14 * DAY],
  ["month", 1, 30 * DAY],
  ["month", 2, 61 * DAY],
  ["month", 3, 91 * DAY],
  ["month", 6, 182 * DAY],
  ["year", 1, 365 * DAY],
  ["year", 2, 730 * DAY],
  ["year", 5, 1826 * DAY],
  ["year", 10, 3652 * DAY],
  ["year", 20, 7305 * DAY],
];

/**
 * @typedef {((value: number) => number) & {invert: (pixel: number) => number, domain: [number, number]}}
 *   Scale
 */

/** @param {[number, number]} domain @param {[number, number]} range @returns {Scale} */
export function linearScale([low, high], [from, to]) {
  const span = high - low || 1;
  const scale = (value) => from + ((value - low) / span) * (to - from);
  return Object.assign(scale, {
    invert: (pixel) => low + ((pixel - from) / (to - from)) * span,
    domain: [low, high],
  });
}

/** @param {[number, number]} domain both positive @param {[number, number]} range @returns {Scale} */
export function logScale([low, high], range) {
  const inner = linearScale([Math.log10(low), Math.log10(high)], range);
  const scale = (value) => inner(Math.log10(Math.max(value, LOG10_LIMIT)));
  return Object.assign(scale, { invert: (pixel) => 10 ** inner.invert(pixel), domain: [low, high] });
}

/**
 * The least and the greatest of many lists, or null.
 * @param {Iterable<number|null>[]} lists
 * @returns {[number, number]|null}
 */
export function extent(lists) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of lists) {
    for (const value of values) {
      if (value === null || value === undefined) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * `domain` with a little air, zero included on demand.
 * @param {[number, number]} domain
 * @param {boolean} hasZero
 * @returns {[number, number]}
 */
export function widen([low, high], hasZero) {
  const [bottom, top] = hasZero ? [Math.min(low, 0), Math.max(high, 0)] : [low, high];
  const air = (top - bottom || Math.abs(top) || 1) * 0.06;
  return [hasZero && bottom === 0 ? 0 : bottom - air, hasZero && top === 0 ? 0 : top + air];
}

/**
 * Round values inside `domain`, and the step between them.
 * @param {[number, number]} domain
 * @param {number} count
 */
export function roundTicks([low, high], count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((part) => part * power).find((size) => size >= rough) ?? rough;
  const values = [];
  for (let place = Math.ceil(low / step); place * step <= high + step * 1e-9; place += 1)
    values.push(place * step);
  return { step, values };
}

/**
 * Ticks of a logarithmic axis: 1, 2 and 5 of each power, or round ones when the range is narrow.
 * @param {[number, number]} domain
 * @param {number} count
 */
export function logTicks([low, high], count) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const part of [1, 2, 5]) values.push(part * 10 ** power);
  }
  const inside = values.filter((value) => value >= low && value <= high);
  if (inside.length < 3) return roundTicks([low, high], count);
  return {
    step: inside[0],
    values: inside.filter((_, index) => index % Math.ceil(inside.length / (count + 2)) === 0),
  };
}

/**
 * Beginnings of days, months or years between two moments.
 * @param {number} from
 * @param {number} to
 * @param {number} count at most about so many
 */
export function timeTicks(from, to, count) {
  const rough = (to - from) / Math.max(1, count);
  const [unit, size] = TIME_STEPS.find(([, , length]) => length >= rough) ?? TIME_STEPS.at(-1);
  const ticks = [];
  for (let at = floorTime(from, unit, size); at <= to; at = nextTime(at, unit, size)) {
    if (at >= from) ticks.push({ at, text: timeText(at, unit) });
  }
  const isYearTold = unit === "year" || ticks.some(({ text }) => /^\d{4}$/.test(text));
  if (ticks.length && !isYearTold) ticks[0].text += ` ${new Date(ticks[0].at).getUTCFullYear()}`;
  return ticks;
}

function floorTime(at, unit, size) {
  const date = new Date(at);
  if (unit === "year") return Date.UTC(Math.floor(date.getUTCFullYear() / size) * size, 0);
  if (unit === "month") return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / size) * size);
  const step = { minute: 60_000, hour: 3_600_000, day: DAY }[unit] * size;
  return Math.floor(at / step) * step;
}

function nextTime(at, unit, size) {
  const date = new Date(at);
  if (unit === "year") return Date.UTC(date.getUTCFullYear() + size, 0);
  if (unit === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + size);
  return at + { minute: 60_000, hour: 3_600_000, day: DAY }[unit] * size;
}

function timeText(at, unit) {
  const date = new Date(at);
  const text = (style) => date.toLocaleString("en-GB", { ...style, timeZone: "UTC" });
  if (unit === "year" || (unit === "month" && date.getUTCMonth() === 0)) return String(date.getUTCFullYear());
  if (unit === "month") return text({ month: "short" });
  const isMidnight = at % DAY === 0;
  return unit === "day" || isMidnight
    ? text({ day: "numeric", month: "short" })
    : text({ hour: "2-digit", minute: "2-digit" });
}
