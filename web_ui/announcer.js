// Speaks to screen readers: at most one message every two seconds, the newest one.

const PAUSE_MS = 2000;

export class Announcer {
  #node;
  #waiting = "";
  #timer = 0;
  #saidAt = -PAUSE_MS;

  /** @param {HTMLElement} node a live region */
  constructor(node) {
    this.#node = node;
  }

  /** @param {string} text replaces a message that still waits */
  say(text) {
    this.#waiting = text;
    if (this.#timer) return;
    const rest = Math.max(0, this.#saidAt + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => this.#speak(), rest);
  }

  #speak() {
    this.#timer = 0;
    this.#saidAt = performance.now();
    this.#node.textContent = this.#waiting;
  }
}
