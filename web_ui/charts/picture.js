// A chart as a PNG file: twice the pixels, with its title, its source and the colours of the current theme.

const SCALE = 2;
const MARGIN = 20;
const HEAD = 40;
const FOOT = 30;
const PAINT = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "opacity",
  "fill-opacity",
  "font-size",
  "font-family",
  "font-weight",
];

/**
 * @param {SVGSVGElement} svg @param {{title: string, source: string}} texts
 * @returns {Promise<Blob>}
 */
export async function takePicture(svg, { title, source }) {
  const { width, height } = svg.getBoundingClientRect();
  const image = await loadImage(copyWithColours(svg, width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((width + 2 * MARGIN) * SCALE);
  canvas.height = Math.round((height + HEAD + FOOT) * SCALE);
  const pen = canvas.getContext("2d");
  const colour = (name) => colourOf(svg, name);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = colour("--surface");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = colour("--text");
  pen.font = `600 15px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(title, MARGIN, 26, width);
  pen.drawImage(image, MARGIN, HEAD, width, height);
  pen.fillStyle = colour("--muted");
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(source, MARGIN, height + HEAD + 18, width);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}

/** The picture stands alone, without our style sheet: what that sheet says becomes attributes. */
function copyWithColours(svg, width, height) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((node, place) => {
    const style = getComputedStyle(node);
    for (const name of PAINT) to[place].setAttribute(name, style.getPropertyValue(name));
  });
  copy.querySelectorAll(".marker").forEach((node) => node.remove());
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  return copy;
}

/** What a colour of the style sheet is now, in the theme that `node` has. */
function colourOf(node, name) {
  node.style.color = `var(${name})`;
  const { color } = getComputedStyle(node);
  node.style.removeProperty("color");
  return color;
}

async function loadImage(svg) {
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }),
  );
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}
