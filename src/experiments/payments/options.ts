/**
 * What an experiment is run with, and what it finds.
 *
 * @module
 */
import type { Behaviours } from "../../payments/behaviours.ts";
import type { EngineConfig } from "../../payments/config.ts";
import type { ExperimentBehaviours } from "./behaviours.ts";
import type { ExperimentRecorder, JsonMap, PerAgent, Policy, PolicyProposer, RecordedExperiment } from "./contracts.ts";
import type { LiveEvent } from "./course.ts";
import type { ExperimentSettings } from "./settings.ts";

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
  /** Records also the simulations that only test a policy: trials of proposals, and samples. */
  readonly persistBootstrap?: boolean;
  /** What `recorder` has of this experiment already: it goes on where it was cut off (`resuming.ts`). */
  readonly recorded?: RecordedExperiment | null;
  /** What a record says of the way in which the experiment was started; key `run` of its configuration. */
  readonly provenance?: JsonMap;
  /** Policies to start with instead of the default. */
  readonly initialPolicies?: ReadonlyMap<string, Policy>;
  /** Hears what happens. */
  readonly onEvent?: (event: LiveEvent) => void;
  /**
   * Looked at between evaluations; when aborted the record says that the experiment was interrupted, and
   * `runExperiment` throws the signal's reason.
   */
  readonly signal?: AbortSignal;
  /** Looked at between simulations, samples included: cuts short what `signal` would let finish, in the same way. */
  readonly cut?: AbortSignal;
  /** Called between simulations, so that a signal can come in while everything else is computation. */
  readonly breathe?: () => Promise<void> | undefined;
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
