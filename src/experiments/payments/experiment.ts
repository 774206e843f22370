/**
 * The optimisation loop: evaluate the policies, ask for better ones, keep those that prove to be (spec 08 14 to 16).
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import type { EngineConfig } from "../../payments/config.ts";
import { PaymentsError } from "../../payments/errors.ts";
import { judge, type Verdict } from "./acceptance.ts";
import { askForPolicy, type Round } from "./asking.ts";
import { CORRECTED, type ExperimentBehaviours } from "./behaviours.ts";
import { proposalErrors } from "./constraints.ts";
import type { HistoryEntry, PerAgent, Policy, VisibleEvent } from "./contracts.ts";
import { BootstrapDetector, type ConvergenceDetector, FractionStability, StabilityDetector } from "./convergence.ts";
import { Course } from "./course.ts";
import { meanRate, type PairFigures, sampledPair, simulatedPair } from "./evaluation.ts";
import { IterationView, Laboratory } from "./laboratory.ts";
import type { ExperimentOptions, ExperimentOutcome } from "./options.ts";
import { defaultPolicy, FRACTION, parametersOf } from "./policies.ts";
import { recordedRound, ResumedRecorder } from "./resuming.ts";
import { iterationSeed } from "./seeds.ts";
import { customizationFor, drawsSamples, type ExperimentSettings } from "./settings.ts";
import { tellingEvents, visibleEvents } from "./visibility.ts";

export type { ExperimentOptions, ExperimentOutcome };

/**
 * Runs an experiment to its end.
 *
 * @throws {PaymentsError} when the scenario or a starting policy cannot be simulated, {@linkcode ValidationError} when
 * an agent is not in the scenario, {@linkcode StoreError} when a record cannot be kept, {@linkcode Conflict} when an
 * experiment that is resumed comes out otherwise than it is recorded.
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentOutcome> {
  return await new Experiment(options).run();
}

/** Most events of a simulation that a proposer is shown. */
const SHOWN_EVENTS = 50;

class Experiment {
  readonly #options: ExperimentOptions;
  readonly #settings: ExperimentSettings;
  readonly #behaviours: ExperimentBehaviours;
  readonly #course: Course;
  readonly #laboratory: Laboratory;
  readonly #detector: ConvergenceDetector;
  readonly #fractions = new FractionStability();
  readonly #policies: Map<string, Policy>;
  readonly #entries = new Map<string, HistoryEntry[]>();
  readonly #history: number[] = [];
  #best: number | undefined;
  #asked = 0;
  #failed = 0;
  #tokens = 0;

