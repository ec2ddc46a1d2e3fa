// The figures of an answer: a few as tiles, many as a table that sorts, filters and turns pages.

import { button, element } from "../elements.js";
import { countOf, formatFigure } from "../format.js";

const TILES_MAX = 8;
const FILTER_FROM = 20;
const PAGE_ROWS = 100;

/**
 * @typedef {object} Look
 * @property {import("../difference.js").Difference|null} difference
 * @property {boolean} isPartial
 * @property {(row: any) => void} onSource shows where a figure comes from
 */

/** @param {any[]} rows @param {Look} look */
export function drawFigures(rows, look) {
  if (!rows.length) return null;
  const body =
    rows.length <= TILES_MAX
      ? element(
          "dl",
          { class: "tiles" },
          rows.map((row) => drawTile(row, look)),
        )
      : drawTable(rows, look);
  return element("div", { class: "figures" }, body, drawGone(look.difference));
}

function drawTile(row, look) {
  return element(
    "div",
    { class: `tile ${kindOf(row, look)}`, "data-row": row.id },
    element("dt", {}, row.key, sourceButton(row, look)),
    element("dd", { class: "value" }, drawValue(row), marksOf(row, look)),
    reasonOf(row) && element("dd", { class: "what" }, reasonOf(row)),
    row.description && element("dd", { class: "what" }, row.description),
  );
}

function drawValue(row) {
  const { text, full, spoken, direction } = formatFigure(row);
  const isLong = text.length > 18;
  return element(
    "span",
    { class: `figure ${direction} ${isLong ? "long" : ""}`, title: full === text ? null : full },
    element("span", { "aria-hidden": "true" }, text),
    element("span", { class: "unseen" }, spoken),
  );
}

/** Why there is no value. */
const reasonOf = (row) => (row.value === null ? row.reason : "");

/** What a row of the table says of its figure. */
const textOf = (row) => [reasonOf(row), row.description].filter(Boolean).join("; ");

function sourceButton(row, { onSource }) {
  return button("Source", () => onSource(row), {
    class: "source-link",
    "aria-label": `Source of ${row.key}`,
    title: formatFigure(row).full,
  });
}

function marksOf(row, { difference, isPartial }) {
  const change = difference?.rows.get(row.id);
  return [
    change?.kind === "changed" &&
      element("span", { class: "was" }, wasText(change.was)),
    change?.kind === "new" && element("span", { class: "was" }, "new"),
    isPartial && row.value === null && element("span", { class: "badge amber" }, "incomplete"),
  ];
}

/** "was 31.00 %": a value of the run before, without an arrow of its own. */
const wasText = (row) => `was ${formatFigure({ ...row, is_change: false }).text}`;

function kindOf(row, { difference }) {
  const kind = difference?.rows.get(row.id)?.kind;
  return kind === "changed" || kind === "new" ? "tinted" : "";
}

function drawGone(difference) {
  if (!difference?.gone.length) return null;
  const items = difference.gone.map((row) => element("li", {}, `${row.key}: ${wasText(row)}`));
  return element(
    "div",
    { class: "gone" },
    element("p", { class: "muted" }, "No longer reported"),
    element("ul", {}, items),
  );
}

function drawTable(rows, look) {
  const view = { sort: null, isDescending: false, filter: "", page: 0 };
  const body = element("tbody");
  const status = element("p", { class: "muted", role: "status" });
  const pager = element("div", { class: "button-row" });
  const headers = [
    ["key", "Figure"],
    ["value", "Value"],
    ["description", "What it is"],
  ].map(([name, title]) => drawHeader(name, title, view, () => show()));
  const show = () => {
    const found = chosenRows(rows, view);
    const start = view.page * PAGE_ROWS;
    body.replaceChildren(...found.slice(start, start + PAGE_ROWS).map((row) => drawRow(row, look)));
    headers.forEach((header) => header.refresh());
    status.textContent = view.filter ? `${countOf(found.length, "figure")} of ${rows.length}` : "";
    pager.replaceChildren(...drawPager(found.length, view, show));
  };
  show();
  const head = element(
    "thead",
    {},
    element(
      "tr",
      {},
      headers.map((header) => header.cell),
    ),
  );
  const table = element(
    "div",
    { class: "scrolled", tabindex: "0", role: "region", "aria-label": "Figures" },
    element("table", { class: "figure-table" }, head, body),
  );
  return element("div", {}, rows.length >= FILTER_FROM && drawFilter(view, show), table, status, pager);
}

function drawHeader(name, title, view, show) {
  const sort = () => {
    view.isDescending = view.sort === name ? !view.isDescending : false;
    Object.assign(view, { sort: name, page: 0 });
    show();
  };
  const arrow = element("span", { "aria-hidden": "true" });
  const cell = element(
    "th",
    { scope: "col", class: name === "value" ? "number" : "" },
    button([title, " ", arrow], sort, { class: "sort" }),
  );
  const refresh = () => {
    const isSorted = view.sort === name;
    arrow.textContent = isSorted ? (view.isDescending ? "↓" : "↑") : "↕";
    cell.setAttribute("aria-sort", isSorted ? (view.isDescending ? "descending" : "ascending") : "none");
  };
  return { cell, refresh };
}

function drawRow(row, look) {
  return element(
    "tr",
    { class: kindOf(row, look), "data-row": row.id },
    element("th", { scope: "row" }, row.key, sourceButton(row, look)),
    element("td", { class: "number" }, drawValue(row), marksOf(row, look)),
    element("td", { class: "muted" }, textOf(row)),
  );
}

function drawFilter(view, show) {
  const box = element("input", {
    type: "search",
    placeholder: "Filter figures",
    "aria-label": "Filter figures",
    on: { input: () => (Object.assign(view, { filter: box.value.toLowerCase(), page: 0 }), show()) },
  });
  return box;
}

function drawPager(count, view, show) {
  const pages = Math.ceil(count / PAGE_ROWS);
  if (pages < 2) return [];
  const turn = (by) => () => ((view.page += by), show());
  return [
    button("Previous", turn(-1), { class: "small", disabled: view.page === 0 }),
    element("span", { class: "muted" }, `Page ${view.page + 1} of ${pages}`),
    button("Next", turn(1), { class: "small", disabled: view.page === pages - 1 }),
  ];
}

function chosenRows(rows, { sort, isDescending, filter }) {
  const found = filter
    ? rows.filter((row) => `${row.key} ${textOf(row)}`.toLowerCase().includes(filter))
    : [...rows];
  if (!sort) return found;
  const order = (left, right) => compareValues(left[sort], right[sort]) * (isDescending ? -1 : 1);
  return found.sort(order);
}

function compareValues(left, right) {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (left === null || left === undefined) return 1;
  if (right === null || right === undefined) return -1;
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}
