// The addresses of the page, and the ids in them.

/** @typedef {{rootId: string|null, runId: string|null}} Place */

/** @returns {Place} */
export function currentPlace() {
  const [, , rootId = null, , runId = null] =
    location.pathname.match(/^(\/q\/([\w.:-]+)(\/runs\/([\w.:-]+))?)/)?.[0].split("/") ?? [];
  return { rootId, runId };
}

/** @param {string|null} rootId @param {string|null} [runId] */
export function addressOf(rootId, runId = null) {
  if (!rootId) return "/";
  return runId ? `/q/${rootId}/runs/${runId}` : `/q/${rootId}`;
}

/** Write an address without loading anything; Back leads to the one before. @param {string} address */
export function goTo(address) {
  if (address !== location.pathname) history.pushState(null, "", address);
}

/** An id for a request, which makes its execution's id known before the reply. */
export function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** @param {string} requestId */
export function executionIdOf(requestId) {
  return `exec_${requestId.replaceAll("-", "")}`;
}

export function newSessionId() {
  return `sess_${newRequestId().replaceAll("-", "")}`;
}
