/**
 * Where an experiment simulates: the evaluation of an iteration, and the trials of proposals (spec 08 14.2, 15).
 *
 * @module
 */
import type { Behaviours } from "../../payments/behaviours.ts";
import type { EngineConfig } from "../../payments/config.ts";
import type { PaymentsLog } from "../../payments/events.ts";
import { PaymentsError } from "../../payments/errors.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { JsonMap, PerAgent, Policy, Purpose } from "./contracts.ts";
import type { Course } from "./course.ts";
import { meanBreakdown, type SampledCosts, trySamples } from "./evaluation.ts";
import { agentHistories } from "./history.ts";
import { drawSamples, type Sample } from "./sampling.ts";
import type { SandboxRules } from "./sandbox.ts";
import { iterationSeed } from "./seeds.ts";
import { drawsSamples, type ExperimentSettings } from "./settings.ts";
import { simulate, type SimulationOutcome, type SimulationSetting } from "./simulation.ts";
import { meanAndSpread, sumOf } from "./statistics.ts";

/** What is known of one iteration. Costs in cents. */
export interface IterationView {
  /** From 0. */
  readonly iteration: number;
  /** Of its first simulation. */
  readonly seed: number;
  readonly totalCost: number;
  readonly costs: PerAgent<number>;
  /** The simulation whose events a proposer is shown. */
  readonly log: PaymentsLog;
  breakdown(agent: string): PerAgent<number>;
  /** The samples of an agent. @throws {PaymentsError} when none were drawn. */
  samples(agent: string): readonly Sample[];
  /** Its current policy on its samples. */
  sampled(agent: string): SampledCosts;
}

/** Simulates for one experiment. */
export class Laboratory {
  readonly #settings: ExperimentSettings;
  readonly #setting: SimulationSetting;
  readonly #rules: SandboxRules;
  readonly #course: Course;
  readonly #persistTrials: boolean;

  constructor(
    settings: ExperimentSettings,
    scenario: {
      readonly config: EngineConfig;
      readonly dictionary: Readonly<Record<string, unknown>>;
      readonly behaviours: Behaviours;
    },
    behaviours: ExperimentBehaviours,
    course: Course,
    persistTrials: boolean,
  ) {
    const { ticks, optimizedAgents } = settings;
    const { config, dictionary, behaviours: engine } = scenario;
    this.#settings = settings;
    this.#setting = { config, dictionary, engine, experiment: behaviours, optimizedAgents, ticks };
    this.#rules = { config, engine, experiment: behaviours, ticks };
    this.#course = course;
    this.#persistTrials = persistTrials;
  }

