/**
 * Something that is brought up to date now and then while other work goes on: not too often, never twice at a time, and
 * never for more than a small part of the time.
 *
 * @module
 */

/** How often at most, in milliseconds, ... */
const EVERY = 3000;
/** ... and at most what part of the time it may take. */
const PART = 1 / 20;

/** What {@linkcode Refreshed} needs. */
export interface RefreshedPorts {
  /** Brings it up to date. */
  readonly work: () => Promise<unknown>;
  /** Milliseconds, any origin. */
  readonly clock: () => number;
  /** Hears of a failure; the next refresh tries again. */
  readonly failed: (error: unknown) => void;
}

/** Brings something up to date when it is due. */
export class Refreshed {
  readonly #ports: RefreshedPorts;
  #due: number | undefined;
  #underWay: Promise<void> | undefined;

  constructor(ports: RefreshedPorts) {
    this.#ports = ports;
  }

  /** There is something new. */
  touch(): void {
    const now = this.#ports.clock();
    this.#due ??= now + EVERY;
    if (now >= this.#due) this.#underWay ??= this.#refresh(now);
  }

  async #refresh(start: number): Promise<void> {
    try {
      await this.#ports.work();
    } catch (error) {
      this.#ports.failed(error);
    }
    const end = this.#ports.clock();
    this.#due = end + Math.max(EVERY, (end - start) / PART);
    this.#underWay = undefined;
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    await this.#underWay;
  }
}
