// The element <price-chart>: one chart with its legend, its buttons and its data as a table.

import { element, shape } from "../elements.js";
import { fileName, saveFile, toCsv } from "../saving.js";
import { drawAlongX } from "./along_x.js";
import { readChart } from "./chart_data.js";
import { drawControls } from "./chart_controls.js";
import { drawTable, tableOf } from "./data_table.js";
import { drawHeatmap } from "./heatmap.js";
import { drawHistogram } from "./histogram.js";
import { takePicture } from "./picture.js";
import { drawPie } from "./pie.js";
import { listenToKeys, listenToPointer } from "./pointing.js";
import { drawScatter } from "./scatter.js";
import { describeChart } from "./summary.js";

const DRAWERS = {
  line: drawAlongX,
  area: drawAlongX,
  bar: drawAlongX,
  candlestick: drawAlongX,
  histogram: drawHistogram,
  scatter: drawScatter,
  heatmap: drawHeatmap,
  pie: drawPie,
};
const PLACES_MIN = 5;
const WIDTH_MIN = 240;

export class PriceChart extends HTMLElement {
  /** @type {import("./along_x.js").View & {isPreviousShown: boolean, isTableShown: boolean}} */
  view = { width: 0, height: 320, window: [0, 0], isLog: false, isPreviousShown: false, isTableShown: false };
  hasPrevious = false;
  #given = null;
  #previous = null;
  #source = "";
  #data = null;
  #drawing = null;
  #place = null;
  #parts = null;
  #observer = new ResizeObserver(([entry]) => this.#resize(entry.contentRect.width));

