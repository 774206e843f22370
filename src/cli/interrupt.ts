/**
 * Ctrl-C and termination: the first signal lets the runs in flight finish, the second ends them at their next day.
 *
 * @module
 */

/** Watches the signals of this process until it is disposed of. */
export class Interrupt implements Disposable {
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #listeners: [Deno.Signal, () => void][] = [];
  /** 130 or 143 once a signal came. */
  status: number | undefined;

  /** @param notice told to people when the first signal comes */
  constructor(notice: (sentence: string) => void) {
    this.#listen("SIGINT", 130, notice);
    if (Deno.build.os !== "windows") this.#listen("SIGTERM", 143, notice);
  }

  /** Aborted by the first signal: nothing new starts. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted by the second signal: what is under way is cut short. */
  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  #listen(signal: Deno.Signal, status: number, notice: (sentence: string) => void): void {
    const listener = () => {
      if (this.status === undefined) {
        this.status = status;
        notice("Stopping: the runs in flight are finished and recorded. Once more to cut them short.");
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
