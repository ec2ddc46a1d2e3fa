// Many bars as few: what stands in one pixel column becomes one bar.

export const BARS_MAX = 2500;

/** @typedef {import("./chart_data.js").ChartData} ChartData */

/**
 * `data` between `first` and `last` with at most `columns` bars, when there are more than `BARS_MAX`;
 *   itself otherwise.
 * A merged bar opens with its first, closes with its last, and reaches from the lowest low to the highest
 *   high.
 * @param {ChartData} data @param {[number, number]} window @param {number} columns
 * @returns {{data: ChartData, window: [number, number], from: number[]}} `from` says where each bar began
 */
export function mergeBars(data, [first, last], columns) {
  const count = last - first + 1;
  if (!data.candles || count <= BARS_MAX)
    return { data, window: [first, last], from: data.xs.map((_, index) => index) };
  const groups = Array.from({ length: columns }, (_, column) => [
    first + Math.floor((column * count) / columns),
    first + Math.floor(((column + 1) * count) / columns),
  ]);
  const merge = (values, choose) =>
    groups.map(([start, end]) => choose(values.slice(start, end).filter((value) => value !== null)));
  const { open, high, low, close, volume } = data.candles;
  const merged = {
    ...data,
    xs: groups.map(([start]) => data.xs[start]),
    givenXs: groups.map(([start]) => data.givenXs[start]),
    lines: data.lines.map((line) => ({ ...line, values: merge(line.values, lastOf) })),
    candles: {
      open: merge(open, firstOf),
      close: merge(close, lastOf),
      high: merge(high, (values) => (values.length ? Math.max(...values) : null)),
      low: merge(low, (values) => (values.length ? Math.min(...values) : null)),
      volume: volume.length ? merge(volume, (values) => values.reduce((sum, value) => sum + value, 0)) : [],
    },
  };
  return { data: merged, window: [0, columns - 1], from: groups.map(([start]) => start) };
}

const firstOf = (values) => values[0] ?? null;
const lastOf = (values) => values.at(-1) ?? null;
