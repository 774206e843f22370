/**
 * What policy experiments need from outside: a place for their records, and someone who proposes policies. Names of
 * record fields are the columns of spec 08 20, so that a database takes a record as it stands.
 *
 * @module
 */
import type { Behaviours } from "../../payments/behaviours.ts";
import type { CostRates, EngineConfig } from "../../payments/config.ts";
import type { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { TickResult } from "../../payments/engine/tick.ts";
import type { PaymentsLog } from "../../payments/events.ts";

/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
/** An object of JSON. */
export interface JsonMap {
  readonly [key: string]: Json;
}

/** A policy as a document (spec 07) or as a built-in policy, `{ type: "Fifo" }`. */
export type Policy = JsonMap;

/** Amounts in cents, or other numbers, by agent id. */
export type PerAgent<T> = Readonly<Record<string, T>>;

/** A row of `experiments`: inserted at the start, replaced at the end. Times are ISO texts. */
export interface ExperimentRecord {
  readonly run_id: string;
  readonly experiment_name: string;
  readonly experiment_type: "generic";
  readonly config: JsonMap;
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly num_iterations: number;
  readonly converged: boolean;
  readonly convergence_reason: string | null;
}

/** A row of `experiment_iterations`; one with the same run and iteration is replaced. */
export interface IterationRecord {
  readonly run_id: string;
  /** From 0. */
  readonly iteration: number;
  readonly costs_per_agent: PerAgent<number>;
  readonly accepted_changes: PerAgent<boolean>;
  /** The policies before the optimisation of this iteration. */
  readonly policies: PerAgent<Policy>;
  readonly timestamp: string;
}

/** A row of `experiment_events`; their order is the order in which they were saved. */
export interface ExperimentEvent {
  readonly run_id: string;
  readonly iteration: number;
  readonly event_type: string;
  readonly event_data: JsonMap;
  readonly timestamp: string;
}

/** A row of `policy_evaluations`; one with the same run, iteration and agent is replaced. Costs in cents. */
export interface EvaluationRecord {
  readonly run_id: string;
  readonly iteration: number;
  readonly agent_id: string;
  readonly evaluation_mode: "deterministic" | "bootstrap";
  readonly proposed_policy: Policy;
  readonly old_cost: number;
  readonly new_cost: number;
  readonly context_simulation_cost: number;
  readonly accepted: boolean;
  readonly acceptance_reason: string;
  readonly delta_sum: number;
  readonly num_samples: number;
  /** Of a bootstrap evaluation: index, seed, old_cost, new_cost, delta of each sample. */
  readonly sample_details: readonly JsonMap[] | null;
  /** Of a deterministic evaluation. */
  readonly scenario_seed: number | null;
  readonly timestamp: string;
  readonly settlement_rate: number | null;
  readonly avg_delay: number | null;
  readonly cost_breakdown: PerAgent<number> | null;
  readonly cost_std_dev: number | null;
  readonly confidence_interval_95: readonly [low: number, high: number] | null;
  readonly agent_stats: PerAgent<JsonMap>;
}

/** What a simulation is for. */
export type Purpose = "init" | "eval" | "bootstrap";

/** A simulation of an experiment, for the tables of simulations and their events. */
export interface SimulationRecord {
  readonly simulation_id: string;
  readonly experiment_run_id: string;
  readonly experiment_iteration: number | null;
  readonly purpose: Purpose;
  readonly seed: number;
  readonly ticks_per_day: number;
  readonly num_days: number;
  readonly num_agents: number;
  /** Ticks that were simulated. */
  readonly ticks: number;
  /** What was simulated, as an engine dictionary. */
  readonly config: Readonly<Record<string, unknown>>;
  /** All events. The log belongs to the record: nothing is added to it any more. */
  readonly log: PaymentsLog;
  readonly total_arrivals: number;
  readonly total_settlements: number;
  /** Of the optimised agents. */
  readonly total_cost_cents: number;
  /** What its recorder saw of it; without one its events are all that is recorded. */
  readonly watch?: SimulationWatch;
}

/** A simulation of an experiment that begins. */
export interface WatchedSimulation {
  readonly simulation_id: string;
  readonly experiment_run_id: string;
  readonly experiment_iteration: number | null;
  /** The scenario that it was made from, as the experiment names it. */
  readonly scenario: string;
  readonly config: EngineConfig;
  /** The same as an engine dictionary. */
  readonly dictionary: Readonly<Record<string, unknown>>;
  readonly behaviours: Behaviours;
  /** Ticks that will be simulated, whatever the configuration says. */
  readonly ticks: number;
}

/** Looks at a simulation while it runs, for a recorder that keeps more of it than its events. */
export interface SimulationWatch {
  /** Called after every tick. */
  tick(result: TickResult, engine: PaymentsEngine): void;
  /** Called after the last one. */
  end(engine: PaymentsEngine): void;
}

/**
 * Where an experiment is recorded. Calls come one after another; each is durable when its promise resolves.
 * Implementations: {@linkcode MemoryRecorder}, the journal of `stores/files`, a database.
 */
export interface ExperimentRecorder {
  /** Inserts or replaces the experiment. */
  saveExperiment(record: ExperimentRecord): Promise<void>;
  saveIteration(record: IterationRecord): Promise<void>;
  /** In their order; a crash leaves the first of them. */
  saveEvents(events: readonly ExperimentEvent[]): Promise<void>;
  saveEvaluation(record: EvaluationRecord): Promise<void>;
  /**
   * Watches a simulation that begins; the watch then belongs to its record. A recorder that keeps only events has no such
   * method.
   */
  watchSimulation?(simulation: WatchedSimulation): Promise<SimulationWatch>;
  /** Simulations in their order. @throws {Conflict} when one has an id that is recorded already. */
  saveSimulations(records: readonly SimulationRecord[]): Promise<void>;
}

/** What is known of a recorded experiment. */
export interface RecordedExperiment {
  readonly experiment: ExperimentRecord;
  /** Ascending. */
  readonly iterations: readonly IterationRecord[];
  /** In the order of saving. */
  readonly events: readonly ExperimentEvent[];
  /** By iteration, then in the order of saving. */
  readonly evaluations: readonly EvaluationRecord[];
  /** Ids of the simulations that are recorded to their end, in the order of saving. */
  readonly simulations: readonly string[];
}

/** Reads what a recorder kept. */
export interface ExperimentReader {
  /** Every experiment, the newest first. */
  listExperiments(): Promise<readonly ExperimentRecord[]>;
  /** One experiment, or null. */
  loadExperiment(runId: string): Promise<RecordedExperiment | null>;
}

/** What policies may use: the `policy_constraints` of an experiment. */
export interface PolicyConstraints {
  readonly allowedParameters: readonly ParameterSpec[];
  /** Empty: every field. */
  readonly allowedFields: readonly string[];
  /** By tree; trees that are not listed may do anything. */
  readonly allowedActions: ReadonlyMap<string, readonly string[]>;
  readonly lsmEnabled: boolean;
}

/** A parameter that proposals may set. */
export interface ParameterSpec {
  readonly name: string;
  readonly type: "int" | "float" | "enum";
  readonly min: number | null;
  readonly max: number | null;
  readonly allowed: readonly Json[] | null;
  readonly description: string;
}

/** What became of an agent's policy in an earlier iteration. */
export interface HistoryEntry {
  /** From 0. */
  readonly iteration: number;
  /** In cents: of the accepted policy, else of the one that stayed. */
  readonly cost: number;
  readonly accepted: boolean;
  /** Old minus new cost, summed over the samples; null where nothing was compared. */
  readonly deltaSum: number | null;
  /** What was proposed. */
  readonly proposed: Policy;
  /** What is in force afterwards. */
  readonly policy: Policy;
}

/**
 * What a proposer gets to see: one agent's own affairs and nothing of the others (spec 08 19.4, isolation rule). The
 * events are those that {@linkcode visibleEvents} lets through.
 */
export interface ProposalRequest {
  readonly agent: string;
  /** From 0. */
  readonly iteration: number;
  /** From 0: how many proposals of this round were refused before. */
  readonly attempt: number;
  /** Why the previous proposal of this round was refused. */
  readonly errors: readonly string[];
  readonly current: Policy;
  /** Mean cost of the current policy in this iteration, in cents. */
  readonly cost: number;
  readonly costBreakdown: PerAgent<number>;
  readonly constraints: PolicyConstraints;
  readonly costRates: CostRates;
  readonly history: readonly HistoryEntry[];
  readonly events: readonly VisibleEvent[];
  /** Least share of payments that a new policy must settle, 0 to 1. */
  readonly minSettlementRate: number;
  /** Words of the experiment file to this agent; empty for none. */
  readonly customization: string;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** An event without what the agent must not see. */
export type VisibleEvent = Readonly<Record<string, unknown>> & { readonly event_type: string; readonly tick: number };

/** What was said on the way to a proposal. Token counts are words. */
export interface Interaction {
  readonly system_prompt: string;
  readonly user_prompt: string;
  readonly raw_response: string;
  readonly parsed_policy: Policy | null;
  readonly parsing_error: string | null;
  readonly model: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly latency_seconds: number;
}

/** The answer of a proposer. */
export interface Proposal {
  /** Null when there is nothing (more) to propose. */
  readonly policy: Policy | null;
  /** Null when nothing was said. */
  readonly interaction: Interaction | null;
}

/** Someone who proposes policies. The same requests in the same order get the same answers, a language model aside. */
export interface PolicyProposer {
  /** For records: `search`, `scripted`, or the model's name. */
  readonly name: string;
  /**
   * Whether somebody outside of this process answers: an experiment that goes on after a stop takes recorded answers
   * instead of asking for them again, so each answer must bring an {@linkcode Interaction}. Every other proposer hears
   * all requests again.
   */
  readonly asksOutside?: boolean;
  /**
   * Proposes a policy. What it throws counts as a failed attempt; a {@linkcode ProposalFailure} brings what was said.
   */
  propose(request: ProposalRequest): Promise<Proposal>;
}

/** An attempt that brought no policy. */
export class ProposalFailure extends Error {
  override readonly name: string = "ProposalFailure";
  constructor(message: string, readonly interaction: Interaction | null, options?: ErrorOptions) {
    super(message, options);
  }
}
