/**
 * Records in two places.
 *
 * @module
 */
import type { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import type { TickResult } from "../../../src/payments/engine/tick.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  SimulationRecord,
  SimulationWatch,
  WatchedSimulation,
} from "../../../src/experiments/payments/contracts.ts";

/** Every record goes to the first recorder, then to the second. */
export class BothRecorders implements ExperimentRecorder {
  constructor(readonly first: ExperimentRecorder, readonly second: ExperimentRecorder) {}

  async saveExperiment(record: ExperimentRecord): Promise<void> {
    await this.first.saveExperiment(record);
    await this.second.saveExperiment(record);
  }

  async saveIteration(record: IterationRecord): Promise<void> {
    await this.first.saveIteration(record);
    await this.second.saveIteration(record);
  }

  async saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    await this.first.saveEvents(events);
    await this.second.saveEvents(events);
  }

  async saveEvaluation(record: EvaluationRecord): Promise<void> {
    await this.first.saveEvaluation(record);
    await this.second.saveEvaluation(record);
  }

  async watchSimulation(simulation: WatchedSimulation): Promise<SimulationWatch> {
    return new BothWatches(
      await this.first.watchSimulation?.(simulation),
      await this.second.watchSimulation?.(simulation),
    );
  }

  async saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    await this.first.saveSimulations(records.map((record) => ofWatch(record, "first")));
    await this.second.saveSimulations(records.map((record) => ofWatch(record, "second")));
  }
}

class BothWatches implements SimulationWatch {
  constructor(readonly first: SimulationWatch | undefined, readonly second: SimulationWatch | undefined) {}

  tick(result: TickResult, engine: PaymentsEngine): void {
    this.first?.tick(result, engine);
    this.second?.tick(result, engine);
  }

  end(engine: PaymentsEngine): void {
    this.first?.end(engine);
    this.second?.end(engine);
  }
}

/** The record as one of the two has to get it: with its own watch. */
function ofWatch({ watch, ...record }: SimulationRecord, which: "first" | "second"): SimulationRecord {
  const own = watch instanceof BothWatches ? watch[which] : undefined;
  return own === undefined ? record : { ...record, watch: own };
}
