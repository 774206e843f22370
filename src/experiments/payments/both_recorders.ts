/**
 * Records in two places.
 *
 * @module
 */
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  SimulationRecord,
} from "./contracts.ts";

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

  async saveEvent(event: ExperimentEvent): Promise<void> {
    await this.first.saveEvent(event);
    await this.second.saveEvent(event);
  }

  async saveEvaluation(record: EvaluationRecord): Promise<void> {
    await this.first.saveEvaluation(record);
    await this.second.saveEvaluation(record);
  }

  async saveSimulation(record: SimulationRecord): Promise<void> {
    await this.first.saveSimulation(record);
    await this.second.saveSimulation(record);
  }
}
