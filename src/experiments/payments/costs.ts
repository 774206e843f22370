/**
 * What an agent's policy cost, as a whole and in parts (spec 08 14.2). Cents.
 *
 * @module
 */
import type { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { PerAgent } from "./contracts.ts";

/** The accumulated costs of one agent. */
export interface CostFigures {
  readonly total: number;
  readonly breakdown: PerAgent<number>;
}

/** The parts of a cost by name, all of them 0. */
export const NO_COSTS: PerAgent<number> = Object.freeze({
  delay_cost: 0,
  overdraft_cost: 0,
  deadline_penalty: 0,
  eod_penalty: 0,
});

/** The costs of an agent so far. */
export function costFigures(engine: PaymentsEngine, agent: string, behaviours: ExperimentBehaviours): CostFigures {
  const costs = engine.accumulatedCosts(agent);
  const part = (name: string): number => {
    const value = costs[name];
    return typeof value === "number" ? value : 0;
  };
  const total = part("total_cost");
  const known = {
    delay_cost: part("delay_cost"),
    overdraft_cost: part("liquidity_cost"),
    // End-of-day penalties are in here (spec 08 14.2).
    deadline_penalty: part("deadline_penalty"),
    eod_penalty: 0,
  };
  // behaviour: costPartsMissing
  if (behaviours.costPartsMissing) return { total, breakdown: known };
  const more = { collateral_cost: part("collateral_cost"), split_friction_cost: part("split_friction_cost") };
  const named = [...Object.values(known), ...Object.values(more)].reduce((sum, each) => sum + each, 0);
  return { total, breakdown: { ...known, ...more, liquidity_opportunity_cost: total - named } };
}

/** The sum of costs, part by part. */
export function addedCosts(costs: Iterable<PerAgent<number>>): PerAgent<number> {
  const sums: Record<string, number> = { ...NO_COSTS };
  for (const parts of costs) {
    for (const [name, value] of Object.entries(parts)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}
