// How the page talks to its server: JSON in one error shape, and streams of events.

const KEY = "qna.key";

/** What the server answered when it did not do what was asked. */
export class ApiError extends Error {
  /** @param {number} status @param {any} body in the one error shape @param {string|null} retryAfter */
  constructor(status, body, retryAfter = null) {
    super(body?.error?.message ?? `the server answered ${status}`);
    this.status = status;
    this.code = body?.error?.code ?? "HTTP_ERROR";
    this.details = body?.error?.details ?? {};
    this.suggestions = body?.recovery_suggestions ?? [];
    this.retryAfterSeconds = Number(retryAfter) || null;
  }
}

/** The server could not be reached, or its answer was cut off. */
export class Unreachable extends Error {}

/**
 * @param {string} method @param {string} path
 * @param {{body?: any, signal?: AbortSignal, form?: "json"|"blob"}} [more]
 * @returns {Promise<any>} the JSON of the reply, or its very bytes; raises `ApiError`, `Unreachable`, or the abort of `signal`
 */
export async function ask(method, path, { body, signal, form = "json" } = {}) {
  const reply = await reach(path, {
    method,
    signal,
    headers: {
      Accept: "application/json",
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...credentials(),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = reply.status === 204 ? null : await orUnreachable(() => reply[reply.ok ? form : "json"](), signal);
  if (!reply.ok) throw new ApiError(reply.status, answer, reply.headers.get("Retry-After"));
  return answer;
}

/**
 * Server-sent events, each parsed, until the server ends the stream.
 * @param {string} path
 * @param {AbortSignal} signal
 */
export async function* listen(path, signal) {
  const reply = await reach(path, { headers: { Accept: "text/event-stream", ...credentials() }, signal });
  if (!reply.ok) throw new ApiError(reply.status, await reply.json().catch(() => null));
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await orUnreachable(() => reader.read(), signal);
    if (done) return;
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.map(readBlock).filter(Boolean);
  }
}

/** A key or a token for a server that asks for one; gone with this tab. @param {string} key */
export function keepKey(key) {
  sessionStorage.setItem(KEY, key);
}

async function reach(path, request) {
  return orUnreachable(() => fetch(path, request), request.signal);
}

async function orUnreachable(action, signal) {
  try {
    return await action();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error.message, { cause: error });
  }
}

function readBlock(block) {
  const data = block
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart())
    .join("\n");
  return data ? JSON.parse(data) : null;
}

function credentials() {
  const key = sessionStorage.getItem(KEY);
  if (!key) return {};
  return key.split(".").length === 3 ? { Authorization: `Bearer ${key}` } : { "X-API-Key": key };
}
