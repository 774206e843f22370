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
import type { Course, MadeSimulation } from "./course.ts";
import { meanBreakdown, type SampledCosts } from "./evaluation.ts";
import { agentHistories } from "./history.ts";
import { drawSamples, type Sample } from "./sampling.ts";
import { runSample, sandboxConfig, type SandboxResult, type SandboxRules } from "./sandbox.ts";
import { sandboxDictionary } from "./sandbox_dictionary.ts";
import { iterationSeed } from "./seeds.ts";
import { drawsSamples, type ExperimentSettings } from "./settings.ts";
import {
  recordedConfig,
  simulate,
  simulatedConfig,
  type SimulationOutcome,
  type SimulationSetting,
} from "./simulation.ts";
import { meanAndSpread, sumOf } from "./statistics.ts";

/** Samples that are recorded together at most. */
const SAMPLES_AT_ONCE = 64;

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

/** How a laboratory works. */
export interface LaboratoryOptions {
  /** Whether simulations that only test a policy are recorded, too. */
  readonly persistTrials: boolean;
  /** See `ExperimentOptions`. */
  readonly breathe?: (() => Promise<void> | undefined) | undefined;
  readonly cut?: AbortSignal | undefined;
}

/** Simulates for one experiment. */
export class Laboratory {
  readonly #settings: ExperimentSettings;
  readonly #setting: SimulationSetting;
  readonly #rules: SandboxRules;
  readonly #course: Course;
  readonly #options: LaboratoryOptions;

  constructor(
    settings: ExperimentSettings,
    scenario: {
      readonly config: EngineConfig;
      readonly dictionary: Readonly<Record<string, unknown>>;
      readonly behaviours: Behaviours;
    },
    behaviours: ExperimentBehaviours,
    course: Course,
    options: LaboratoryOptions,
  ) {
    const { ticks, optimizedAgents } = settings;
    const { config, dictionary, behaviours: engine } = scenario;
    this.#settings = settings;
    this.#setting = { config, dictionary, engine, experiment: behaviours, optimizedAgents, ticks };
    this.#rules = { config, engine, experiment: behaviours, ticks };
    this.#course = course;
    this.#options = options;
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
      const [policy, drawn] = [policies.get(agent) ?? {}, samples.get(agent) ?? []];
      sampled.set(agent, await this.trySamples(iteration, agent, policy, drawn));
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
  async trySamples(
    iteration: number,
    agent: string,
    policy: Policy,
    samples: readonly Sample[],
  ): Promise<SampledCosts> {
    if (samples.length === 0) noSamples(agent);
    // behaviour: samplesNotStored
    const numbered = !this.#rules.experiment.samplesNotStored;
    const kept = numbered && this.#course.recording && this.#options.persistTrials;
    const results: SandboxResult[] = [];
    let waiting: MadeSimulation[] = [];
    for (const sample of samples) {
      await this.#pause();
      const id = numbered ? this.#course.nextSimulationId("bootstrap") : "";
      if (kept) waiting.push(await this.#keptSample(id, iteration, agent, policy, sample, results));
      else results.push(runSample(this.#rules, agent, policy, sample).result);
      if (waiting.length < SAMPLES_AT_ONCE) continue;
      await this.#course.simulations(waiting);
      waiting = [];
    }
    if (waiting.length > 0) await this.#course.simulations(waiting);
    return { results, costs: results.map(({ cost }) => cost) };
  }

  /** Runs a sample that is recorded together with others: a record costs more than a short simulation. */
  async #keptSample(
    id: string,
    iteration: number,
    agent: string,
    policy: Policy,
    sample: Sample,
    results: SandboxResult[],
  ): Promise<MadeSimulation> {
    const { ticks } = this.#rules;
    const dictionary = sandboxDictionary(this.#setting.dictionary, this.#rules, agent, policy, sample);
    const watch = await this.#course.watch({
      simulation_id: id,
      experiment_iteration: iteration,
      config: sandboxConfig(this.#rules, agent, policy, sample),
      dictionary,
      behaviours: this.#rules.engine,
      ticks,
    });
    const { result, log, arrivals, settlements } = runSample(this.#rules, agent, policy, sample, watch);
    results.push(result);
    return {
      simulation_id: id,
      experiment_iteration: iteration,
      purpose: "bootstrap",
      seed: sample.seed,
      ticks_per_day: ticks,
      num_days: 1,
      num_agents: 3,
      ticks,
      config: dictionary,
      log,
      total_arrivals: arrivals,
      total_settlements: settlements,
      total_cost_cents: result.cost,
      per_agent_costs: { [agent]: result.cost },
      ...(watch === undefined ? {} : { watch }),
    };
  }

  async #pause(): Promise<void> {
    await this.#options.breathe?.();
    this.#options.cut?.throwIfAborted();
  }

  /** Simulates without a trace. */
  quick(policies: ReadonlyMap<string, Policy>, seed: number): SimulationOutcome {
    return simulate(this.#setting, policies, seed);
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
    await this.#pause();
    const id = this.#course.nextSimulationId(purpose);
    if (!this.#course.recording || !(primary || this.#options.persistTrials)) {
      return simulate(this.#setting, policies, seed);
    }
    const { config, ticks, engine: behaviours } = this.#setting;
    const dictionary = recordedConfig(this.#setting, policies, seed);
    const watch = await this.#course.watch({
      simulation_id: id,
      experiment_iteration: iteration,
      config: simulatedConfig(this.#setting, policies, seed),
      dictionary,
      behaviours,
      ticks,
    });
    const outcome = simulate(this.#setting, policies, seed, watch);
    await this.#course.simulations([{
      simulation_id: id,
      experiment_iteration: iteration,
      purpose,
      seed,
      ticks_per_day: config.ticksPerDay,
      num_days: config.numDays,
      num_agents: config.agents.length,
      ticks,
      config: dictionary,
      log: outcome.log,
      total_arrivals: outcome.arrivals,
      total_settlements: outcome.settlements,
      total_cost_cents: outcome.totalCost,
      per_agent_costs: outcome.costs,
      ...(watch === undefined ? {} : { watch }),
    }]);
    return outcome;
  }
}

function noSamples(agent: string): never {
  throw new PaymentsError("RuntimeError", `No bootstrap samples available for agent ${agent}`);
}
