// History in groups: pinned, by day, by month. The same question again is one entry.

const DAY = 86_400_000;

/**
 * @typedef {{run: import("../api.js").RunSummary, count: number}} Entry
 * @param {import("../api.js").RunSummary[]} runs newest first
 * @param {Date} [now]
 * @returns {{title: string, entries: Entry[]}[]}
 */
export function groupHistory(runs, now = new Date()) {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate()).valueOf();
  /** @type {Map<string, Entry[]>} */
  const groups = new Map(runs.some((run) => run.isPinned) ? [["Pinned", []]] : []);
  for (const run of runs) {
    const title = run.isPinned ? "Pinned" : titleOf(new Date(run.createdAt), today);
    if (!groups.has(title)) groups.set(title, []);
    const entries = groups.get(title);
    const same = entries.find((entry) => entry.run.title === run.title);
    if (same) same.count += 1;
    else entries.push({ run, count: 1 });
  }
  return [...groups].map(([title, entries]) => ({ title, entries }));
}

function titleOf(moment, today) {
  const at = moment.valueOf();
  if (at >= today) return "Today";
  if (at >= today - DAY) return "Yesterday";
  if (at >= today - 7 * DAY) return "Last 7 days";
  return moment.toLocaleDateString("en-GB", { month: "long", year: "numeric" });
}
