// The empty page: what can be asked, six examples, and what is simulated on this installation.

import { button, element } from "./elements.js";
import { choose, preference } from "./kept.js";

/**
 * Examples that work with what is configured.
 * @param {HTMLElement} host
 * @param {import("./api.js").Installation} installation
 * @param {(question: string) => void} ask
 */
export function showExamples(host, { examples }, ask) {
  const cards = examples.slice(0, 6).map(({ kind, question }) =>
    element(
      "li",
      {},
      button([element("span", { class: "kind" }, kind), element("span", {}, question)], () => ask(question), {
        class: "example",
      }),
    ),
  );
  host.replaceChildren(element("ul", { class: "examples", "aria-label": "Examples" }, cards));
}

/**
 * On the first visit of an offline installation: what is not real here, and how to configure the real
 * thing.
 * @param {HTMLElement} host
 * @param {import("./api.js").Installation} installation
 */
export function showInstallation(host, { isOffline, isSimulated }) {
  if ((!isOffline && !isSimulated) || preference("isNoticeSeen")) return;
  const parts = [
    isSimulated &&
      element(
        "li",
        {},
        element("b", {}, "Demo data: "),
        "without ",
        code("ALPACA_API_KEY"),
        " or ",
        code("EODHD_API_KEY"),
        ", prices and companies come from a simulated market.",
      ),
    isOffline &&
      element(
        "li",
        {},
        element("b", {}, "Offline analyst: "),
        "questions are matched to proven scripts, without a language model. Set ",
        code("ANTHROPIC_API_KEY"),
        ", ",
        code("OPENAI_API_KEY"),
        " or ",
        code("OLLAMA_BASE_URL"),
        " to ask anything.",
      ),
  ];
  const close = button("Understood", () => {
    choose("isNoticeSeen", true);
    notice.remove();
    document.querySelector("#ask textarea")?.focus();
  });
  const notice = element(
    "section",
    { class: "notice", id: "offline-notice", "aria-label": "About this installation" },
    element("h2", {}, isOffline ? "This installation runs offline" : "This installation shows demo data"),
    element("ul", {}, parts.filter(Boolean)),
    element(
      "p",
      {},
      "Put the settings into ",
      code(".env"),
      "; ",
      code(".env.example"),
      " explains each of them. ",
      close,
    ),
  );
  host.append(notice);
}

const code = (text) => element("code", {}, text);
