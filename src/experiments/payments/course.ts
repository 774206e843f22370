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
  JsonMap,
  PerAgent,
  Policy,
  Purpose,
  SimulationRecord,
  SimulationWatch,
  WatchedSimulation,
} from "./contracts.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { PairFigures } from "./evaluation.ts";
import type { Verdict } from "./acceptance.ts";
import type { Round } from "./asking.ts";
import { INTERRUPTED } from "./resuming.ts";
import type { ExperimentSettings } from "./settings.ts";

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
  /** What the caller adds to the recorded configuration. */
  readonly provenance: JsonMap | undefined;
}

/** A simulation that was made, and what for. */
export interface MadeSimulation extends Omit<SimulationRecord, "experiment_run_id"> {
  /** In cents, by optimised agent. */
  readonly per_agent_costs: PerAgent<number>;
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
    const { runId, settings, recorder, now, provenance } = this.#options;
    this.#record = {
      run_id: runId,
      experiment_name: settings.name,
      experiment_type: "generic",
      config: { ...recordedSettings(settings), ...(provenance === undefined ? {} : { run: provenance }) },
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

  /** Records that somebody stopped the experiment after so many iterations. */
  async interrupted(numIterations: number): Promise<void> {
    if (this.#record === undefined) return;
    const record = { ...this.#record, num_iterations: numIterations, convergence_reason: INTERRUPTED };
    await this.#options.recorder?.saveExperiment(record);
  }

  /** Tells an event, and records it. */
  async happened(type: string, iteration: number, data: JsonMap): Promise<void> {
    await this.#happened([{ type, iteration, data }]);
  }

  async #happened(live: readonly LiveEvent[]): Promise<void> {
    const { onEvent, recorder, behaviours, runId, now } = this.#options;
    for (const event of live) onEvent?.(event);
    // behaviour: courseNotStored
    const stored = live.filter(({ type }) => !behaviours.courseNotStored || STORED.has(type));
    if (recorder === null || stored.length === 0) return;
    await recorder.saveEvents(stored.map(({ type, iteration, data }): ExperimentEvent => {
      return { run_id: runId, iteration, event_type: type, event_data: data, timestamp: now() };
    }));
  }

  /**
   * What was said last in a round, and (ours) how the round went: it is not asked again after a stop.
   *
   * @param type `llm_refusal` (ours) for a refusal that the reference does not store.
   */
  async interaction(
    agent: string,
    iteration: number,
    said: Round | undefined,
    type: "llm_interaction" | "llm_refusal" = "llm_interaction",
  ): Promise<void> {
    if (said === undefined || said.interaction === null) return;
    const { policy, attempts, failures, errors } = said;
    const round = { attempts, failures, errors, proposed: policy !== null };
    await this.happened(type, iteration, { agent_id: agent, ...said.interaction, round });
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

  /** Watches a simulation for its record; undefined where nobody wants to see more of it than its events. */
  async watch(begun: Omit<WatchedSimulation, "experiment_run_id" | "scenario">): Promise<SimulationWatch | undefined> {
    const { recorder, runId, settings, behaviours } = this.#options;
    // behaviour: onlyEventsStored
    if (behaviours.onlyEventsStored) return undefined;
    return await recorder?.watchSimulation?.({ ...begun, experiment_run_id: runId, scenario: settings.scenario });
  }

  /** Records simulations with their events, and that they were made. */
  async simulations(made: readonly MadeSimulation[]): Promise<void> {
    const { recorder, runId } = this.#options;
    await recorder?.saveSimulations(
      made.map(({ per_agent_costs: _, ...record }) => ({ ...record, experiment_run_id: runId })),
    );
    await this.#happened(made.map(simulationRun));
  }
}

/** What is told of a simulation. */
function simulationRun(made: MadeSimulation): LiveEvent {
  const { simulation_id, experiment_iteration, purpose, seed, ticks, total_cost_cents, per_agent_costs, log } = made;
  return {
    type: "simulation_run",
    iteration: experiment_iteration ?? 0,
    data: {
      simulation_id,
      purpose,
      seed,
      ticks,
      total_cost: total_cost_cents,
      per_agent_costs,
      num_events: log.length,
    },
  };
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
