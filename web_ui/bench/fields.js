// One control for each type of parameter, made from its JSON Schema.

import { button, element } from "../elements.js";
import { shortValue } from "../difference.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {HTMLElement} node
 * @property {() => {value?: any, problem?: string}} read
 * @property {(value: any) => void} set
 * @property {() => void} focus
 */

/**
 * @typedef {{name: string, schema: any, isOptional: boolean, onChange: () => void, ids: {control: string,
 *   notes: string}}} Wanted
 */

/** @param {string} name @param {any} schema of the parameter @param {() => void} onChange @returns {Field} */
export function makeField(name, schema, onChange) {
  const inner = schema.anyOf?.find((part) => part.type !== "null") ?? schema;
  const wanted = {
    name,
    schema: { ...schema, ...inner },
    isOptional: Boolean(schema.anyOf),
    onChange,
    ids: { control: `field-${name}`, notes: `notes-${name}` },
  };
  return { name, ...kindOf(wanted)(wanted) };
}

/** "to_date" is "To date". @param {string} name */
export function labelOf(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

/** "5 to 1000", "at least 1" @param {any} schema */
export function limitsInWords(schema) {
  const inner = schema.anyOf?.find((part) => part.type !== "null") ?? {};
  const { minimum: low, maximum: high, unit } = { ...schema, ...inner };
  const show = (limit) => (isPercent({ unit }) ? `${limit * 100} %` : String(limit));
  if (low !== undefined && high !== undefined) return `${show(low)} to ${show(high)}`;
  if (low !== undefined) return `at least ${show(low)}`;
  return high !== undefined ? `at most ${show(high)}` : "";
}

function kindOf({ schema, isOptional }) {
  if (schema.enum) return schema.enum.length + (isOptional ? 1 : 0) <= 3 ? radios : choice;
  if (schema.type === "boolean") return isOptional ? choice : checkbox;
  if (schema.type === "integer" || schema.type === "number") return numberBox;
  if (schema.type === "string") return schema.format === "date" ? dateBox : textBox;
  if (schema.type === "array" && ["string", "integer", "number"].includes(schema.items?.type)) return chips;
  return json;
}

function input(wanted, attributes) {
  const { ids, onChange } = wanted;
  return element("input", {
    id: ids.control,
    name: wanted.name,
    "aria-describedby": ids.notes,
    required: !wanted.isOptional,
    ...attributes,
    on: { input: onChange },
  });
}

function simple(node, read, set) {
  const checked = () => (node.checkValidity() ? { value: read() } : { problem: node.validationMessage });
  return { node, read: checked, set, focus: () => node.focus() };
}

function numberBox(wanted) {
  const { schema } = wanted;
  const factor = isPercent(schema) ? 100 : 1;
  const scaled = (limit) => (limit === undefined ? null : round(limit * factor));
  const node = input(wanted, {
    type: "number",
    inputmode: schema.type === "integer" ? "numeric" : "decimal",
    min: scaled(schema.minimum),
    max: scaled(schema.maximum),
    step: schema.type === "integer" ? 1 : "any",
  });
  const field = simple(
    node,
    () => (node.value === "" ? null : round(node.valueAsNumber / factor)),
    (value) => (node.value = value === null || value === undefined ? "" : String(round(value * factor))),
  );
  if (!schema.unit) return field;
  return {
    ...field,
    node: element(
      "span",
      { class: "with-unit" },
      node,
      element("span", { class: "muted" }, isPercent(schema) ? "%" : schema.unit),
    ),
  };
}

function textBox(wanted) {
  const { schema, isOptional } = wanted;
  const node = input(wanted, {
    type: "text",
    pattern: schema.pattern,
    maxlength: schema.maxLength,
    required: !isOptional && schema.default !== "",
  });
  return simple(
    node,
    () => (node.value === "" && isOptional ? null : node.value),
    (value) => (node.value = value ?? ""),
  );
}

function dateBox(wanted) {
  const node = input(wanted, { type: "date" });
  return simple(
    node,
    () => node.value || null,
    (value) => (node.value = value ?? ""),
  );
}

function checkbox(wanted) {
  const node = input(wanted, { type: "checkbox", required: false });
  return simple(
    node,
    () => node.checked,
    (value) => (node.checked = value === true),
  );
}

function choice(wanted) {
  const { schema, isOptional, ids, onChange } = wanted;
  const values = [...(isOptional ? [null] : []), ...(schema.enum ?? [true, false])];
  const options = values.map((value, place) =>
    element("option", { value: place }, value === null ? "not set" : String(value)),
  );
  const node = element(
    "select",
    { id: ids.control, name: wanted.name, "aria-describedby": ids.notes, on: { input: onChange } },
    options,
  );
  return simple(
    node,
    () => values[Number(node.value)],
    (value) =>
      (node.value = String(
        Math.max(
          0,
          values.findIndex((each) => each === (value ?? null)),
        ),
      )),
  );
}

function radios(wanted) {
  const { schema, isOptional, ids, onChange } = wanted;
  const values = [...(isOptional ? [null] : []), ...schema.enum];
  const inputs = values.map((value, place) =>
    element("input", {
      type: "radio",
      name: wanted.name,
      value: place,
      id: `${ids.control}-${place}`,
      on: { input: onChange },
    }),
  );
  const labels = inputs.map((node, place) =>
    element("label", { class: "radio" }, node, values[place] === null ? "not set" : String(values[place])),
  );
  return {
    node: element(
      "span",
      {
        class: "radios",
        role: "radiogroup",
        "aria-labelledby": `label-${wanted.name}`,
        "aria-describedby": ids.notes,
      },
      labels,
    ),
    read: () => ({ value: values[inputs.findIndex((node) => node.checked)] ?? null }),
    set: (value) => inputs.forEach((node, place) => (node.checked = values[place] === (value ?? null))),
    focus: () => (inputs.find((node) => node.checked) ?? inputs[0]).focus(),
  };
}

/** A list of symbols, words or numbers: each can be taken away, the box adds one or several. */
function chips(wanted) {
  const { schema, name, ids, onChange, isOptional } = wanted;
  const isSymbols = /symbol|ticker/.test(name);
  let values = [];
  const list = element("span", { class: "chips" });
  const box = element("input", {
    type: "text",
    id: ids.control,
    "aria-describedby": ids.notes,
    placeholder: isSymbols ? "Add a symbol" : "Add",
    autocapitalize: isSymbols ? "characters" : "off",
    spellcheck: "false",
  });
  const change = (next) => ((values = next), draw(), onChange());
  const draw = () =>
    list.replaceChildren(
      ...values.map((value, place) =>
        drawChip(String(value), () => (change(values.filter((_, at) => at !== place)), box.focus())),
      ),
    );
  const add = () => {
    const texts = box.value
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map((text) => (isSymbols ? text.toUpperCase() : text));
    const added = schema.items.type === "string" ? texts : texts.map(Number).filter(Number.isFinite);
    box.value = "";
    if (added.length) change([...values, ...added.filter((value) => !values.includes(value))]);
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && !event.ctrlKey && box.value)
      (event.preventDefault(), event.stopPropagation(), add());
    if (event.key === "Backspace" && !box.value && values.length) change(values.slice(0, -1));
  });
  box.addEventListener("change", add);
  const read = () => (
    add(),
    values.length || isOptional || schema.default?.length === 0
      ? { value: values.length || !isOptional ? values : null }
      : { problem: "Give at least one." }
  );
  return {
    node: element("span", { class: "chip-box" }, list, box),
    read,
    set: (value) => ((values = [...(value ?? [])]), draw()),
    focus: () => box.focus(),
  };
}

