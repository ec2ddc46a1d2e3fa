// Files that a reader takes away: their names, CSV that no spreadsheet runs, and the download itself.

const SLUG_MAX = 48;
const BOM = "\ufeff";

/**
 * "2026-11-20-volatility-of-aapl.csv".
 * @param {string} title
 * @param {string} extension
 * @param {string} [moment] ISO; today when absent
 */
export function fileName(title, extension, moment = new Date().toISOString()) {
  const slug = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, SLUG_MAX);
  return `${moment.slice(0, 10)}-${slug.replace(/-$/, "") || "answer"}.${extension}`;
}

/**
 * RFC 4180, UTF-8. A text that a spreadsheet would run gets an apostrophe before it.
 * @param {any[][]} rows
 */
export function toCsv(rows) {
  return new Blob([BOM, rows.map((row) => row.map(toCell).join(",")).join("\r\n"), "\r\n"], {
    type: "text/csv;charset=utf-8",
  });
}

/** @param {string} name @param {Blob} content */
export function saveFile(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function toCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
