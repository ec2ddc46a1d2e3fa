// The data of a chart as rows: for the table under it, and for its CSV file.

import { button, element } from "../elements.js";
import { countOf, formatCell } from "../format.js";

const ROWS_AT_ONCE = 200;

/**
 * @typedef {{title: string, format: string|null}} Column
 * @typedef {{columns: Column[], rows: any[][]}} Table rows as they came, oldest first
 */

/** @param {import("./chart_data.js").ChartData} data @returns {Table} */
export function tableOf(data) {
  const column = (title, format = data.format) => ({ title, format });
  if (data.grid) {
    return {
      columns: [column("", "text"), ...data.grid.columns.map((name) => column(name))],
      rows: data.grid.rows.map((name, place) => [name, ...data.grid.values[place]]),
    };
  }
  if (data.type === "scatter") {
    const rows = data.points.flatMap(({ name, x, y }) =>
      x.map((value, place) => [
        name,
        data.axis === "time" ? new Date(value).toISOString().slice(0, 10) : value,
        y[place],
      ]),
    );
    return { columns: [column("Series", "text"), column("x", null), column("y")], rows };
  }
  if (data.type === "histogram")
    return {
      columns: [column("Series", "text"), column("Value")],
      rows: data.lines.flatMap(({ name, values }) => values.map((value) => [name, value])),
    };
  const candles = data.candles ? Object.entries(data.candles).filter(([, values]) => values.length) : [];
  const parts = [
    ...candles.map(([name, values]) => ({
      column: column(name[0].toUpperCase() + name.slice(1), name === "volume" ? "integer" : data.format),
      values,
    })),
    ...data.lines.map((line) => ({ column: column(line.name), values: line.values })),
  ];
  return {
    columns: [
      column(data.axis === "time" ? "Date" : "", data.axis === "time" ? "date" : "text"),
      ...parts.map((part) => part.column),
    ],
    rows: data.givenXs.map((x, place) => [x, ...parts.map((part) => part.values[place])]),
  };
}

/**
 * A table that scrolls inside its own region; moments newest first.
 * @param {import("./chart_data.js").ChartData} data
 */
export function drawTable(data) {
  const { columns, rows } = tableOf(data);
  const ordered = data.axis === "time" ? [...rows].reverse() : rows;
  const body = element("tbody");
  const more = button("", () => addRows());
  const addRows = () => {
    const start = body.rows.length;
    body.append(...ordered.slice(start, start + ROWS_AT_ONCE).map((row) => drawRow(row, columns)));
    const left = ordered.length - body.rows.length;
    more.textContent = `Show ${Math.min(left, ROWS_AT_ONCE)} more of ${left}`;
    more.hidden = left === 0;
  };
  addRows();
  const head = element(
    "thead",
    {},
    element(
      "tr",
      {},
      columns.map(({ title, format }) =>
        element(
          "th",
          { scope: "col", class: format === "text" || format === "date" ? "" : "number" },
          title || "Name",
        ),
      ),
    ),
  );
  const caption = element(
    "caption",
    { class: "unseen" },
    `Data of ${data.title || "the chart"}, ${countOf(rows.length, "row")}`,
  );
  return element(
    "div",
    {
      class: "scrolled chart-table",
      tabindex: "0",
      role: "region",
      "aria-label": `Data of ${data.title || "the chart"}`,
    },
    element("table", {}, caption, head, body),
    more,
  );
}

function drawRow(row, columns) {
  const [first, ...rest] = row;
  const cell = (value, place) =>
    element(
      "td",
      { class: typeof value === "number" ? "number" : "" },
      formatCell(value, columns[place + 1].format),
    );
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, formatCell(first, columns[0].format)),
    rest.map(cell),
  );
}
