// Candlesticks and their volume. All rising bars are one path and all falling ones another: few nodes, fast.

import { shape } from "../elements.js";
import { round } from "./axes.js";
import { extent, linearScale } from "./scales.js";

const BODY_MAX = 14;

/** @param {any} scene made by `along_x.js` */
export function drawCandles({ data, place, horizontal, first, last }) {
  const { open, high, low, close } = data.candles;
  const half = Math.min(horizontal.step * 0.35, BODY_MAX / 2);
  const paths = { up: [], down: [] };
  for (let index = first; index <= last; index += 1) {
    if ([open, high, low, close].some((values) => values[index] === null)) continue;
    const x = horizontal.at(index);
    const [top, bottom] = [
      place(Math.max(open[index], close[index])),
      place(Math.min(open[index], close[index])),
    ];
    const path = paths[close[index] < open[index] ? "down" : "up"];
    path.push(`M${round(x)} ${round(place(high[index]))}V${round(place(low[index]))}`);
    path.push(
      `M${round(x - half)} ${round(top)}H${round(x + half)}V${round(Math.max(bottom, top + 1))}H${round(x - half)}Z`,
    );
  }
  return Object.entries(paths).map(([direction, path]) =>
    shape("path", { class: `candles ${direction}`, d: path.join("") }),
  );
}

/** @param {any} scene made by `along_x.js` @param {number} bottom of the volume, under the plot's own */
export function drawVolume({ data, horizontal, frame, first, last }, bottom) {
  const { volume } = data.candles;
  const most = extent([volume.slice(first, last + 1)])?.[1] || 1;
  const place = linearScale([0, most], [bottom, frame.bottom + 8]);
  const half = Math.max(0.4, Math.min(horizontal.step * 0.35, BODY_MAX / 2));
  const bars = [];
  for (let index = first; index <= last; index += 1) {
    if (!volume[index]) continue;
    const x = horizontal.at(index);
    bars.push(
      `M${round(x - half)} ${round(place(volume[index]))}H${round(x + half)}V${bottom}H${round(x - half)}Z`,
    );
  }
  return shape("path", { class: "volume", d: bars.join("") });
}
