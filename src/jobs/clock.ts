/**
 * The time as jobs write it: each timestamp is later than the one before, so that every store keeps the order of events.
 *
 * @module
 */

/** A clock that never stands still. */
export class Clock {
  readonly #now: () => Date;
  #last = -Infinity;
  /** Timestamps that were given within the same millisecond, in microseconds. */
  #microseconds = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Milliseconds since 1970. */
  milliseconds(): number {
    return this.#now().getTime();
  }

  /** ISO 8601 in UTC with microseconds, later than every one before. */
  timestamp(): string {
    const time = Math.max(this.milliseconds(), this.#last);
    this.#microseconds = time === this.#last ? this.#microseconds + 1 : 0;
    const carried = time + Math.floor(this.#microseconds / 1000);
    this.#last = carried;
    this.#microseconds %= 1000;
    const [whole = ""] = new Date(carried).toISOString().split("Z");
    return `${whole}${String(this.#microseconds).padStart(3, "0")}Z`;
  }
}
