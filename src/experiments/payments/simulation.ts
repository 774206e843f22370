/**
 * One full simulation of the scenario under the policies of an experiment (spec 08 14.2).
 *
 * @module
 */
import type { Behaviours } from "../../payments/behaviours.ts";
import type { EngineConfig } from "../../payments/config.ts";
import { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { PaymentsLog } from "../../payments/events.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { PerAgent, Policy, SimulationWatch } from "./contracts.ts";
import { addedCosts, costFigures } from "./costs.ts";
import { agentWithPolicy, policyDictionary } from "./policies.ts";

/** What stays the same over all simulations of an experiment. */
export interface SimulationSetting {
  /** The scenario. */
  readonly config: EngineConfig;
  /** The same as plain values, for records. */
  readonly dictionary: Readonly<Record<string, unknown>>;
  readonly engine: Behaviours;
  readonly experiment: ExperimentBehaviours;
  readonly optimizedAgents: readonly string[];
  /** Ticks of every simulation, whatever the scenario says. */
  readonly ticks: number;
}

/** What a simulation gave. Costs in cents, times in ticks. */
export interface SimulationOutcome {
  readonly seed: number;
  /** Of the optimised agents together. */
  readonly totalCost: number;
  readonly costs: PerAgent<number>;
  /** Of the optimised agents together, and of each. */
  readonly breakdown: PerAgent<number>;
  readonly breakdowns: PerAgent<PerAgent<number>>;
  /** 0 to 1; 1 when nothing arrived. */
  readonly settlementRate: number;
  readonly avgDelay: number;
  readonly arrivals: number;
  readonly settlements: number;
  readonly log: PaymentsLog;
}

/** The scenario with policies and a seed. @throws {PaymentsError} for a policy that cannot be one. */
export function simulatedConfig(
  { config, experiment }: Pick<SimulationSetting, "config" | "experiment">,
  policies: ReadonlyMap<string, Policy>,
  seed: number,
): EngineConfig {
  return {
    ...config,
    rngSeed: BigInt(seed),
    agents: config.agents.map((agent) => {
      const policy = policies.get(agent.id);
      return policy === undefined ? agent : agentWithPolicy(agent, policy, "simulation", experiment);
    }),
  };
}

/** Simulates. @throws {PaymentsError} when the engine refuses a policy or fails under it. */
export function simulate(
  setting: SimulationSetting,
  policies: ReadonlyMap<string, Policy>,
  seed: number,
  watch?: SimulationWatch,
): SimulationOutcome {
  const engine = new PaymentsEngine(simulatedConfig(setting, policies, seed), setting.engine);
  runWatched(engine, setting.ticks, watch);
  const figures = setting.optimizedAgents.map((agent) =>
    [agent, costFigures(engine, agent, setting.experiment)] as const
  );
  const metrics = engine.systemMetrics();
  return {
    seed,
    totalCost: figures.reduce((sum, [, { total }]) => sum + total, 0),
    costs: Object.fromEntries(figures.map(([agent, { total }]) => [agent, total])),
    breakdown: addedCosts(figures.map(([, { breakdown }]) => breakdown)),
    breakdowns: Object.fromEntries(figures.map(([agent, { breakdown }]) => [agent, breakdown])),
    settlementRate: metrics.total_arrivals === 0 ? 1 : metrics.settlement_rate,
    avgDelay: metrics.avg_delay_ticks,
    arrivals: metrics.total_arrivals,
    settlements: metrics.total_settlements,
    log: engine.log,
  };
}

/** Runs so many ticks. */
export function runWatched(engine: PaymentsEngine, ticks: number, watch: SimulationWatch | undefined): void {
  for (let tick = 0; tick < ticks; tick++) {
    const result = engine.tick();
    watch?.tick(result, engine);
  }
  watch?.end(engine);
}

/** What a record shows of the configuration: the scenario as it was simulated. */
export function recordedConfig(
  { dictionary, experiment, config }: SimulationSetting,
  policies: ReadonlyMap<string, Policy>,
  seed: number,
): Readonly<Record<string, unknown>> {
  // behaviour: storedConfigIsTheFile
  if (experiment.storedConfigIsTheFile) return dictionary;
  const simulated = new Map(
    simulatedConfig({ config, experiment }, policies, seed).agents.map((each) => [each.id, each]),
  );
  const agents = dictionary["agent_configs"];
  if (!Array.isArray(agents)) return { ...dictionary, rng_seed: seed };
  const configs = agents.map((each: unknown) => {
    if (typeof each !== "object" || each === null || !("id" in each)) return each;
    const agent = simulated.get(String(each.id));
    const policy = policies.get(String(each.id));
    if (agent === undefined || policy === undefined) return each;
    const fraction = agent.liquidityAllocationFraction;
    return {
      ...each,
      policy: policyDictionary(policy, "simulation", experiment),
      ...(fraction === undefined ? {} : { liquidity_allocation_fraction: fraction }),
    };
  });
  return { ...dictionary, rng_seed: seed, agent_configs: configs };
}
