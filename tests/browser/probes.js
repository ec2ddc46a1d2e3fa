// What the tests ask a page: injected before its own scripts as `window.probe`. Notes what must never happen.

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
  console.error("policy", violatedDirective, blockedURI, sample),
);

window.probe = {
  longTasks: [],
  said: [],

  focused: () => {
    const { id, tagName, textContent } = document.activeElement;
    return id || `${tagName} ${textContent.slice(0, 40)}`;
  },

  overflow: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

  pageHeight: () => document.documentElement.scrollHeight,

  visibleCount: (selector) =>
    [...document.querySelectorAll(selector)].filter((node) => node.offsetParent).length,

  /** Keep each message of the live region with its time. */
  listen: () => {
    const region = document.querySelector("#announcer");
    const note = () => window.probe.said.push([performance.now(), region.textContent]);
    new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
  },

  /** Pixel and text of each tick of the value axis. */
  ticks: () =>
    [...document.querySelectorAll(".plot .tick")].map((tick) => [
      Number(tick.querySelector("line").getAttribute("y1")),
      tick.querySelector("text").textContent,
    ]),

  points: () =>
    [...document.querySelectorAll(".point")].map((mark) => [
      Number(mark.getAttribute("cx")),
      Number(mark.getAttribute("cy")),
    ]),

  /** How many candles are drawn; each is a wick and a body. */
  candles: () =>
    [...document.querySelectorAll(".candles")]
      .map((path) => path.getAttribute("d").match(/M/g).length)
      .reduce((sum, count) => sum + count, 0) / 2,

  /** Milliseconds of drawing the chart anew, several times. */
  drawingTimes: () => {
    const chart = document.querySelector("price-chart");
    return Array.from({ length: 7 }, () => {
      const began = performance.now();
      chart.resetZoom();
      chart.querySelector("svg").getBoundingClientRect();
      return performance.now() - began;
    });
  },

  fitsItsWidth: () => {
    const svg = document.querySelector("svg.plot");
    return Math.abs(svg.viewBox.baseVal.width - svg.getBoundingClientRect().width) < 1.5;
  },

  /** Sizes of the chart's texts as they are on the screen. */
  textSizes: () =>
    [...document.querySelectorAll("svg.plot text")].map((text) => {
      const { ownerSVGElement: svg } = text;
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return parseFloat(getComputedStyle(text).fontSize) * scale;
    }),

  /** Why the focused element cannot be seen: empty when it can, "end" when nothing has the focus. */
  hiddenFocus: () => {
    const node = document.activeElement;
    if (node === document.body) return "end";
    const box = node.getBoundingClientRect();
    const name = `${node.tagName} ${node.id} ${node.textContent.slice(0, 30)}`;
    const isOutside = box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth;
    if (isOutside) return `off screen: ${name}`;
    const within = (value, most) => Math.min(most - 1, Math.max(0, value));
    const x = within(box.left + Math.min(box.width / 2, 40), innerWidth);
    const y = within(box.top + Math.min(box.height / 2, 20), innerHeight);
    const top = document.elementFromPoint(x, y);
    const isSeen = node.contains(top) || top?.contains(node) || top?.closest("label")?.contains(node);
    return isSeen ? "" : `covered by ${top?.id || top?.className}: ${name}`;
  },

  /** Controls that are lower than `least` pixels, their labels counted. */
  smallTargets: (least) =>
    [...document.querySelectorAll("button, a, summary, input, select")]
      .filter((node) => {
        const { width, height } = node.getBoundingClientRect();
        const label = node.closest("label")?.getBoundingClientRect().height ?? 0;
        return width && !node.closest(".unseen, .skip") && Math.max(height, label) < least - 0.5;
      })
      .map((node) => `${node.tagName}.${node.className} ${node.textContent.slice(0, 20)}`),

  /** The text spacing that WCAG 1.4.12 asks pages to bear. */
  spaceTexts: () => {
    const sheet = new CSSStyleSheet();
    const spacing = "line-height: 1.5; letter-spacing: 0.12em; word-spacing: 0.16em";
    sheet.replaceSync(`* { ${spacing.replaceAll(";", " !important;")} !important }`);
    document.adoptedStyleSheets = [sheet];
  },

  /** What happens when somebody tries to run a text as a script. */
  tryToInject: () => {
    const caught = [];
    const attempt = (action) => {
      try {
        action();
      } catch (error) {
        caught.push(error.name);
      }
    };
    attempt(() => (document.body.innerHTML = "<b>owned</b>"));
    attempt(() => {
      const script = document.createElement("script");
      script.textContent = "window.owned = 1";
      document.body.append(script);
    });
    attempt(() => document.body.setAttribute("onclick", "window.owned = 1"));
    setTimeout(() => attempt(() => setTimeout("window.owned = 1")));
    return caught;
  },

  /** The first pixel's colour, and whether `colour` is anywhere in a PNG. */
  lookAtPicture: async ({ bytes, colour }) => {
    const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
    const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) colours.add(data.slice(at, at + 3).join());
    return [data.slice(0, 3).join(), colours.has(colour)];
  },

  /** From now on every stream of events also has two of kinds that this page cannot know. */
  hearTheFuture: () => {
    const known = window.fetch;
    const block = (sequence, type, data) =>
      `id: ${sequence}\ndata: ${JSON.stringify({ sequence, type, data, added: [] })}\n\n`;
    const future = block(1.2, "from_the_future", { calls: "?" }) + block(1.4, "printed", { text: 1 });
    const insert = new TextEncoder().encode(future);
    window.fetch = async (path, request) => {
      const reply = await known(path, request);
      if (!String(path).includes("/events")) return reply;
      let heard = 0;
      const transform = (chunk, stream) => {
        stream.enqueue(chunk);
        if (!heard++) stream.enqueue(insert);
      };
      return new Response(reply.body.pipeThrough(new TransformStream({ transform })), reply);
    };
  },

  sendComposedEnter: () => {
    const composed = { key: "Enter", isComposing: true, bubbles: true, cancelable: true };
    document.querySelector("#question-text").dispatchEvent(new KeyboardEvent("keydown", composed));
  },

  /** Milliseconds from the beginning until somebody can type. */
  usableAfter: () =>
    new Promise((resolve) => {
      const look = () =>
        document.querySelector("#question-text") ? resolve(performance.now()) : requestAnimationFrame(look);
      look();
    }),

  firstBackground: null,
};

new PerformanceObserver((list) =>
  window.probe.longTasks.push(...list.getEntries().map((task) => task.duration)),
).observe({ type: "longtask", buffered: true });

new MutationObserver(() => {
  if (document.body) window.probe.firstBackground ??= getComputedStyle(document.body).backgroundColor;
}).observe(document, { childList: true, subtree: true });
