/**
 * Records of experiments in memory: for tests, for notebooks, and as what a file of records is read into.
 *
 * @module
 */
import { Conflict } from "../../core/errors.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentReader,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  RecordedExperiment,
  SimulationRecord,
} from "./contracts.ts";

interface Kept {
  experiment: ExperimentRecord;
  readonly iterations: Map<number, IterationRecord>;
  readonly events: ExperimentEvent[];
  readonly evaluations: Map<string, EvaluationRecord>;
}

/** Keeps everything until it is let go. */
export class MemoryRecorder implements ExperimentRecorder, ExperimentReader {
  readonly #runs = new Map<string, Kept>();
  readonly #simulations = new Map<string, SimulationRecord>();

  /** All simulations in the order of saving. */
  get simulations(): readonly SimulationRecord[] {
    return [...this.#simulations.values()];
  }

  #run(runId: string): Kept {
    const kept = this.#runs.get(runId);
    if (kept === undefined) throw new RangeError(`no experiment ${runId} was saved`);
    return kept;
  }

  saveExperiment(record: ExperimentRecord): Promise<void> {
    const kept = this.#runs.get(record.run_id);
    if (kept !== undefined) kept.experiment = record;
    else {this.#runs.set(record.run_id, {
        experiment: record,
        iterations: new Map(),
        events: [],
        evaluations: new Map(),
      });}
    return Promise.resolve();
  }

  saveIteration(record: IterationRecord): Promise<void> {
    this.#run(record.run_id).iterations.set(record.iteration, record);
    return Promise.resolve();
  }

  saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    for (const event of events) this.#run(event.run_id).events.push(event);
    return Promise.resolve();
  }

  saveEvaluation(record: EvaluationRecord): Promise<void> {
    this.#run(record.run_id).evaluations.set(`${record.iteration} ${record.agent_id}`, record);
    return Promise.resolve();
  }

  saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    const twice = records.find(({ simulation_id }) => this.#simulations.has(simulation_id));
    if (twice !== undefined) {
      return Promise.reject(new Conflict(`A simulation ${twice.simulation_id} is recorded already`));
    }
    for (const record of records) this.#simulations.set(record.simulation_id, record);
    return Promise.resolve();
  }

  listExperiments(): Promise<readonly ExperimentRecord[]> {
    const records = [...this.#runs.values()].map(({ experiment }) => experiment);
    return Promise.resolve(records.reverse().sort((a, b) => compared(b.created_at, a.created_at)));
  }

  loadExperiment(runId: string): Promise<RecordedExperiment | null> {
    const kept = this.#runs.get(runId);
    if (kept === undefined) return Promise.resolve(null);
    return Promise.resolve({
      experiment: kept.experiment,
      iterations: [...kept.iterations.values()].sort((a, b) => a.iteration - b.iteration),
      events: [...kept.events],
      evaluations: [...kept.evaluations.values()].sort((a, b) => a.iteration - b.iteration),
      simulations: this.simulations.filter((each) => each.experiment_run_id === runId).map((each) =>
        each.simulation_id
      ),
    });
  }
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