  /**
   * Show `chart`; `previous` is the same one of the run before, `source` goes under its picture.
   * @param {any} chart
   * @param {{previous?: any, source?: string}} [more]
   */
  show(chart, { previous = null, source = "" } = {}) {
    this.#given = chart;
    this.#previous = previous?.type === chart.type ? previous : null;
    this.hasPrevious = Boolean(this.#previous) && ["line", "area", "bar", "candlestick"].includes(chart.type);
    this.#source = source;
    this.#read();
    this.view.window = [0, Math.max(0, this.#data.xs.length - 1)];
    if (this.isConnected) this.#build();
  }

  connectedCallback() {
    if (this.#data) this.#build();
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  /** @param {"isLog"|"isPreviousShown"|"isTableShown"} name */
  toggle(name) {
    this.view[name] = !this.view[name];
    if (name === "isPreviousShown") {
      this.#read();
      this.view.window = [0, Math.max(0, this.#data.xs.length - 1)];
    }
    this.#redraw();
    this.querySelector(`[data-toggle="${name}"]`)?.focus();
  }

  /** @param {[number, number]} window */
  zoomTo(window) {
    const most = this.#data.xs.length - 1;
    const first = Math.max(0, Math.min(window[0], most - PLACES_MIN));
    this.view.window = [first, Math.min(most, Math.max(window[1], first + PLACES_MIN))];
    this.#place = null;
    const focused = this.#parts.controls.contains(document.activeElement)
      ? document.activeElement.textContent
      : null;
    this.#redraw();
    if (focused)
      [...this.#parts.controls.querySelectorAll("button")]
        .find((each) => each.textContent === focused)
        ?.focus();
  }

  resetZoom() {
    this.zoomTo([0, this.#data.xs.length - 1]);
  }

  /** Show what lies between two pixels. @param {number} left @param {number} right */
  zoomBetween(left, right) {
    this.#parts.selection.replaceChildren();
    if (!this.#drawing.indexAt) return;
    this.zoomTo([this.#drawing.indexAt(Math.min(left, right)), this.#drawing.indexAt(Math.max(left, right))]);
  }

  /** @param {number} factor of what is shown now */
  zoomBy(factor) {
    if (!this.#drawing.indexAt) return;
    const [first, last] = this.view.window;
    const middle = first + (this.#place ?? (last - first) / 2);
    const half = Math.max(PLACES_MIN, (last - first) * factor) / 2;
    this.zoomTo([Math.round(middle - half), Math.round(middle + half)]);
  }

  /** @param {number} share of what is shown now */
  pan(share) {
    if (!this.#drawing.indexAt) return;
    const [first, last] = this.view.window;
    const wanted = Math.round((last - first) * share);
    const shift = Math.max(-first, Math.min(wanted, this.#data.xs.length - 1 - last));
    this.zoomTo([first + shift, last + shift]);
  }

  /** The range that a drag has marked so far. @param {number} left @param {number} right */
  select(left, right) {
    if (!this.#drawing.indexAt) return;
    const box = {
      x: Math.min(left, right),
      y: 8,
      width: Math.abs(right - left),
      height: this.view.height - 36,
    };
    this.#parts.selection.replaceChildren(shape("rect", { class: "selection", ...box }));
  }

  /** @param {{x: number, y: number}|null} pixel */
  pointAt(pixel) {
    this.#point(pixel && this.#drawing.count ? this.#drawing.nearest(pixel.x, pixel.y) : null);
  }

  /** Move the crosshair and speak what is there. @param {number} by */
  step(by) {
    const from = this.#place ?? (by > 0 ? -1 : this.#drawing.count);
    this.#speakAt(Math.max(0, Math.min(this.#drawing.count - 1, from + by)));
  }

  /** @param {"first"|"last"} end */
  stepTo(end) {
    this.#speakAt(end === "first" ? 0 : this.#drawing.count - 1);
  }

  async savePicture() {
    const texts = { title: this.#data.title, source: this.#source };
    saveFile(fileName(this.#data.title || "chart", "png"), await takePicture(this.#parts.svg, texts));
  }

  saveData() {
    const { columns, rows } = tableOf(this.#data);
    saveFile(
      fileName(this.#data.title || "chart", "csv"),
      toCsv([columns.map(({ title }) => title), ...rows]),
    );
  }

  #read() {
    this.#data = readChart(this.#given, this.view.isPreviousShown ? this.#previous : null);
  }

  #build() {
    const parts = {
      title: element("figcaption", {}, this.#data.title),
      controls: element("div"),
      legend: element("p", { class: "legend" }),
      svg: shape("svg", {
        class: "plot",
        role: "img",
        tabindex: "0",
        focusable: "true",
        "aria-label": describeChart(this.#data),
      }),
      drawn: shape("g"),
      marker: shape("g", { class: "marker" }),
      selection: shape("g", { class: "marker" }),
      spoken: element("p", { class: "unseen", role: "status" }),
      table: element("div"),
    };
    parts.svg.append(parts.drawn, parts.selection, parts.marker);
    this.#parts = parts;
    const head = element("div", { class: "chart-head" }, parts.title, parts.controls);
    const isDrawn = this.#data.type !== "table";
    const note = isDrawn
      ? null
      : element(
          "p",
          { class: "muted" },
          `This page cannot draw “${this.#data.givenType}”; here are its data.`,
        );
    this.replaceChildren(
      element("figure", {}, head, note, isDrawn ? [parts.legend, parts.svg] : [], parts.spoken, parts.table),
    );
    listenToPointer(parts.svg, this);
    listenToKeys(parts.svg, this);
    this.#observer.disconnect();
    this.#observer.observe(this);
    this.#resize(this.clientWidth);
  }

  #resize(width) {
    const height = matchMedia("(max-width: 760px)").matches ? 280 : 320;
    if (!width || (width === this.view.width && this.#drawing)) return;
    Object.assign(this.view, { width: Math.max(WIDTH_MIN, Math.floor(width)), height });
    this.#redraw();
  }

  #redraw() {
    const { controls, svg, drawn, table } = this.#parts;
    controls.replaceChildren(drawControls(this.#data, this));
    const isTableShown = this.view.isTableShown || this.#data.type === "table";
    table.replaceChildren(...(isTableShown ? [drawTable(this.#data)] : []));
    if (this.#data.type === "table" || !this.view.width) return;
    const { width, height } = this.view;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", String(height));
    this.#drawing = DRAWERS[this.#data.type](this.#data, this.view);
    drawn.replaceChildren(...this.#drawing.nodes);
    svg.setAttribute("aria-label", describeChart(this.#data));
    this.#point(null);
  }

  #point(place) {
    if (!this.#drawing) return;
    this.#place = place;
    this.#parts.marker.replaceChildren(...(place === null ? [] : this.#drawing.mark(place)));
    const shown = place ?? this.#drawing.latest;
    this.#parts.legend.replaceChildren(...(shown < 0 ? this.#names() : this.#legendAt(shown)));
  }

  #legendAt(place) {
    const entries = this.#drawing
      .entries(place)
      .map(({ name, text, mark }) =>
        element(
          "span",
          { class: "entry" },
          element("i", { class: `swatch ${mark}` }),
          `${name} `,
          element("b", {}, text),
        ),
      );
    return [element("span", { class: "entry muted" }, this.#drawing.title(place)), ...entries];
  }

  #names() {
    if (this.#data.type !== "scatter")
      return [
        element(
          "span",
          { class: "entry muted" },
          "Point at the chart, or use the arrow keys, to read values",
        ),
      ];
    return this.#data.points.map(({ name }, place) =>
      element("span", { class: "entry" }, element("i", { class: `swatch series-${(place % 6) + 1}` }), name),
    );
  }

  #speakAt(place) {
    if (!this.#drawing.count) return;
    this.#point(place);
    const values = this.#drawing.entries(place).map(({ name, spoken }) => `${name} ${spoken}`);
    this.#parts.spoken.textContent = [this.#drawing.title(place), ...values].join(", ");
  }
}

customElements.define("price-chart", PriceChart);