  constructor(options: ExperimentOptions) {
    const { settings, scenario, behaviours = CORRECTED, runId, now, onEvent, recorded, provenance } = options;
    checkAgents(settings, scenario.config);
    this.#options = options;
    this.#settings = settings;
    this.#behaviours = behaviours;
    const keeps = options.recorder ?? null;
    const recorder = keeps === null || !recorded ? keeps : new ResumedRecorder(keeps, recorded);
    this.#course = new Course({ runId, settings, behaviours, recorder, now, onEvent, provenance });
    this.#laboratory = new Laboratory(settings, scenario, behaviours, this.#course, {
      persistTrials: options.persistBootstrap === true,
      breathe: options.breathe,
      cut: options.cut,
    });
    this.#detector = settings.mode === "bootstrap"
      ? new BootstrapDetector(settings.convergence)
      : new StabilityDetector(settings.convergence);
    const first = options.initialPolicies;
    this.#policies = new Map(settings.optimizedAgents.map((id) => [id, first?.get(id) ?? defaultPolicy(id)]));
  }

  get #isTemporal(): boolean {
    return this.#settings.mode === "deterministic-temporal";
  }

  async run(): Promise<ExperimentOutcome> {
    try {
      await this.#begin();
      return await this.#end(await this.#iterate());
    } catch (error) {
      const { signal, cut } = this.#options;
      if (signal?.aborted === true || cut?.aborted === true) await this.#course.interrupted(this.#history.length);
      throw error;
    }
  }

  /** Iterates until there is a reason to stop; the costs of the last evaluation. */
  async #iterate(): Promise<PerAgent<number>> {
    const { maxIterations, stabilityWindow } = this.#settings.convergence;
    let costs: PerAgent<number> = {};
    while (this.#history.length < maxIterations) {
      const view = await this.#evaluate(this.#history.length);
      costs = view.costs;
      if (this.#detector.stop !== undefined) break;
      await this.#optimise(view);
      if (this.#isTemporal && this.#fractions.isStable(this.#settings.optimizedAgents, stabilityWindow)) break;
    }
    return costs;
  }

  /** Lets signals in. @throws The reason of the signal when it is aborted. */
  async #pause(): Promise<void> {
    await this.#options.breathe?.();
    this.#options.signal?.throwIfAborted();
    this.#options.cut?.throwIfAborted();
  }

  async #begin(): Promise<void> {
    const { name, convergence, numSamples, mode } = this.#settings;
    await this.#course.start();
    await this.#course.happened("experiment_start", 0, {
      experiment_name: name,
      max_iterations: convergence.maxIterations,
      num_samples: numSamples,
      model: this.#options.proposer.name,
      evaluation_mode: mode,
    });
  }

  /** Steps 2 to 5 of spec 08 14.1. */
  async #evaluate(iteration: number): Promise<IterationView> {
    await this.#pause();
    const view = await this.#laboratory.evaluate(iteration, this.#policies);
    const { totalCost, costs } = view;
    await this.#course.happened("iteration_start", iteration, { iteration, total_cost: totalCost });
    await this.#course.happened("evaluation", iteration, { total_cost: totalCost, per_agent_costs: costs });
    const fractions = Object.fromEntries([...this.#policies].map(([agent, policy]) => [agent, fractionOf(policy)]));
    await this.#course.happened("iteration_metrics", iteration, {
      iteration,
      total_cost: totalCost,
      per_agent_costs: costs,
      per_agent_liquidity: fractions,
    });
    this.#detector.record(totalCost);
    this.#history.push(totalCost);
    // behaviour: zeroBestForgotten
    const forgotten = this.#best === 0 && this.#behaviours.zeroBestForgotten;
    if (this.#best === undefined || forgotten || totalCost < this.#best) this.#best = totalCost;
    await this.#course.iteration(iteration, costs, this.#flags(this.#isTemporal), Object.fromEntries(this.#policies));
    return view;
  }

  #flags(accepted: boolean, of: ReadonlySet<string> = new Set()): PerAgent<boolean> {
    return Object.fromEntries(this.#settings.optimizedAgents.map((agent) => [agent, accepted || of.has(agent)]));
  }

  /** Step 7. */
  async #optimise(view: IterationView): Promise<void> {
    if (this.#settings.constraints === null && !this.#isTemporal) return;
    const before = Object.fromEntries(this.#policies);
    const accepted = new Set<string>();
    for (const agent of this.#settings.optimizedAgents) {
      await this.#pause();
      const took = this.#isTemporal ? await this.#drift(agent, view) : await this.#improve(agent, view);
      if (took) accepted.add(agent);
    }
    // behaviour: acceptancesForgotten
    if (!this.#behaviours.acceptancesForgotten) {
      await this.#course.iteration(view.iteration, view.costs, this.#flags(false, accepted), before);
    }
    if (this.#asked === 0) return;
    await this.#course.happened("llm_stats", view.iteration, {
      iteration: view.iteration,
      total_calls: this.#asked,
      successful_calls: this.#asked - this.#failed,
      failed_calls: this.#failed,
      total_tokens: this.#tokens,
    });
  }

  #current(agent: string): Policy {
    return this.#policies.get(agent) ?? defaultPolicy(agent);
  }

  async #ask(agent: string, view: IterationView): Promise<Round> {
    const { constraints, maxRetries } = this.#settings;
    if (constraints === null) return { policy: null, interaction: null, attempts: 0, failures: 0, errors: [] };
    const current = this.#current(agent);
    const { config, behaviours: engine } = this.#options.scenario;
    const rules = { constraints, current, engine, experiment: this.#behaviours };
    const request = {
      agent,
      iteration: view.iteration,
      current,
      cost: view.costs[agent] ?? 0,
      costBreakdown: view.breakdown(agent),
      constraints,
      costRates: config.costRates,
      history: this.#entries.get(agent) ?? [],
      events: this.#shownEvents(agent, view),
      minSettlementRate: this.#settings.acceptance.minSettlementRate,
      // Spec 08 16.5: in this mode agents get no words of their own.
      customization: customizationFor(this.#settings, this.#isTemporal ? "" : agent),
      seed: iterationSeed(this.#settings.masterSeed, view.iteration, agent),
      signal: this.#options.signal,
    };
    const { proposer, recorded } = this.#options;
    const known = proposer.asksOutside === true && recorded
      ? recordedRound(recorded, view.iteration, agent)
      : undefined;
    const round = known ?? await askForPolicy(proposer, request, maxRetries, (policy) => proposalErrors(policy, rules));
    this.#asked += round.attempts;
    this.#failed += round.failures;
    if (round.interaction !== null) {
      this.#tokens += round.interaction.prompt_tokens + round.interaction.completion_tokens;
    }
    return round;
  }

  #shownEvents(agent: string, view: IterationView): readonly VisibleEvent[] {
    const events = visibleEvents(view.log, agent);
    return drawsSamples(this.#settings) ? events : tellingEvents(events, SHOWN_EVENTS);
  }

  /** Spec 08 16.1: a proposal is tried, and kept if it is better. Whether it was. */
  async #improve(agent: string, view: IterationView): Promise<boolean> {
    const { iteration } = view;
    let round: Round | undefined;
    const current = this.#current(agent);
    try {
      round = await this.#ask(agent, view);
      await this.#course.interaction(agent, iteration, round);
      if (round.policy === null) {
        if (round.errors.length > 0) await this.#refused(agent, iteration, round.errors.join("; "), "ValidationError");
        return false;
      }
      const { figures, verdict } = await this.#compare(agent, round.policy, view);
      await this.#course.evaluation(iteration, agent, round.policy, view.costs[agent] ?? 0, figures, verdict);
      this.#policies.set(agent, verdict.accepted ? round.policy : current);
      this.#remember(agent, {
        iteration,
        cost: verdict.accepted ? figures.new_cost : figures.old_cost,
        accepted: verdict.accepted,
        deltaSum: figures.delta_sum,
        proposed: round.policy,
        policy: this.#current(agent),
      });
      return verdict.accepted;
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!isRefusal(error)) throw error;
      // behaviour: refusalsStoredTwice
      if (this.#behaviours.refusalsStoredTwice) {
        await this.#course.interaction(agent, iteration, round);
      }
      await this.#refused(agent, iteration, error.message, error.name);
      // behaviour: refusedPolicyStays
      if (!this.#behaviours.refusedPolicyStays) this.#policies.set(agent, current);
      return false;
    }
  }

  async #refused(agent: string, iteration: number, error: string, type: string): Promise<void> {
    await this.#course.happened("llm_error", iteration, { agent_id: agent, error, error_type: type });
  }

  #remember(agent: string, entry: HistoryEntry): void {
    const entries = this.#entries.get(agent);
    if (entries === undefined) this.#entries.set(agent, [entry]);
    else entries.push(entry);
  }

  /** Spec 08 16.2 and 16.3. */
  async #compare(
    agent: string,
    proposed: Policy,
    view: IterationView,
  ): Promise<{ figures: PairFigures; verdict: Verdict }> {
    const setting = { agent, optimizedAgents: this.#settings.optimizedAgents, behaviours: this.#behaviours };
    let figures: PairFigures;
    let currentRate: number | null;
    if (drawsSamples(this.#settings)) {
      const samples = view.samples(agent);
      const current = view.sampled(agent);
      const tried = await this.#laboratory.trySamples(view.iteration, agent, proposed, samples);
      figures = sampledPair(samples, current, tried, setting);
      currentRate = meanRate(current.results);
    } else {
      const { iteration } = view;
      // behaviour: trialsUseOtherSeeds
      const seed = this.#behaviours.trialsUseOtherSeeds
        ? iterationSeed(this.#settings.masterSeed, iteration, agent)
        : view.seed;
      const old = this.#laboratory.quick(this.#policies, seed);
      this.#policies.set(agent, proposed);
      const tried = await this.#laboratory.trial(iteration, this.#policies, seed);
      figures = simulatedPair(old.costs[agent] ?? 0, tried, setting);
      currentRate = old.settlementRate;
    }
    const verdict = judge({
      deltaSum: figures.delta_sum,
      settlementRate: figures.settlement_rate,
      // behaviour: floorIsAbsolute
      currentRate: this.#behaviours.floorIsAbsolute ? null : currentRate,
      meanNewCost: figures.new_cost,
      stdDev: figures.cost_std_dev,
      interval: figures.confidence_interval_95,
    }, this.#settings.acceptance);
    return { figures, verdict };
  }

  /** Spec 08 16.5: every proposal is taken. */
  async #drift(agent: string, view: IterationView): Promise<boolean> {
    const { iteration } = view;
    this.#fractions.record(agent, iteration, fractionOf(this.#current(agent)));
    const round = await this.#ask(agent, view);
    const { policy, errors } = round;
    if (policy === null) {
      await this.#course.interaction(agent, iteration, round, "llm_refusal");
      if (errors.length > 0) await this.#refused(agent, iteration, errors.join("; "), "ValidationError");
      return false;
    }
    await this.#course.interaction(agent, iteration, round);
    this.#policies.set(agent, policy);
    this.#fractions.record(agent, iteration, fractionOf(policy));
    const cost = view.costs[agent] ?? 0;
    this.#remember(agent, { iteration, cost, accepted: true, deltaSum: null, proposed: policy, policy });
    return true;
  }

  async #end(costs: PerAgent<number>): Promise<ExperimentOutcome> {
    const { optimizedAgents, convergence } = this.#settings;
    const iterations = this.#history.length;
    const stable = this.#isTemporal && this.#fractions.isStable(optimizedAgents, convergence.stabilityWindow);
    const { stop } = this.#detector;
    const reason = stable ? "policy_stability" : stop?.reason ?? "max_iterations";
    // behaviour: limitConverges
    const converged = stable || (stop !== undefined && (!stop.limit || this.#behaviours.limitConverges));
    const outcome: ExperimentOutcome = {
      run_id: this.#options.runId,
      num_iterations: iterations,
      converged,
      convergence_reason: reason,
      final_cost: this.#history.at(-1) ?? 0,
      best_cost: this.#best ?? 0,
      per_agent_costs: costs,
      final_policies: Object.fromEntries(this.#policies),
      history: this.#history,
      proposals: { asked: this.#asked, failed: this.#failed, tokens: this.#tokens },
    };
    const last = Math.max(iterations - 1, 0);
    const { final_cost, best_cost } = outcome;
    const shared = { final_cost, best_cost, converged, convergence_reason: reason, num_iterations: iterations };
    await this.#course.happened("experiment_end", last, shared);
    await this.#course.happened("experiment_summary", last, {
      ...shared,
      total_llm_calls: this.#asked,
      total_tokens: this.#tokens,
    });
    // What a replay prints at the end; not in the reference, as are all events that it does not store.
    await this.#course.happened("experiment_result", last, { ...outcome });
    await this.#course.finish(iterations, converged, reason);
    return outcome;
  }
}

/** Whether an error says that a policy cannot be used; records that cannot be kept and defects are not that. */
function isRefusal(error: unknown): error is Error {
  return error instanceof PaymentsError || error instanceof ValidationError;
}

/** The share of its pool that a policy takes; 0.5 where it says nothing. */
export function fractionOf(policy: Policy): number {
  const value = parametersOf(policy)[FRACTION];
  return typeof value === "number" ? value : 0.5;
}

function checkAgents({ optimizedAgents }: ExperimentSettings, config: EngineConfig): void {
  const known = config.agents.map(({ id }) => id);
  const issues = optimizedAgents.flatMap((agent, i) =>
    known.includes(agent)
      ? []
      : [{ path: ["optimized_agents", i], message: `The scenario has no agent ${agent}; it has ${known.join(", ")}` }]
  );
  if (issues.length > 0) throw new ValidationError("Invalid experiment", issues);
}