  /** Evaluates the policies of an iteration. @throws {PaymentsError} when one cannot be simulated. */
  async evaluate(iteration: number, policies: ReadonlyMap<string, Policy>): Promise<IterationView> {
    const seed = iterationSeed(this.#settings.masterSeed, iteration, this.#settings.optimizedAgents[0] ?? "");
    if (drawsSamples(this.#settings)) return await this.#onSamples(iteration, seed, policies);
    if (this.#settings.mode === "bootstrap") {
      await this.#contextSimulation(iteration, seed, policies);
    }
    const purpose = this.#settings.mode === "bootstrap" ? "bootstrap" : "eval";
    // behaviour: evaluationsFiledUnderZero
    const filed = this.#setting.experiment.evaluationsFiledUnderZero ? null : iteration;
    const outcome = await this.#simulation(purpose, filed, policies, seed, true);
    return {
      iteration,
      seed,
      totalCost: outcome.totalCost,
      costs: outcome.costs,
      log: outcome.log,
      breakdown: (agent) => outcome.breakdowns[agent] ?? {},
      samples: noSamples,
      sampled: noSamples,
    };
  }

  /** The simulation whose payments are drawn from. */
  async #contextSimulation(iteration: number, seed: number, policies: ReadonlyMap<string, Policy>) {
    const context = await this.#simulation("init", iteration, policies, seed, true);
    const { optimizedAgents, ticks, numSamples } = this.#settings;
    const histories = agentHistories(context.log, optimizedAgents, this.#setting.experiment);
    const samples = new Map([...histories].map(([agent, history]) => {
      return [agent, drawSamples(history, seed, numSamples, ticks)] as const;
    }));
    await this.#course.happened("context_simulation_complete", iteration, {
      iteration,
      iteration_seed: seed,
      total_cost: context.totalCost,
      per_agent_costs: context.costs,
      num_events: context.log.length,
      num_samples_per_agent: numSamples,
    });
    return { context, samples };
  }

  async #onSamples(iteration: number, seed: number, policies: ReadonlyMap<string, Policy>): Promise<IterationView> {
    const { context, samples } = await this.#contextSimulation(iteration, seed, policies);
    const sampled = new Map<string, SampledCosts>();
    for (const agent of this.#settings.optimizedAgents) {
      sampled.set(agent, this.trySamples(agent, policies.get(agent) ?? {}, samples.get(agent) ?? []));
    }
    const means = [...sampled].map(([agent, { costs }]) => [agent, meanAndSpread(costs).mean] as const);
    const all = [...sampled.values()].flatMap(({ costs }) => costs);
    // behaviour: totalIsMean
    const totalCost = this.#setting.experiment.totalIsMean
      ? meanAndSpread(all).mean
      : sumOf(means.map(([, mean]) => mean));
    await this.#course.happened(
      "bootstrap_evaluation",
      iteration,
      this.#evaluationData(samples, sampled, totalCost, all),
    );
    return {
      iteration,
      seed,
      totalCost,
      costs: Object.fromEntries(means),
      log: context.log,
      breakdown: (agent) => meanBreakdown(sampled.get(agent)?.results ?? []),
      samples: (agent) => samples.get(agent) ?? noSamples(agent),
      sampled: (agent) => sampled.get(agent) ?? noSamples(agent),
    };
  }

  #evaluationData(
    samples: ReadonlyMap<string, readonly Sample[]>,
    sampled: ReadonlyMap<string, SampledCosts>,
    mean: number,
    costs: readonly number[],
  ): JsonMap {
    const results = [...samples].flatMap(([agent, drawn]) =>
      drawn.map(({ seed }, k) => {
        const result = sampled.get(agent)?.results[k];
        const rate = result?.settlementRate ?? 1;
        return {
          agent_id: agent,
          seed,
          cost: result?.cost ?? 0,
          settled: Math.trunc(rate * 100),
          total: 100,
          settlement_rate: rate,
        };
      })
    );
    return { seed_results: results, mean_cost: mean, std_cost: meanAndSpread(costs).spread };
  }

  /** Tries a policy on samples. @throws {PaymentsError} when the engine refuses it. */
  trySamples(agent: string, policy: Policy, samples: readonly Sample[]): SampledCosts {
    if (samples.length === 0) noSamples(agent);
    return trySamples(this.#rules, agent, policy, samples);
  }

  /** What an agent's policy costs in a simulation that leaves no trace. */
  quickCost(agent: string, policies: ReadonlyMap<string, Policy>, seed: number): number {
    return simulate(this.#setting, policies, seed).costs[agent] ?? 0;
  }

  /** Simulates with a proposal in force. */
  trial(iteration: number, policies: ReadonlyMap<string, Policy>, seed: number): Promise<SimulationOutcome> {
    return this.#simulation("eval", iteration, policies, seed, false);
  }

  async #simulation(
    purpose: Purpose,
    iteration: number | null,
    policies: ReadonlyMap<string, Policy>,
    seed: number,
    primary: boolean,
  ): Promise<SimulationOutcome> {
    const id = this.#course.nextSimulationId(purpose);
    const outcome = simulate(this.#setting, policies, seed);
    if (this.#course.recording && (primary || this.#persistTrials)) {
      await this.#course.simulation(this.#setting, { id, purpose, iteration, outcome, policies: new Map(policies) });
    }
    return outcome;
  }
}

function noSamples(agent: string): never {
  throw new PaymentsError("RuntimeError", `No bootstrap samples available for agent ${agent}`);
}
