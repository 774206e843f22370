/**
 * Records a run of the ring model in the tables of the payments model, days as ticks: one question spans both.
 *
 * @module
 */
import type { SimulationConfig } from "../../experiments/contracts.ts";
import type { RingEventKind } from "../../ring/events.ts";
import type { RingOutcome } from "../../ring/outcome.ts";
import { runConfigHash } from "./config_text.ts";
import type { DuckDbSimulations, SimulationEnd, SimulationStart, WholeSimulation } from "./simulations.ts";

/** What is known of a run besides its outcome. */
export interface RingRecord {
  readonly simulationId: string;
  /** The scenario file, or empty. */
  readonly file: string;
  /** The scenario as plain values. */
  readonly config: SimulationConfig;
  readonly seed?: bigint;
  /** Seconds that the simulation took. */
  readonly seconds: number;
  readonly experimentRunId?: string;
}

/** Contracts that came into being count as arrivals, those that were settled as settlements. */
const ARRIVALS: readonly RingEventKind[] = ["PayableCreated", "DeliveryObligationCreated"];
const SETTLEMENTS: readonly RingEventKind[] = ["PayableSettled", "DeliveryObligationSettled"];

/** Records a finished run. @throws {Conflict} when a simulation of that id is recorded already. */
export async function recordRing(
  store: Pick<DuckDbSimulations, "recordWhole">,
  outcome: RingOutcome,
  record: RingRecord,
): Promise<void> {
  const { simulationId, config, start, stretch, end } = wholeRing(outcome, record);
  await store.recordWhole(simulationId, config, start, stretch, end);
}

/** A finished run as it is recorded. */
export function wholeRing(outcome: RingOutcome, record: RingRecord): WholeSimulation {
  const { simulationId, file, config, seconds } = record;
  const { log } = outcome;
  const count = (kinds: readonly RingEventKind[]) =>
    kinds.reduce((sum, kind) => sum + (log.table(kind)?.length ?? 0), 0);
  const start: SimulationStart = {
    model: "ring",
    configFile: file,
    configHash: runConfigHash(config),
    ...(record.seed === undefined ? {} : { seed: record.seed }),
    ticksPerDay: 1,
    numDays: outcome.days.length,
    numAgents: outcome.agents.length,
    ...(record.experimentRunId === undefined ? {} : { experimentRunId: record.experimentRunId }),
  };
  const { error, reason } = outcome.stop;
  const end: SimulationEnd = {
    // A default that stops a run is a result like any other.
    status: "completed",
    ...(error === undefined ? {} : { error: error.message }),
    total_arrivals: count(ARRIVALS),
    total_settlements: count(SETTLEMENTS),
    duration_seconds: seconds,
    ticksPerSecond: seconds > 0 ? outcome.days.length / seconds : 0,
    outcome: { stop: reason, day: outcome.day, open_contracts: outcome.openContracts },
  };
  return { simulationId, config, start, stretch: { log, from: 0, to: log.length }, end };
}
