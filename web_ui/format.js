// Numbers and dates as the reader's language writes them, for the eye and for speech.

const LOCALE = navigator.language || "en-GB";
const DATE_LOCALE = LOCALE.startsWith("en") ? "en-GB" : LOCALE; // "20 Nov 2026" everywhere in English
const NBSP = "\u00a0";
const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;
const numbers = new Map();

/**
 * @typedef {object} Figure a value as it arrives: `percent` values are fractions
 * @property {any} value
 * @property {string|null} [format] percent, currency, number, integer, date or text
 * @property {string|null} [unit]
 * @property {boolean} [is_change]
 *
 * @typedef {object} Shown
 * @property {string} text what stands on the page
 * @property {string} full the same in full precision
 * @property {string} spoken what a screen reader says
 * @property {"up"|"down"|""} direction
 */

/** @param {Figure} figure @returns {Shown} */
export function formatFigure({ value, format, unit, is_change = false }) {
  if (value === null || value === undefined || value === "") return plain("no data");
  if (typeof value === "boolean") return plain(value ? "yes" : "no");
  if (typeof value === "object") return plain(JSON.stringify(value));
  if (format === "date" || (typeof value === "string" && format !== "text" && isDate(value))) {
    return { ...plain(formatDate(value)), full: String(value) };
  }
  // A number that is a text, such as a year, is written as it is.
  return typeof value === "number" && format !== "text"
    ? formatNumber(value, format, unit, is_change)
    : plain(String(value));
}

/**
 * `value` in the style of its column.
 * @param {any} value
 * @param {string|null} [format]
 * @param {string|null} [unit]
 */
export function formatCell(value, format, unit) {
  return formatFigure({ value, format, unit }).text;
}

/**
 * A tick of an axis, no more exact than `step` asks for.
 * @param {number} value
 * @param {number} step
 * @param {string|null} [format]
 */
export function formatTick(value, step, format) {
  const factor = format === "percent" ? 100 : 1;
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step * factor) + 1e-9)));
  if (factor === 1 && Math.abs(value) >= 1e6)
    return number({ notation: "compact", maximumFractionDigits: 2 }).format(value);
  const text = number({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(
    value * factor,
  );
  return factor === 100 ? `${text}${NBSP}%` : text;
}

/** "20 Nov 2026", with the time of day where there is one. @param {string|number|Date} moment */
export function formatDate(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.valueOf())) return String(moment);
  const hasTime = date.valueOf() % 86_400_000 !== 0;
  const style = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  const time = hasTime ? { hour: "2-digit", minute: "2-digit", hour12: false } : {};
  return new Intl.DateTimeFormat(DATE_LOCALE, { ...style, ...time }).format(date);
}

/** A moment of this reader's own day. @param {string} moment */
export function formatLocalTime(moment) {
  const style = {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  };
  return new Intl.DateTimeFormat(DATE_LOCALE, style).format(new Date(moment));
}

/** "3 minutes ago". @param {string} moment */
export function formatAge(moment) {
  const seconds = Math.max(0, (Date.now() - new Date(moment).valueOf()) / 1000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ]) {
    if (seconds >= size) return words.format(-Math.floor(seconds / size), unit);
  }
  return "just now";
}

/** @param {number} milliseconds */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}${NBSP}ms`;
  return `${number({ maximumFractionDigits: 1 }).format(milliseconds / 1000)}${NBSP}s`;
}

/** @param {number} count @param {string} one */
export function countOf(count, one) {
  return `${number({}).format(count)} ${one}${count === 1 ? "" : "s"}`;
}

/** @param {unknown} text */
export function isDate(text) {
  return typeof text === "string" && ISO_DATE.test(text) && !Number.isNaN(Date.parse(text));
}

function formatNumber(value, format, unit, isChange) {
  const isPercent = format === "percent";
  const shown = isPercent ? value * 100 : value;
  const style = { ...decimalsFor(shown, format), signDisplay: isChange ? "exceptZero" : "auto" };
  const direction = isChange && value !== 0 ? (value > 0 ? "up" : "down") : "";
  const isCurrency = format === "currency" && /^[A-Z]{3}$/.test(unit ?? "");
  const currency = isCurrency ? { style: "currency", currency: unit } : {};
  const suffix = isPercent ? `${NBSP}%` : "";
  const unitText = unit && !isCurrency ? `${NBSP}${unit}` : "";
  const arrow = { up: "▲ ", down: "▼ ", "": "" }[direction];
  const exact = number({ maximumSignificantDigits: 17 }).format(shown);
  return {
    text: `${arrow}${number({ ...style, ...currency }).format(shown)}${suffix}${unitText}`,
    full: `${exact}${suffix}${unitText}`,
    spoken: speak(shown, direction, style, isPercent, unit),
    direction,
  };
}

function speak(value, direction, style, isPercent, unit) {
  const size = number({ ...style, signDisplay: direction ? "never" : "auto" })
    .format(value)
    .replace("-", "minus ");
  return [direction, size, isPercent ? "percent" : "", unit ?? ""].filter(Boolean).join(" ");
}

function decimalsFor(value, format) {
  if (format === "integer") return { maximumFractionDigits: 0 };
  if (format === "percent") return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  if (format === "currency")
    return { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 };
  if (Number.isInteger(value)) return { maximumFractionDigits: 0 };
  if (Math.abs(value) >= 1)
    return { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 };
  return { maximumSignificantDigits: 4 };
}

function number(style) {
  const key = JSON.stringify(style);
  if (!numbers.has(key)) numbers.set(key, new Intl.NumberFormat(LOCALE, style));
  return numbers.get(key);
}

function plain(text) {
  return { text, full: text, spoken: text, direction: "" };
}
