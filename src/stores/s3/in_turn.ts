/**
 * Work on many items, a few at once.
 *
 * @module
 */

/**
 * Does `work` with every item, `count` at once. The first failure stops what has not begun, and is thrown when what has
 * begun is over.
 */
export async function inTurn<T>(count: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  const rest = items[Symbol.iterator]();
  const worker = async () => {
    while (failures.length === 0) {
      const { done, value } = rest.next();
      if (done === true) return;
      await work(value).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: count }, worker));
  if (failures.length > 0) throw failures[0];
}
