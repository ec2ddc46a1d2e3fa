// What differs between two runs of one question: figures by their stable ids, parameters, lines of the script.

/**
 * @typedef {object} Difference
 * @property {Map<string, {kind: "changed"|"new"|"same", was: any}>} rows by row id; `was` is the row of
 *   the run before
 * @property {any[]} gone rows that are no longer reported
 * @property {{name: string, from: any, to: any}[]} parameters
 * @property {string} sentence
 */

/** @param {import("./api.js").Run} run @param {import("./api.js").Run} before @returns {Difference} */
export function differenceOf(run, before) {
  const [now, then] = [rowsOf(run), rowsOf(before)];
  const earlier = new Map(then.map((row) => [row.id, row]));
  const rows = new Map(
    now.map((row) => {
      const was = earlier.get(row.id);
      return [
        row.id,
        { kind: !was ? "new" : isSame(row.value, was.value) ? "same" : "changed", was: was ?? null },
      ];
    }),
  );
  const kept = new Set(now.map((row) => row.id));
  const gone = then.filter((row) => !kept.has(row.id));
  const parameters = differingValues(run.values, before.values);
  return { rows, gone, parameters, sentence: describe(rows, parameters, run.script !== before.script) };
}

/** @param {Record<string, any>} now @param {Record<string, any>} then */
export function differingValues(now, then) {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  return names
    .filter((name) => !isSame(now[name], then[name]))
    .map((name) => ({ name, from: then[name], to: now[name] }));
}

/** A parameter's value in a few characters. @param {any} value */
export function shortValue(value) {
  if (value === null || value === undefined) return "none";
  if (Array.isArray(value)) return value.map(shortValue).join(" ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {any} left @param {any} right */
export function isSame(left, right) {
  return JSON.stringify(left) === JSON.stringify(right);
}

/**
 * Lines of `now` against `then`, by the longest common subsequence.
 * @param {string} then @param {string} now
 * @returns {{kind: "same"|"added"|"removed", text: string}[]}
 */
export function lineDifference(then, now) {
  const [old, young] = [then.split("\n"), now.split("\n")];
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(young.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = young.length - 1; j >= 0; j -= 1) {
      lengths[i][j] =
        old[i] === young[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const lines = [];
  for (let i = 0, j = 0; i < old.length || j < young.length;) {
    if (i < old.length && j < young.length && old[i] === young[j])
      lines.push({ kind: "same", text: young[((i += 1), j++)] });
    else if (j < young.length && (i === old.length || lengths[i][j + 1] >= lengths[i + 1][j]))
      lines.push({ kind: "added", text: young[j++] });
    else lines.push({ kind: "removed", text: old[i++] });
  }
  return lines;
}

function describe(rows, parameters, isScriptChanged) {
  const kinds = [...rows.values()].map(({ kind }) => kind);
  const changed = kinds.filter((kind) => kind === "changed").length;
  const added = kinds.filter((kind) => kind === "new").length;
  const figures = `${changed || "None"} of ${kinds.length} figure${kinds.length === 1 ? "" : "s"} changed.`;
  const values = parameters
    .map(({ name, from, to }) => `${name}: ${shortValue(from)} to ${shortValue(to)}`)
    .join("; ");
  return [figures, added ? `${added} new.` : "", isScriptChanged ? "The script changed." : "", values]
    .filter(Boolean)
    .join(" ");
}

function rowsOf(run) {
  return run.result?.body ?? [];
}
