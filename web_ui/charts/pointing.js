// How a reader points at a chart: mouse, touch and keys.

const DRAG_MIN = 6;

/**
 * Mouse: crosshair, drag to zoom, double click resets. Touch: drag moves the crosshair; the page still
 * scrolls.
 * @param {SVGSVGElement} svg
 * @param {import("./price_chart.js").PriceChart} chart
 */
export function listenToPointer(svg, chart) {
  let start = null;
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) {
      start = at(event);
      svg.setPointerCapture(event.pointerId);
    } else chart.pointAt(at(event));
  });
  svg.addEventListener("pointermove", (event) => {
    if (start && Math.abs(at(event).x - start.x) > DRAG_MIN) chart.select(start.x, at(event).x);
    else chart.pointAt(at(event));
  });
  svg.addEventListener("pointerup", (event) => {
    if (start && Math.abs(at(event).x - start.x) > DRAG_MIN) chart.zoomBetween(start.x, at(event).x);
    start = null;
  });
  svg.addEventListener("pointercancel", () => (start = null));
  svg.addEventListener("pointerleave", () => start || chart.pointAt(null));
  svg.addEventListener("dblclick", () => chart.resetZoom());
}

/**
 * Arrows move the crosshair, Home and End go to its ends, plus and minus zoom, Shift and arrows pan.
 * @param {SVGSVGElement} svg
 * @param {import("./price_chart.js").PriceChart} chart
 */
export function listenToKeys(svg, chart) {
  const actions = {
    ArrowLeft: (event) => (event.shiftKey ? chart.pan(-0.25) : chart.step(-1)),
    ArrowRight: (event) => (event.shiftKey ? chart.pan(0.25) : chart.step(1)),
    Home: () => chart.stepTo("first"),
    End: () => chart.stepTo("last"),
    "+": () => chart.zoomBy(0.5),
    "=": () => chart.zoomBy(0.5),
    "-": () => chart.zoomBy(2),
  };
  svg.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action(event);
  });
}
