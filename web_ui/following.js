// Keeps asking and listening while a connection comes and goes.

import { findRun, followEvents, readConfirmation } from "./api.js";
import { Unreachable } from "./http.js";

const ATTEMPTS_MAX = 3;
const PAUSE_SECONDS = [0.4, 0.8, 1.6, 3, 5];
const LOOK_AGAIN_SECONDS = 0.2;
const LAST_EVENTS = ["finished", "failed", "confirmation_needed"];

/**
 * Send `request` until the server answers. One that was never accepted is given up after a few attempts.
 * @param {(signal: AbortSignal) => Promise<any>} request
 * @param {{isAccepted: () => boolean, lose: (retries: number) => void, signal: AbortSignal}} how
 */
export async function insist(request, { isAccepted, lose, signal }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request(signal);
    } catch (error) {
      if (!(error instanceof Unreachable) || (!isAccepted() && attempt >= ATTEMPTS_MAX)) throw error;
      if (isAccepted()) lose(attempt);
      await pause(secondsBefore(attempt), signal);
    }
  }
}

/**
 * Every event of an execution, once, until its last one, which is returned; a broken stream goes on where it
 * broke off. One that was confirmed goes on after `confirmation_needed`: only the end of the stream tells.
 * @param {string} id
 * @param {{heard: () => number, hear: (event: any) => void, signal: AbortSignal}} how `heard` is the number
 *   of the last event
 */
export async function followToEnd(id, { heard, hear, signal }) {
  let last = null;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      for await (const event of followEvents(id, heard(), signal)) {
        attempt = 0;
        hear(event);
        last = event;
      }
      if (LAST_EVENTS.includes(last?.type)) return last;
    } catch (error) {
      if (signal.aborted) return;
      if (error.status && error.status !== 404) return; // no events for this reader: the reply tells the end
    }
    await pause(secondsBefore(attempt), signal);
  }
}

/**
 * The run `id` when it is over, or what its person must confirm first; its events are heard on the way.
 * @param {string} id @param {any} how as above
 */
export async function waitForEnd(id, how) {
  const { signal } = how;
  const last = await followToEnd(id, how);
  if (last?.type === "confirmation_needed") return { confirmation: readConfirmation(last.data), run: null };
  for (;;) {
    const run = await findRun(id, signal);
    if (run.isFinished) return { confirmation: null, run };
    await pause(LOOK_AGAIN_SECONDS, signal);
  }
}

const secondsBefore = (attempt) => PAUSE_SECONDS[Math.min(Math.max(attempt, 1), PAUSE_SECONDS.length) - 1];

function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
