/**
 * Limits on how long a request may be silent: until its answer begins, and between the bytes of a body.
 *
 * @module
 */
import { StreamCut } from "./failures.ts";

/** A body is given this many bytes per second on top of the time for silence: slower lines are lost ones. */
const SLOWEST_BYTES_PER_SECOND = 16 * 1024;

/** Ends a request when its user does, or when it gives no sign of life for too long. */
export class Watch implements Disposable {
  readonly #controller = new AbortController();
  readonly #user: AbortSignal | undefined;
  readonly #follow = () => this.#controller.abort(this.#user?.reason);
  isSilent = false;

  constructor(readonly timeoutMs: number, user: AbortSignal | undefined) {
    this.#user = user;
    if (user?.aborted === true) this.#follow();
    user?.addEventListener("abort", this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the user ended the request; undefined when the user did not. */
  get userReason(): Error | undefined {
    if (this.#user?.aborted !== true) return undefined;
    const reason: unknown = this.#user.reason;
    return reason instanceof Error ? reason : new DOMException("The transfer was stopped", "AbortError");
  }

  /** Waits for a step, as long as one with so many bytes may take. */
  async within<T>(bytes: number, step: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.isSilent = true;
      this.#controller.abort();
    }, this.timeoutMs + bytes / SLOWEST_BYTES_PER_SECOND * 1000);
    try {
      return await step;
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#user?.removeEventListener("abort", this.#follow);
  }
}

/** The bytes of an answer; silence and a cut connection become errors of ours. */
export function watched(
  body: ReadableStream<Uint8Array>,
  watch: Watch,
  failure: (error: unknown) => Error,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await watch.within(0, reader.read());
        if (!done) return controller.enqueue(value);
        watch[Symbol.dispose]();
        controller.close();
      } catch {
        watch[Symbol.dispose]();
        controller.error(failure(new StreamCut()));
      }
    },
    async cancel(reason) {
      watch[Symbol.dispose]();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
