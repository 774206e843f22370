/**
 * Ctrl-C and termination: the first signal lets the runs in flight finish, the second ends them at their next day. A
 * reader who went away (`bilancio sweep ring --json | head`) is a first signal, too.
 *
 * @module
 */

import { READER_GONE, type Terminal } from "./terminal.ts";

const FINISHING = "Stopping: the runs in flight are finished and recorded. Once more to cut them short.";

/** Watches the signals of this process, and its readers, until it is disposed of. */
export class Interrupt implements Disposable {
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #listeners: [Deno.Signal, () => void][] = [];
  readonly #terminal: Terminal;
  readonly #sentence: string;
  /** 130 or 143 once a signal came, 141 once a reader went away. */
  status: number | undefined;

  /** @param sentence what the first signal says on standard error */
  constructor(terminal: Terminal, sentence: string = FINISHING) {
    this.#terminal = terminal;
    this.#sentence = sentence;
    this.#listen("SIGINT", 130);
    if (Deno.build.os !== "windows") this.#listen("SIGTERM", 143);
    terminal.onReaderGone = () => {
      this.status ??= READER_GONE;
      this.#stop.abort();
    };
  }

  /** Aborted by the first signal: nothing new starts. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted by the second signal: what is under way is cut short. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  #listen(signal: Deno.Signal, status: number): void {
    const listener = () => {
      if (this.status === undefined) {
        this.status = status;
        this.#terminal.error(`${this.#sentence}\n`);
        this.#stop.abort();
      } else {
        this.#cut.abort();
      }
    };
    Deno.addSignalListener(signal, listener);
    this.#listeners.push([signal, listener]);
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
