// What this browser keeps: a reader's choices, and for a reload what was typed or asked in this tab.

const PREFIX = "qna.";
const ASKED = `${PREFIX}asked.`;
const DEFAULTS = {
  theme: "auto",
  upIsRed: false,
  hasShortcuts: true,
  asksBeforeExpanding: false,
  benchWidth: 0,
  isNoticeSeen: false,
  wrapsScript: true,
};

/** @typedef {keyof typeof DEFAULTS} Name */

/** @param {Name} name */
export function preference(name) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text === null) return DEFAULTS[name];
    return typeof DEFAULTS[name] === "string" ? text : JSON.parse(text);
  } catch {
    return DEFAULTS[name];
  }
}

/**
 * Keep `value`; where storage is switched off it holds until the page is left.
 * @param {Name} name
 * @param {string|number|boolean} value
 */
export function choose(name, value) {
  try {
    localStorage.setItem(PREFIX + name, String(value));
  } catch {
    DEFAULTS[name] = value;
  }
  if (name === "theme") applyTheme(String(value));
  if (name === "upIsRed") applyUp(Boolean(value));
}

function applyTheme(theme) {
  const { dataset } = document.documentElement;
  if (theme === "auto") delete dataset.theme;
  else dataset.theme = theme;
}

function applyUp(isRed) {
  const { dataset } = document.documentElement;
  if (isRed) dataset.up = "red";
  else delete dataset.up;
}

/** A question that was not answered, for the page that is loaded next in this tab. @param {string} text */
export function keepDraft(text) {
  sessionStorage.setItem("qna.draft", text);
}

/** The draft, once. */
export function takeDraft() {
  const text = sessionStorage.getItem("qna.draft") ?? "";
  sessionStorage.removeItem("qna.draft");
  return text;
}

/**
 * Not answered yet, so that it can be asked again under its id.
 * @param {string} id
 * @param {any} asked as `api.analyze` takes it
 */
export const keepAsked = (id, asked) => sessionStorage.setItem(ASKED + id, JSON.stringify(asked));

/** @param {string} id */
export const findAsked = (id) => JSON.parse(sessionStorage.getItem(ASKED + id) ?? "null");

/** @param {string} id */
export const dropAsked = (id) => sessionStorage.removeItem(ASKED + id);
