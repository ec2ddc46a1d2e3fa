// A grid of values by colour, written into the cells where they fit.

import { shape } from "../elements.js";
import { formatCell } from "../format.js";
import { round, shorten } from "./axes.js";
import { extent } from "./scales.js";

const CHARACTER_WIDTH = 6.6;
const STRENGTHS = 5;

/**
 * @param {import("./chart_data.js").ChartData} data
 * @param {import("./along_x.js").View} view
 * @returns {import("./along_x.js").Drawing}
 */
export function drawHeatmap(data, view) {
  const { columns, rows, values } = data.grid;
  const gutter = Math.min(
    view.width * 0.3,
    Math.max(24, ...rows.map((name) => name.length * CHARACTER_WIDTH + 12)),
  );
  const cell = {
    width: (view.width - gutter - 2) / columns.length,
    height: (view.height - 36) / rows.length,
  };
  const cells = values.flatMap((row, y) => row.map((value, x) => ({ value, x, y })));
  const strength = strengthOf(values);
  const corner = ({ x, y }) => ({ x: round(gutter + x * cell.width), y: round(8 + y * cell.height) });
  const text = (value) => formatCell(value, data.format);
  return {
    nodes: [
      ...rows.map((name, y) =>
        shape(
          "text",
          {
            class: "tick-text",
            x: gutter - 8,
            y: round(8 + (y + 0.5) * cell.height),
            dy: "0.35em",
            "text-anchor": "end",
          },
          shorten(name, Math.floor((gutter - 8) / CHARACTER_WIDTH)),
        ),
      ),
      ...columns.map((name, x) =>
        shape(
          "text",
          {
            class: "tick-text",
            x: round(gutter + (x + 0.5) * cell.width),
            y: view.height - 10,
            "text-anchor": "middle",
          },
          shorten(name, Math.floor(cell.width / CHARACTER_WIDTH)),
        ),
      ),
      ...cells.map((each) => drawCell(each, corner(each), cell, strength(each.value), text(each.value))),
    ],
    count: cells.length,
    latest: -1,
    nearest: (x, y) =>
      clamp(Math.floor((y - 8) / cell.height), rows.length) * columns.length +
      clamp(Math.floor((x - gutter) / cell.width), columns.length),
    mark: (at) => [
      shape("rect", {
        class: "ring",
        ...corner(cells[at]),
        width: round(cell.width - 2),
        height: round(cell.height - 2),
      }),
    ],
    entries: (at) => [
      {
        name: "value",
        text: text(cells[at].value),
        spoken: text(cells[at].value),
        mark: `heat ${strength(cells[at].value)}`,
      },
    ],
    title: (at) => `${rows[cells[at].y]}, ${columns[cells[at].x]}`,
  };
}

function drawCell(each, corner, cell, className, text) {
  const box = shape("rect", {
    class: `heat ${className}`,
    ...corner,
    width: round(cell.width - 2),
    height: round(cell.height - 2),
    rx: 2,
  });
  const fits = text.length * CHARACTER_WIDTH < cell.width - 8 && cell.height > 18;
  const middle = { x: round(corner.x + cell.width / 2 - 1), y: round(corner.y + cell.height / 2 - 1) };
  return shape(
    "g",
    {},
    box,
    fits &&
      shape(
        "text",
        { class: `heat-text ${className}`, ...middle, dy: "0.35em", "text-anchor": "middle" },
        text,
      ),
  );
}

/** A class for each value: `more-1` to `more-5` above the middle, `less-1` to `less-5` below it. */
function strengthOf(values) {
  const [low, high] = extent(values) ?? [0, 1];
  const middle = low < 0 ? 0 : low;
  const reach = Math.max(Math.abs(high - middle), Math.abs(low - middle)) || 1;
  return (value) => {
    if (value === null) return "missing";
    const size = Math.ceil((Math.abs(value - middle) / reach) * STRENGTHS) || 0;
    return size === 0 ? "level" : `${value < middle ? "less" : "more"}-${size}`;
  };
}

const clamp = (value, count) => Math.min(count - 1, Math.max(0, value));
