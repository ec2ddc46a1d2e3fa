// One line, or the area under it. A gap in the values is a gap in the line.

import { shape } from "../elements.js";
import { round } from "./axes.js";

/**
 * @param {any} scene made by `along_x.js` @param {(number|null)[]} values @param {string} className
 * @param {boolean} [isArea]
 */
export function drawLine({ place, horizontal, frame, first, last }, values, className, isArea = false) {
  const pieces = piecesOf(values, first, last);
  const path = (piece) =>
    piece.map((index) => `${round(horizontal.at(index))} ${round(place(values[index]))}`).join("L");
  const line = shape("path", {
    class: `line ${className}`,
    d: pieces.map((piece) => `M${path(piece)}`).join(""),
  });
  const alone = pieces
    .filter((piece) => piece.length === 1)
    .map(([index]) =>
      shape("circle", {
        class: `dot ${className}`,
        cx: round(horizontal.at(index)),
        cy: round(place(values[index])),
        r: 2.5,
      }),
    );
  if (!isArea) return shape("g", {}, line, alone);
  const floor = round(Math.min(frame.bottom, Math.max(frame.top, place(0))));
  const ground = (piece) =>
    `M${round(horizontal.at(piece[0]))} ${floor}L${path(piece)}L${round(horizontal.at(piece.at(-1)))} ${floor}Z`;
  return shape(
    "g",
    {},
    shape("path", { class: `area ${className}`, d: pieces.map(ground).join("") }),
    line,
    alone,
  );
}

function piecesOf(values, first, last) {
  const pieces = [];
  let open = null;
  for (let index = first; index <= last; index += 1) {
    if (values[index] === null || values[index] === undefined) open = null;
    else if (open) open.push(index);
    else pieces.push((open = [index]));
  }
  return pieces;
}
