/**
 * Lets in what waits - signals, timers, answers of other threads and of databases - while everything else is computation.
 *
 * @module
 */

/** The event loop looks for what other threads have sent every 31 turns; one costs 3 microseconds. */
const TURNS = 32;

/** Gives everything that waits its turn. A timer would do so, too, and cost two milliseconds. */
export async function letIn(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Milliseconds of computation between two moments at which something can come in. */
const BREATH = 5;

/** What to call again and again: it waits for a moment every now and then, and costs nothing in between. */
export function breathing(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH) return undefined;
    return letIn().finally(() => last = performance.now());
  };
}
