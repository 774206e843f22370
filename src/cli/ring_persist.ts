/**
 * What `--persist` adds to a run of the ring model: its events in a database.
 *
 * @module
 */
import type { SimulationConfig } from "../experiments/contracts.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { scenarioDocument } from "../ring/scenario/document.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { recordRing } from "../stores/duckdb/ring_recorder.ts";
import { openRecording } from "./recording_file.ts";
import type { Terminal } from "./terminal.ts";

/** How a recorded run is named. */
interface RecordedNames {
  readonly database: string;
  readonly simulationId: string | undefined;
  /** The scenario file. */
  readonly file: string;
}

/** Records one run. @throws {Conflict} when the database has a simulation of that id. */
export async function persistRing(
  { database, simulationId, file }: RecordedNames,
  scenario: Scenario,
  outcome: RingOutcome,
  seconds: number,
  terminal: Terminal,
): Promise<void> {
  const id = simulationId ?? `sim-${crypto.randomUUID().slice(0, 8)}`;
  await using store = await openRecording(database, terminal);
  await recordRing(store, outcome, { simulationId: id, file, config: configOf(scenario), seconds });
  terminal.error(`Recorded as ${id} in ${database}\n`);
}

function configOf(scenario: Scenario): SimulationConfig {
  return { ...scenarioDocument(scenario) };
}
