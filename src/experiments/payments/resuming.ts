/**
 * Going on with an experiment that was cut off. It is run again from its start: what is recorded already is compared
 * with what comes out, and not written again; what somebody outside said is taken from the records, and not asked for
 * again. So the records of an experiment that was cut off any number of times are those of one that never was.
 *
 * @module
 */
import { Conflict } from "../../core/errors.ts";
import { canonicalText } from "../canonical.ts";
import type { Round } from "./asking.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  Interaction,
  IterationRecord,
  Json,
  JsonMap,
  RecordedExperiment,
  SimulationRecord,
  SimulationWatch,
  WatchedSimulation,
} from "./contracts.ts";
import { isJsonMap } from "./policies.ts";

/** Why an experiment ended that somebody stopped (`convergence_reason`); `completed_at` stays null. */
export const INTERRUPTED = "interrupted";

/** Passes on to a recorder what it does not have yet. */
export class ResumedRecorder implements ExperimentRecorder {
  readonly #recorder: ExperimentRecorder;
  readonly #recorded: RecordedExperiment;
  readonly #simulations: ReadonlySet<string>;
  /** Events that came out again. */
  #events = 0;
  /** Iterations that came out again. */
  readonly #iterations = new Set<number>();

  /** @param recorded What the recorder has of the experiment. */
  constructor(recorder: ExperimentRecorder, recorded: RecordedExperiment) {
    this.#recorder = recorder;
    this.#recorded = recorded;
    this.#simulations = new Set(recorded.simulations);
  }

  #differs(what: string): Conflict {
    const { run_id } = this.#recorded.experiment;
    return new Conflict(
      `${run_id} cannot be resumed: ${what} comes out otherwise than it is recorded. The experiment, its scenario, ` +
        "its policies or the engine changed; restore them, or start a new experiment.",
    );
  }

  /** The record of the start stands already. */
  async saveExperiment(record: ExperimentRecord): Promise<void> {
    const { config, created_at } = this.#recorded.experiment;
    if (canonicalText(config) !== canonicalText(record.config)) throw this.#differs("what the file asks for");
    if (record.completed_at === null && record.convergence_reason === null) return;
    // Who is stopped again before the place of the first stop has still recorded so many iterations.
    const num_iterations = record.completed_at === null
      ? Math.max(record.num_iterations, this.#recorded.iterations.length)
      : record.num_iterations;
    await this.#recorder.saveExperiment({ ...record, created_at, num_iterations });
  }

  /**
   * An iteration is saved before its proposals, and often again with what was accepted of them; which of the two is on
   * record is not known.
   */
  async saveIteration(record: IterationRecord): Promise<void> {
    const kept = this.#recorded.iterations.find(({ iteration }) => iteration === record.iteration);
    if (kept === undefined) return await this.#recorder.saveIteration(record);
    const without = ({ timestamp: _, accepted_changes: __, ...row }: IterationRecord) => canonicalText(row);
    if (without(kept) !== without(record)) throw this.#differs(`iteration ${record.iteration + 1}`);
    const again = this.#iterations.has(record.iteration);
    this.#iterations.add(record.iteration);
    if (again && canonicalText(kept.accepted_changes) !== canonicalText(record.accepted_changes)) {
      await this.#recorder.saveIteration(record);
    }
  }

  /** @inheritdoc */
  async saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    const fresh = events.filter((event) => !this.#isKept(event));
    if (fresh.length > 0) await this.#recorder.saveEvents(fresh);
  }

  /** Whether the event is the next of those on record. @throws {Conflict} when that is another. */
  #isKept(event: ExperimentEvent): boolean {
    const kept = this.#recorded.events[this.#events];
    if (kept === undefined) return false;
    this.#events++;
    const without = ({ timestamp: _, ...row }: ExperimentEvent) => canonicalText(row);
    if (without(kept) === without(event)) return true;
    throw this.#differs(`event ${this.#events}, ${kept.event_type} of iteration ${kept.iteration + 1},`);
  }

  /** @inheritdoc */
  async saveEvaluation(record: EvaluationRecord): Promise<void> {
    const { iteration, agent_id } = record;
    const kept = this.#recorded.evaluations.find((each) => each.iteration === iteration && each.agent_id === agent_id);
    if (kept === undefined) return await this.#recorder.saveEvaluation(record);
    const without = ({ timestamp: _, ...row }: EvaluationRecord) => canonicalText(row);
    if (without(kept) !== without(record)) {
      throw this.#differs(`the proposal of ${agent_id} in iteration ${iteration + 1}`);
    }
  }

  /** @inheritdoc */
  async watchSimulation(simulation: WatchedSimulation): Promise<SimulationWatch> {
    const watch = this.#simulations.has(simulation.simulation_id)
      ? undefined
      : await this.#recorder.watchSimulation?.(simulation);
    return watch ?? NOBODY;
  }

  /** @inheritdoc */
  async saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    const fresh = records.filter(({ simulation_id }) => !this.#simulations.has(simulation_id));
    if (fresh.length > 0) await this.#recorder.saveSimulations(fresh);
  }
}

/** Looks at nothing. */
const NOBODY: SimulationWatch = { tick: () => {}, end: () => {} };

const SAID = ["llm_interaction", "llm_refusal"];

/** What was said in a round that is recorded; undefined for one that is not. */
export function recordedRound(
  { events }: RecordedExperiment,
  iteration: number,
  agent: string,
): Round | undefined {
  const found = events.find((event) =>
    SAID.includes(event.event_type) && event.iteration === iteration && event.event_data["agent_id"] === agent
  );
  if (found === undefined) return undefined;
  const { event_data: said } = found;
  const round = isJsonMap(said["round"]) ? said["round"] : {};
  const errors = Array.isArray(round["errors"]) ? round["errors"].map(textOf) : [];
  const interaction = interactionIn(said);
  return {
    policy: round["proposed"] === true ? interaction.parsed_policy : null,
    interaction,
    attempts: numberOf(round["attempts"]),
    failures: numberOf(round["failures"]),
    errors,
  };
}

function interactionIn(said: JsonMap): Interaction {
  const { parsed_policy: policy, parsing_error: error } = said;
  return {
    system_prompt: textOf(said["system_prompt"]),
    user_prompt: textOf(said["user_prompt"]),
    raw_response: textOf(said["raw_response"]),
    parsed_policy: isJsonMap(policy) ? policy : null,
    parsing_error: typeof error === "string" ? error : null,
    model: textOf(said["model"]),
    prompt_tokens: numberOf(said["prompt_tokens"]),
    completion_tokens: numberOf(said["completion_tokens"]),
    latency_seconds: numberOf(said["latency_seconds"]),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
