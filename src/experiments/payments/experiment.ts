/**
 * The optimisation loop: evaluate the policies, ask for better ones, keep those that prove to be (spec 08 14 to 16).
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import type { Behaviours } from "../../payments/behaviours.ts";
import type { EngineConfig } from "../../payments/config.ts";
import { PaymentsError } from "../../payments/errors.ts";
import { judge, type Verdict } from "./acceptance.ts";
import { askForPolicy, type Round } from "./asking.ts";
import { CORRECTED, type ExperimentBehaviours } from "./behaviours.ts";
import { proposalErrors } from "./constraints.ts";
import type { ExperimentRecorder, HistoryEntry, PerAgent, Policy, PolicyProposer, VisibleEvent } from "./contracts.ts";
import { BootstrapDetector, type ConvergenceDetector, FractionStability, StabilityDetector } from "./convergence.ts";
import { Course, type LiveEvent } from "./course.ts";
import { type PairFigures, sampledPair, simulatedPair } from "./evaluation.ts";
import { IterationView, Laboratory } from "./laboratory.ts";
import { defaultPolicy, FRACTION, parametersOf } from "./policies.ts";
import { iterationSeed } from "./seeds.ts";
import { customizationFor, drawsSamples, type ExperimentSettings } from "./settings.ts";
import { tellingEvents, visibleEvents } from "./visibility.ts";

/** What an experiment is run with. */
export interface ExperimentOptions {
  readonly settings: ExperimentSettings;
  readonly scenario: {
    readonly config: EngineConfig;
    readonly dictionary: Readonly<Record<string, unknown>>;
    readonly behaviours: Behaviours;
  };
  readonly proposer: PolicyProposer;
  readonly runId: string;
  /** The time now as ISO text, for records only. */
  readonly now: () => string;
  readonly behaviours?: ExperimentBehaviours;
  /** Where to record; null or absent for nowhere. */
  readonly recorder?: ExperimentRecorder | null;
  /** Records also the simulations that only test a proposal. */
  readonly persistBootstrap?: boolean;
  /** Policies to start with instead of the default. */
  readonly initialPolicies?: ReadonlyMap<string, Policy>;
  /** Hears what happens. */
  readonly onEvent?: (event: LiveEvent) => void;
  /** Looked at between simulations; when aborted {@linkcode runExperiment} throws its reason. */
  readonly signal?: AbortSignal;
}

/** What an experiment found. Costs in cents. */
export interface ExperimentOutcome {
  readonly run_id: string;
  readonly num_iterations: number;
  readonly converged: boolean;
  readonly convergence_reason: string;
  readonly final_cost: number;
  readonly best_cost: number;
  readonly per_agent_costs: PerAgent<number>;
  readonly final_policies: PerAgent<Policy>;
  /** Total cost by iteration. */
  readonly history: readonly number[];
  /** How often the proposer was asked, and how often it failed. */
  readonly proposals: { readonly asked: number; readonly failed: number; readonly tokens: number };
}

/**
 * Runs an experiment to its end.
 *
 * @throws {PaymentsError} when the scenario or a starting policy cannot be simulated, {@linkcode ValidationError} when
 * an agent is not in the scenario, {@linkcode StoreError} when a record cannot be kept.
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
    const { settings, scenario, behaviours = CORRECTED, recorder = null, runId, now, onEvent } = options;
    checkAgents(settings, scenario.config);
    this.#options = options;
    this.#settings = settings;
    this.#behaviours = behaviours;
    this.#course = new Course({ runId, settings, behaviours, recorder, now, onEvent });
    this.#laboratory = new Laboratory(settings, scenario, behaviours, this.#course, options.persistBootstrap === true);
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
    const { maxIterations, stabilityWindow } = this.#settings.convergence;
    await this.#begin();
    let iterations = 0;
    let costs: PerAgent<number> = {};
    while (iterations < maxIterations) {
      const view = await this.#evaluate(iterations++);
      costs = view.costs;
      if (this.#detector.stop !== undefined) break;
      await this.#optimise(view);
      if (this.#isTemporal && this.#fractions.isStable(this.#settings.optimizedAgents, stabilityWindow)) break;
    }
    return await this.#end(iterations, costs);
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
    this.#options.signal?.throwIfAborted();
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
      this.#options.signal?.throwIfAborted();
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
      // Spec 08 16.5: in this mode agents get no words of their own.
      customization: customizationFor(this.#settings, this.#isTemporal ? "" : agent),
      seed: iterationSeed(this.#settings.masterSeed, view.iteration, agent),
      signal: this.#options.signal,
    };
    const round = await askForPolicy(this.#options.proposer, request, maxRetries, (policy) => {
      return proposalErrors(policy, rules);
    });
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
      await this.#course.interaction(agent, iteration, round.interaction);
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
        await this.#course.interaction(agent, iteration, round?.interaction ?? null);
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
    if (drawsSamples(this.#settings)) {
      const samples = view.samples(agent);
      const current = view.sampled(agent);
      figures = sampledPair(samples, current, this.#laboratory.trySamples(agent, proposed, samples), setting);
    } else {
      const { iteration } = view;
      // behaviour: trialsUseOtherSeeds
      const seed = this.#behaviours.trialsUseOtherSeeds
        ? iterationSeed(this.#settings.masterSeed, iteration, agent)
        : view.seed;
      const oldCost = this.#laboratory.quickCost(agent, this.#policies, seed);
      this.#policies.set(agent, proposed);
      figures = simulatedPair(oldCost, await this.#laboratory.trial(iteration, this.#policies, seed), setting);
    }
    const verdict = judge({
      deltaSum: figures.delta_sum,
      settlementRate: figures.settlement_rate,
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
    const { policy, interaction, errors } = await this.#ask(agent, view);
    if (policy === null) {
      if (errors.length > 0) await this.#refused(agent, iteration, errors.join("; "), "ValidationError");
      return false;
    }
    await this.#course.interaction(agent, iteration, interaction);
    this.#policies.set(agent, policy);
    this.#fractions.record(agent, iteration, fractionOf(policy));
    const cost = view.costs[agent] ?? 0;
    this.#remember(agent, { iteration, cost, accepted: true, deltaSum: null, proposed: policy, policy });
    return true;
  }

  async #end(iterations: number, costs: PerAgent<number>): Promise<ExperimentOutcome> {
    const { optimizedAgents, convergence } = this.#settings;
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
