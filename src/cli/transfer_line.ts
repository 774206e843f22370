/**
 * How far a transfer is: a line that moves on a terminal, else one line now and then.
 *
 * @module
 */
import type { Terminal } from "./terminal.ts";

/** How often it is said, in milliseconds. */
const EVERY = { moving: 100, still: 10_000 } as const;

/** Tells how far a transfer is until it is disposed of. */
export class TransferLine implements Disposable {
  readonly #terminal: Terminal;
  readonly #isQuiet: boolean;
  #shownAt = performance.now();
  #width = 0;

  constructor(terminal: Terminal, { quiet }: { readonly quiet: boolean }) {
    this.#terminal = terminal;
    this.#isQuiet = quiet;
  }

  /** Says how far it is, when it is time to. */
  tell(text: () => string): void {
    if (this.#isQuiet) return;
    const now = performance.now();
    const isMoving = this.#terminal.movable;
    if (now - this.#shownAt < (isMoving ? EVERY.moving : EVERY.still)) return;
    this.#shownAt = now;
    if (!isMoving) return this.#terminal.error(`${text()}\n`);
    const line = text().slice(0, this.#terminal.columns - 1);
    this.#terminal.error(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
  }

  /** Clears the moving line. */
  [Symbol.dispose](): void {
    if (this.#width > 0) this.#terminal.error(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}

/** A bar over parts that are done: `[#####---] 3/12 objects, 4.5 MB`. */
export function transferBar(done: number, total: number, noun: string, amount: string): string {
  const cells = 24;
  const filled = total === 0 ? 0 : Math.floor(cells * Math.min(1, done / total));
  return `[${"#".repeat(filled)}${"-".repeat(cells - filled)}] ${done}/${total} ${noun}, ${amount}`;
}