function drawChip(text, remove) {
  return element(
    "span",
    { class: "chip" },
    text,
    button("×", remove, { class: "chip-remove", "aria-label": `Remove ${text}` }),
  );
}

/** Whatever has no control of its own: weights by symbol, lists of lists. */
function json(wanted) {
  const { ids, onChange } = wanted;
  const node = element("textarea", {
    id: ids.control,
    rows: "3",
    class: "code",
    spellcheck: "false",
    "aria-describedby": ids.notes,
    on: { input: onChange },
  });
  const read = () => {
    try {
      return { value: node.value.trim() === "" && wanted.isOptional ? null : JSON.parse(node.value) };
    } catch {
      return { problem: 'Write JSON, for instance {"AAPL": 0.6, "MSFT": 0.4}.' };
    }
  };
  return {
    node,
    read,
    set: (value) => (node.value = value === null || value === undefined ? "" : JSON.stringify(value)),
    focus: () => node.focus(),
  };
}

/** @param {any} value as it stood in the run before */
export function wasText(value, schema) {
  const number = isPercent(schema) && typeof value === "number";
  return `was ${number ? `${round(value * 100)} %` : shortValue(value)}`;
}

const isPercent = (schema) => schema.unit === "percent" || schema.unit === "%";
const round = (value) => Number(value.toPrecision(12));
