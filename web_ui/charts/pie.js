// Parts of a whole, each with its share in words beside it.

import { shape } from "../elements.js";
import { formatCell, formatFigure } from "../format.js";
import { round, shorten } from "./axes.js";
import { seriesClass } from "./chart_data.js";

/**
 * @param {import("./chart_data.js").ChartData} data
 * @param {import("./along_x.js").View} view
 * @returns {import("./along_x.js").Drawing}
 */
export function drawPie(data, view) {
  const values = data.lines[0]?.values ?? [];
  const slices = data.xs.map((name, index) => ({
    name: String(name),
    value: Math.max(0, values[index] ?? 0),
  }));
  const total = slices.reduce((sum, slice) => sum + slice.value, 0) || 1;
  const radius = Math.min(view.height / 2 - 12, view.width / 4);
  const centre = { x: radius + 12, y: view.height / 2 };
  let turned = 0;
  const arcs = slices.map((slice, place) => {
    const [from, to] = [turned, (turned += slice.value / total)];
    return shape("path", { class: `slice ${seriesClass(place)}`, d: arcPath(centre, radius, from, to) });
  });
  const share = (slice) => formatFigure({ value: slice.value / total, format: "percent" });
  const room = Math.floor((view.width - 2 * radius - 60) / 6.8);
  const line = Math.min(24, (view.height - 16) / Math.max(1, slices.length));
  const top = centre.y - ((slices.length - 1) * line) / 2;
  return {
    nodes: [
      ...arcs,
      ...slices.map((slice, place) =>
        drawLabel(shorten(`${slice.name}  ${share(slice).text}`, room), place, {
          x: 2 * radius + 36,
          y: top + place * line,
        }),
      ),
    ],
    count: slices.length,
    latest: -1,
    nearest: (x, y) => nearestSlice(slices, total, centre, x, y),
    mark: (at) => [
      shape("rect", {
        class: "ring",
        x: 2 * radius + 30,
        y: round(top + at * line - line / 2),
        width: Math.max(0, round(view.width - 2 * radius - 34)),
        height: round(line),
        rx: 4,
      }),
    ],
    entries: (at) => [
      {
        name: formatCell(slices[at].value, data.format, data.unit),
        text: share(slices[at]).text,
        spoken: share(slices[at]).spoken,
        mark: seriesClass(at),
      },
    ],
    title: (at) => slices[at].name,
  };
}

function drawLabel(text, place, { x, y }) {
  const swatch = shape("rect", {
    class: `slice ${seriesClass(place)}`,
    x,
    y: round(y - 5),
    width: 10,
    height: 10,
    rx: 2,
  });
  return shape(
    "g",
    {},
    swatch,
    shape("text", { class: "slice-text", x: x + 18, y: round(y), dy: "0.35em" }, text),
  );
}

function arcPath(centre, radius, from, to) {
  if (to - from > 0.9999)
    return `M${centre.x - radius} ${centre.y}a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0`;
  const at = (share) =>
    `${round(centre.x + radius * Math.sin(2 * Math.PI * share))} ${round(centre.y - radius * Math.cos(2 * Math.PI * share))}`;
  return `M${centre.x} ${centre.y}L${at(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
}

function nearestSlice(slices, total, centre, x, y) {
  const share = (Math.atan2(x - centre.x, centre.y - y) / (2 * Math.PI) + 1) % 1;
  let turned = 0;
  const found = slices.findIndex((slice) => (turned += slice.value / total) >= share);
  return found < 0 ? slices.length - 1 : found;
}
