/**
 * Maturity buckets: which market trades a ticket. Source: specification chapter 04, sections 3 and 4.1.
 *
 * @module
 */
import type { DealerBucket } from "../scenario/types.ts";

/** The buckets in the order in which they are searched: by their lower bound, equal ones in file order. */
export function sortedBuckets(buckets: readonly DealerBucket[]): readonly DealerBucket[] {
  return buckets.toSorted((a, b) => a.tauMin - b.tauMin);
}

/** The bucket of a remaining maturity in days; the last one when none fits. */
export function bucketOf(buckets: readonly DealerBucket[], remaining: number): number {
  const found = buckets.findIndex(({ tauMin, tauMax }) => remaining >= tauMin && remaining <= tauMax);
  return found < 0 ? buckets.length - 1 : found;
}
