/**
 * What policies cost: in one simulation, or on samples (spec 08 15, 16.2).
 *
 * @module
 */
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { EvaluationRecord, JsonMap, PerAgent, Policy } from "./contracts.ts";
import { addedCosts } from "./costs.ts";
import type { Sample } from "./sampling.ts";
import { type SandboxResult, type SandboxRules, trySample } from "./sandbox.ts";
import type { SimulationOutcome } from "./simulation.ts";
import { type SampleStatistics, sampleStatistics, sumOf } from "./statistics.ts";

/** A policy on all samples of its agent. */
export interface SampledCosts {
  readonly results: readonly SandboxResult[];
  /** By sample, in cents. */
  readonly costs: readonly number[];
}

/** Tries a policy on samples. @throws {PaymentsError} when the engine refuses it, or fails under it. */
export function trySamples(
  rules: SandboxRules,
  agent: string,
  policy: Policy,
  samples: readonly Sample[],
): SampledCosts {
  const results = samples.map((sample) => trySample(rules, agent, policy, sample));
  return { results, costs: results.map(({ cost }) => cost) };
}

/** The comparison of a proposed policy with the current one: the columns of its record that the numbers decide. */
export type PairFigures = Pick<
  EvaluationRecord,
  | "evaluation_mode"
  | "old_cost"
  | "new_cost"
  | "delta_sum"
  | "num_samples"
  | "sample_details"
  | "scenario_seed"
  | "settlement_rate"
  | "avg_delay"
  | "cost_breakdown"
  | "cost_std_dev"
  | "confidence_interval_95"
  | "agent_stats"
>;

/** For which agents figures are written, and how. */
export interface PairSetting {
  readonly agent: string;
  readonly optimizedAgents: readonly string[];
  readonly behaviours: ExperimentBehaviours;
}

function repeatsFigures(behaviours: ExperimentBehaviours): boolean {
  // behaviour: figuresRepeated
  return behaviours.figuresRepeated;
}

/** Compares in one simulation each: `oldCost` under the current policy, `outcome` under the proposed one. */
export function simulatedPair(oldCost: number, outcome: SimulationOutcome, setting: PairSetting): PairFigures {
  const { agent, optimizedAgents, behaviours } = setting;
  const newCost = outcome.costs[agent] ?? 0;
  const stats = (each: string): JsonMap => ({
    cost: outcome.costs[each] ?? 0,
    settlement_rate: outcome.settlementRate,
    avg_delay: outcome.avgDelay,
    cost_breakdown: repeatsFigures(behaviours) ? outcome.breakdown : outcome.breakdowns[each] ?? {},
    std_dev: null,
    ci_95_lower: null,
    ci_95_upper: null,
  });
  return {
    evaluation_mode: "deterministic",
    old_cost: oldCost,
    new_cost: newCost,
    delta_sum: oldCost - newCost,
    num_samples: 1,
    sample_details: null,
    scenario_seed: outcome.seed,
    settlement_rate: outcome.settlementRate,
    avg_delay: outcome.avgDelay,
    cost_breakdown: outcome.breakdown,
    cost_std_dev: null,
    confidence_interval_95: null,
    agent_stats: Object.fromEntries(optimizedAgents.map((each) => [each, stats(each)])),
  };
}

/** Compares on samples, pair by pair. */
export function sampledPair(
  samples: readonly Sample[],
  current: SampledCosts,
  proposed: SampledCosts,
  setting: PairSetting,
): PairFigures {
  const n = samples.length;
  const details = samples.map(({ index, seed }, k) => {
    const [oldCost, newCost] = [current.costs[k] ?? 0, proposed.costs[k] ?? 0];
    return { index, seed, old_cost: oldCost, new_cost: newCost, delta: oldCost - newCost };
  });
  const deltas = details.map(({ delta }) => delta);
  const ofCosts = sampleStatistics(proposed.costs);
  // behaviour: costIntervalTested
  const interval = setting.behaviours.costIntervalTested ? ofCosts.interval : sampleStatistics(deltas).interval;
  const newCost = Math.floor(sumOf(proposed.costs) / n);
  const rate = meanRate(proposed.results);
  return {
    evaluation_mode: "bootstrap",
    old_cost: Math.floor(sumOf(current.costs) / n),
    new_cost: newCost,
    delta_sum: sumOf(deltas),
    num_samples: n,
    sample_details: details,
    scenario_seed: null,
    settlement_rate: rate,
    avg_delay: null,
    cost_breakdown: rate === null ? null : meanBreakdown(proposed.results),
    cost_std_dev: ofCosts.stdDev,
    confidence_interval_95: interval,
    agent_stats: sampledStats(newCost, rate, { ...ofCosts, interval }, setting),
  };
}

function sampledStats(
  cost: number,
  rate: number | null,
  { stdDev, interval }: SampleStatistics,
  { agent, optimizedAgents, behaviours }: PairSetting,
): PerAgent<JsonMap> {
  const stats: JsonMap = {
    cost,
    settlement_rate: rate,
    avg_delay: null,
    cost_breakdown: null,
    std_dev: stdDev,
    ci_95_lower: interval?.[0] ?? null,
    ci_95_upper: interval?.[1] ?? null,
  };
  const agents = repeatsFigures(behaviours) ? optimizedAgents : [agent];
  return Object.fromEntries(agents.map((each) => [each, stats]));
}

/** Mean share of settled payments; null when a sample's is unknown. */
export function meanRate(results: readonly SandboxResult[]): number | null {
  let sum = 0;
  for (const { settlementRate } of results) {
    if (settlementRate === null) return null;
    sum += settlementRate;
  }
  return results.length === 0 ? null : sum / results.length;
}

/** Mean costs part by part, in whole cents. */
export function meanBreakdown(results: readonly SandboxResult[]): PerAgent<number> {
  const sums = addedCosts(results.map(({ breakdown }) => breakdown));
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Math.trunc(sum / results.length)]));
}
