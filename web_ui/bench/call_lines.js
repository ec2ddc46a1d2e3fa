// Which lines of a script make which data calls, as far as the text tells.

/** Whether a line calls `tool`, by its name or through `call`. @param {string} line @param {string} tool */
export function callsTool(line, tool) {
  const name = tool.replace(/[^\w]/g, "\\$&");
  return new RegExp(`(^|[^\\w])(${name}\\s*\\(|["']${name}["'])`).test(line);
}

/** The first line that calls `tool`, from 1; 0 when there is none. @param {string} script @param {string} tool */
export function lineOfCall(script, tool) {
  return script.split("\n").findIndex((line) => callsTool(line, tool)) + 1;
}
