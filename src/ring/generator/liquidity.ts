/**
 * Initial cash of the agents of a ring. Source: specification chapter 03, section 3.6.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Allocation } from "./spec.ts";

/**
 * Spreads `total` over the agents `H1` to `Hn`.
 *
 * @returns One amount for each agent, or the sentence that says why the allocation does not fit the ring.
 */
export function allocateLiquidity(total: Decimal, n: number, allocation: Allocation): Decimal[] | string {
  switch (allocation.mode) {
    case "uniform":
      return new Array<Decimal>(n).fill(total.dividedBy(Decimal.integer(n)));
    case "single_at": {
      const position = /^H[1-9]\d*$/.test(allocation.agent) ? Number(allocation.agent.slice(1)) - 1 : -1;
      if (position < 0 || position >= n) return `liquidity allocation agent '${allocation.agent}' not in ring`;
      const amounts = new Array<Decimal>(n).fill(Decimal.of(0, 0));
      amounts[position] = total;
      return amounts;
    }
    case "vector":
      return byVector(total, n, allocation.vector);
  }
}

function byVector(total: Decimal, n: number, vector: readonly Decimal[]): Decimal[] | string {
  if (vector.length !== n) return "liquidity.vector must have length equal to n_agents";
  const weight = Decimal.sum(vector);
  let spent = Decimal.ZERO;
  return vector.map((share, i) => {
    if (i === n - 1) return total.minus(spent);
    const amount = total.times(share).dividedBy(weight);
    spent = spent.plus(amount);
    return amount;
  });
}
