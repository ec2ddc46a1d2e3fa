// A histogram: how often values fall into each bin.

import { shape } from "../elements.js";
import { formatCell, formatTick } from "../format.js";
import { drawScaleAxis, drawValueAxis, round, valueAxisWidth, valueTicks } from "./axes.js";
import { binsOf } from "./bars.js";
import { linearScale } from "./scales.js";

/**
 * @param {import("./chart_data.js").ChartData} data
 * @param {import("./along_x.js").View} view
 * @returns {import("./along_x.js").Drawing}
 */
export function drawHistogram(data, view) {
  const bins = binsOf(data.lines.flatMap((line) => line.values.filter((value) => value !== null)));
  const domain = [0, Math.max(1, ...bins.map((bin) => bin.count)) * 1.05];
  const ticks = valueTicks(domain, view.height - 36, false);
  const frame = {
    left: 2,
    right: view.width - valueAxisWidth(ticks, "integer"),
    top: 8,
    bottom: view.height - 28,
  };
  const place = linearScale(domain, [frame.bottom, frame.top]);
  const across = linearScale([bins[0]?.low ?? 0, bins.at(-1)?.high ?? 1], [frame.left, frame.right]);
  const bars = bins.map(
    (bin) =>
      `M${round(across(bin.low) + 0.5)} ${round(place(bin.count))}H${round(across(bin.high) - 0.5)}V${frame.bottom}H${round(across(bin.low) + 0.5)}Z`,
  );
  const text = (value) => formatTick(value, bins[0].high - bins[0].low, data.format);
  return {
    nodes: [
      ...drawValueAxis(ticks, place, frame, "integer"),
      ...drawScaleAxis(across, frame, false, data.format),
      shape("path", { class: "bars series-1", d: bars.join("") }),
    ],
    count: bins.length,
    latest: -1,
    nearest: (x) =>
      Math.max(
        0,
        Math.min(bins.length - 1, Math.floor((x - frame.left) / ((frame.right - frame.left) / bins.length))),
      ),
    mark: (at) => [
      shape("rect", {
        class: "highlight",
        x: round(across(bins[at].low)),
        y: frame.top,
        width: round(across(bins[at].high) - across(bins[at].low)),
        height: frame.bottom - frame.top,
      }),
    ],
    entries: (at) => [
      {
        name: "count",
        text: formatCell(bins[at].count, "integer"),
        spoken: String(bins[at].count),
        mark: "series-1",
      },
    ],
    title: (at) => `${text(bins[at].low)} to ${text(bins[at].high)}`,
  };
}
