/**
 * The course of an experiment: what happens is told to whoever listens, and recorded where there is a recorder
 * (spec 08 14.2, 20).
 *
 * @module
 */
import type {
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  Interaction,
  JsonMap,
  PerAgent,
  Policy,
  Purpose,
} from "./contracts.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { PairFigures } from "./evaluation.ts";
import type { Verdict } from "./acceptance.ts";
import type { ExperimentSettings } from "./settings.ts";
import { recordedConfig, type SimulationOutcome, type SimulationSetting } from "./simulation.ts";

/** What a listener hears: the events of spec 08 20, in order, without times. */
export interface LiveEvent {
  readonly type: string;
  /** From 0. */
  readonly iteration: number;
  readonly data: JsonMap;
}

/** The events that the reference stores; the others it only shows. */
const STORED: ReadonlySet<string> = new Set(["simulation_run", "evaluation", "llm_interaction"]);

/** What a course is made of. */
export interface CourseOptions {
  readonly runId: string;
  readonly settings: ExperimentSettings;
  readonly behaviours: ExperimentBehaviours;
  readonly recorder: ExperimentRecorder | null;
  /** The time now, as text. */
  readonly now: () => string;
  readonly onEvent: ((event: LiveEvent) => void) | undefined;
}

/** A simulation that was made, and what for. */
export interface MadeSimulation {
  readonly id: string;
  readonly purpose: Purpose;
  /** Null: filed under none. */
  readonly iteration: number | null;
  readonly outcome: SimulationOutcome;
  readonly policies: ReadonlyMap<string, Policy>;
}

/** The course of one experiment. */
export class Course {
  readonly #options: CourseOptions;
  #record: ExperimentRecord | undefined;
  /** Simulations so far; their ids count from 1 (spec 08 1). */
  #simulations = 0;

  constructor(options: CourseOptions) {
    this.#options = options;
  }

  get recording(): boolean {
    return this.#options.recorder !== null;
  }

  nextSimulationId(purpose: Purpose): string {
    this.#simulations++;
    return `${this.#options.runId}-sim-${String(this.#simulations).padStart(3, "0")}-${purpose}`;
  }

  async start(): Promise<void> {
    const { runId, settings, recorder, now } = this.#options;
    this.#record = {
      run_id: runId,
      experiment_name: settings.name,
      experiment_type: "generic",
      config: recordedSettings(settings),
      created_at: now(),
      completed_at: null,
      num_iterations: 0,
      converged: false,
      convergence_reason: null,
    };
    await recorder?.saveExperiment(this.#record);
  }

  async finish(numIterations: number, converged: boolean, reason: string): Promise<void> {
    const { recorder, now } = this.#options;
    if (this.#record === undefined) return;
    await recorder?.saveExperiment({
      ...this.#record,
      completed_at: now(),
      num_iterations: numIterations,
      converged,
      convergence_reason: reason,
    });
  }

  /** Tells an event, and records it. */
  async happened(type: string, iteration: number, data: JsonMap): Promise<void> {
    const { onEvent, recorder, behaviours, runId, now } = this.#options;
    onEvent?.({ type, iteration, data });
    // behaviour: courseNotStored
    if (recorder === null || (behaviours.courseNotStored && !STORED.has(type))) return;
    const event: ExperimentEvent = { run_id: runId, iteration, event_type: type, event_data: data, timestamp: now() };
    await recorder.saveEvent(event);
  }

  async interaction(agent: string, iteration: number, said: Interaction | null): Promise<void> {
    if (said !== null) await this.happened("llm_interaction", iteration, { agent_id: agent, ...said });
  }

  async iteration(
    iteration: number,
    costs: PerAgent<number>,
    accepted: PerAgent<boolean>,
    policies: PerAgent<Policy>,
  ): Promise<void> {
    const { recorder, runId, now } = this.#options;
    await recorder?.saveIteration({
      run_id: runId,
      iteration,
      costs_per_agent: costs,
      accepted_changes: accepted,
      policies,
      timestamp: now(),
    });
  }

  async evaluation(
    iteration: number,
    agent: string,
    proposed: Policy,
    contextCost: number,
    figures: PairFigures,
    verdict: Verdict,
  ): Promise<void> {
    const { recorder, runId, now } = this.#options;
    const { old_cost, new_cost, delta_sum, num_samples } = figures;
    const { accepted, reason } = verdict;
    const data = { agent_id: agent, old_cost, new_cost, delta_sum, num_samples, accepted, reason };
    await this.happened("policy_evaluation", iteration, data);
    await recorder?.saveEvaluation({
      ...figures,
      run_id: runId,
      iteration,
      agent_id: agent,
      proposed_policy: proposed,
      context_simulation_cost: contextCost,
      accepted: verdict.accepted,
      acceptance_reason: verdict.reason,
      timestamp: now(),
    });
  }

  /** Records a simulation with its events, and that it was made. */
  async simulation(
    setting: SimulationSetting,
    { id, purpose, iteration, outcome, policies }: MadeSimulation,
  ): Promise<void> {
    const { recorder, runId } = this.#options;
    const { config } = setting;
    await recorder?.saveSimulation({
      simulation_id: id,
      experiment_run_id: runId,
      experiment_iteration: iteration,
      purpose,
      seed: outcome.seed,
      ticks_per_day: config.ticksPerDay,
      num_days: config.numDays,
      num_agents: config.agents.length,
      ticks: setting.ticks,
      config: recordedConfig(setting, policies, outcome.seed),
      log: outcome.log,
      total_arrivals: outcome.arrivals,
      total_settlements: outcome.settlements,
      total_cost_cents: outcome.totalCost,
    });
    await this.happened("simulation_run", iteration ?? 0, {
      simulation_id: id,
      purpose,
      seed: outcome.seed,
      ticks: setting.ticks,
      total_cost: outcome.totalCost,
      per_agent_costs: outcome.costs,
      num_events: outcome.log.length,
    });
  }
}

/** What is recorded of the settings (spec 08 20). */
function recordedSettings(settings: ExperimentSettings): JsonMap {
  const { maxIterations, stabilityThreshold, stabilityWindow } = settings.convergence;
  return {
    name: settings.name,
    description: settings.description,
    scenario_path: settings.scenario,
    master_seed: settings.masterSeed,
    evaluation: { mode: settings.mode, ticks: settings.ticks, num_samples: settings.numSamples },
    convergence: {
      max_iterations: maxIterations,
      stability_threshold: stabilityThreshold,
      stability_window: stabilityWindow,
    },
    optimized_agents: [...settings.optimizedAgents],
  };
}
