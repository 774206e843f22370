/**
 * What an engine dictionary may not say, found before an engine is built: the rules of construction (spec 06 9) and
 * what would end a run later, each with its place.
 *
 * @module
 */
import type { Issue } from "../../core/errors.ts";
import type { AgentConfig, AmountDistribution, EngineConfig, PriorityDistribution } from "../config.ts";
import type { Path } from "./findings.ts";

/** Ticks are kept in 32 bits. */
const MOST_TICKS = 2 ** 31 - 1;

/** Every rule of construction that a configuration breaks. */
export function constructionIssues(config: EngineConfig): Issue[] {
  const issues: Issue[] = [];
  const refuse = (path: Path, message: string) => void issues.push({ path, message });
  if (config.numDays === 0) refuse(["num_days"], "num_days must be > 0");
  if (config.ticksPerDay * config.numDays > MOST_TICKS) {
    refuse(["num_days"], `a run has at most ${MOST_TICKS} ticks, days times ticks per day`);
  }
  if (config.agents.length === 0) refuse(["agent_configs"], "Must have at least one agent");
  const seen = new Set<string>();
  config.agents.forEach((agent, i) => {
    const path = ["agent_configs", i];
    if (seen.has(agent.id)) refuse([...path, "id"], `Duplicate agent ID: ${agent.id}`);
    seen.add(agent.id);
    agentIssues(agent, path, refuse);
  });
  config.scenarioEvents?.forEach(({ schedule }, i) => {
    if (schedule.type === "Repeating" && schedule.interval === 0) {
      refuse(["scenario_events", i, "interval"], "interval must be > 0");
    }
  });
  return issues;
}

type Refuse = (path: Path, message: string) => void;

function agentIssues(agent: AgentConfig, path: Path, refuse: Refuse): void {
  const notNegative = (key: string, value: number | undefined) => {
    if ((value ?? 0) < 0) refuse([...path, key], `${key} must be non-negative, got ${value}`);
  };
  const fraction = (key: string, value: number | undefined) => {
    if (!((value ?? 0) >= 0 && (value ?? 0) <= 1)) {
      refuse([...path, key], `${key} must be between 0.0 and 1.0, got ${value}`);
    }
  };
  notNegative("unsecured_cap", agent.unsecuredCap);
  notNegative("posted_collateral", agent.postedCollateral);
  notNegative("max_collateral_capacity", agent.maxCollateralCapacity);
  notNegative("liquidity_pool", agent.liquidityPool);
  fraction("collateral_haircut", agent.collateralHaircut);
  fraction("liquidity_allocation_fraction", agent.liquidityAllocationFraction);
  const { arrivalConfig: arrivals, arrivalBands: bands } = agent;
  if (arrivals !== undefined && bands !== undefined) {
    refuse(path, "arrival_config and arrival_bands are mutually exclusive - specify only one");
  }
  if (arrivals !== undefined) {
    const place = [...path, "arrival_config"];
    const [min, max] = arrivals.deadlineRange;
    if (min > max) refuse([...place, "deadline_range"], "deadline range max must be >= min");
    amountIssues(arrivals.amountDistribution, place, refuse);
    priorityIssues(arrivals.priorityDistribution, [...place, "priority_distribution"], refuse);
  }
  for (const name of ["urgent", "normal", "low"] as const) {
    const band = bands?.[name];
    if (band === undefined) continue;
    const place = [...path, "arrival_bands", name];
    if (band.deadlineOffsetMin > band.deadlineOffsetMax) {
      refuse([...place, "deadline_offset_max"], "deadline_offset_max must be >= deadline_offset_min");
    }
    amountIssues(band.amountDistribution, place, refuse);
  }
}

function amountIssues(distribution: AmountDistribution, path: Path, refuse: Refuse): void {
  if (distribution.type === "Uniform" && distribution.min > distribution.max) {
    refuse([...path, "amount_distribution", "max"], "max must be at least min");
  }
}

function priorityIssues(distribution: PriorityDistribution, path: Path, refuse: Refuse): void {
  if (distribution.type === "Uniform" && distribution.min > distribution.max) {
    refuse(
      [...path, "max"],
      `Max must be greater than or equal to min: min=${distribution.min}, max=${distribution.max}`,
    );
  }
  if (distribution.type === "Categorical" && distribution.values.length !== distribution.weights.length) {
    const [values, weights] = [distribution.values.length, distribution.weights.length];
    refuse(path, `Values and weights must have same length: values=${values}, weights=${weights}`);
  }
}
