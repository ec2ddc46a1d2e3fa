// Points by two values.

import { shape } from "../elements.js";
import { formatCell, formatDate } from "../format.js";
import { drawScaleAxis, drawValueAxis, round, valueAxisWidth, valueTicks } from "./axes.js";
import { seriesClass } from "./chart_data.js";
import { extent, linearScale, widen } from "./scales.js";

/**
 * @param {import("./chart_data.js").ChartData} data
 * @param {import("./along_x.js").View} view
 * @returns {import("./along_x.js").Drawing}
 */
export function drawScatter(data, view) {
  const domain = widen(extent(data.points.map(({ y }) => y)) ?? [0, 1], false);
  const ticks = valueTicks(domain, view.height - 36, false);
  const frame = {
    left: 2,
    right: view.width - valueAxisWidth(ticks, data.format),
    top: 8,
    bottom: view.height - 28,
  };
  const place = linearScale(domain, [frame.bottom, frame.top]);
  const across = linearScale(widen(extent(data.points.map(({ x }) => x)) ?? [0, 1], false), [
    frame.left,
    frame.right,
  ]);
  const points = data.points
    .flatMap(({ name, x, y }, number) =>
      x.map((value, index) => ({ name, mark: seriesClass(number), x: value, y: y[index] })),
    )
    .sort((left, right) => left.x - right.x);
  const xText = (value) => (data.axis === "time" ? formatDate(value) : formatCell(value, "number"));
  return {
    nodes: [
      ...drawValueAxis(ticks, place, frame, data.format),
      ...drawScaleAxis(across, frame, data.axis === "time"),
      ...points.map((point) =>
        shape("circle", {
          class: `point ${point.mark}`,
          cx: round(across(point.x)),
          cy: round(place(point.y)),
          r: 4,
        }),
      ),
    ],
    count: points.length,
    latest: -1,
    nearest: (x, y) => nearestPoint(points, across, place, x, y),
    mark: (at) => [
      shape("circle", {
        class: "ring",
        cx: round(across(points[at].x)),
        cy: round(place(points[at].y)),
        r: 8,
      }),
    ],
    entries: (at) => [
      {
        name: points[at].name,
        text: formatCell(points[at].y, data.format),
        spoken: formatCell(points[at].y, data.format),
        mark: points[at].mark,
      },
    ],
    title: (at) => xText(points[at].x),
  };
}

function nearestPoint(points, across, place, x, y) {
  const distance = (point) => (across(point.x) - x) ** 2 + (place(point.y) - y) ** 2;
  return points.reduce((best, point, index) => (distance(point) < distance(points[best]) ? index : best), 0);
}
