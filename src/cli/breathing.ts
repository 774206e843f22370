/**
 * Lets signals in while everything else is computation.
 *
 * @module
 */

/** Milliseconds of computation between two moments at which a signal is heard. */
const BREATH = 50;

/** What to call again and again: it waits for a moment every now and then, and costs nothing in between. */
export function breathing(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < BREATH) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0)
    );
  };
}
