/**
 * Turns for the event loop between two pieces of work: timers, signals and finished writes are served, then the work
 * goes on. A timer would wait a millisecond and more, and `setImmediate` loads the whole timers of Node first.
 *
 * @module
 */

/** Gives turns until it is disposed of; it keeps the process alive as long. */
export class EventLoopTurns implements Disposable {
  readonly #channel = new MessageChannel();
  #goOn: () => void = () => {};

  constructor() {
    this.#channel.port1.onmessage = () => this.#goOn();
  }

  /** Resolves when the event loop has been round once. One turn is taken at a time. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
      this.#channel.port2.postMessage(null);
    });
  }

  [Symbol.dispose](): void {
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}
