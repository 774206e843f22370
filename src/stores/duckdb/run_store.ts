/**
 * What recording a run tick by tick needs of a store.
 *
 * @module
 */
import type { EventStretch, SimulationConfig } from "../../experiments/contracts.ts";
import type { SimulationEnd, SimulationStart, TableRows } from "./simulation_rows.ts";

/** Takes a run as it goes on: {@linkcode DuckDbSimulations}, a {@linkcode HeldSimulation}, or a Postgres. */
export interface RunStore {
  /** Whether what is recorded now would have to wait for the store to be opened; missing where it never does. */
  readonly isOpening?: boolean;
  /** Begins a simulation. @throws {Conflict} when one of that id is recorded already. */
  start(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    rows: readonly TableRows[],
  ): Promise<void>;
  /**
   * Records events and rows, all or nothing.
   *
   * @param rows the store fills in columns `simulation_no`
   * @param onCopied called when nothing is read from them any more
   */
  record(
    simulationId: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[],
    onCopied?: () => void,
  ): Promise<number>;
  /** Ends a simulation, together with rows and events that belong to its end. */
  end(
    simulationId: string,
    end: SimulationEnd,
    rows: readonly TableRows[],
    stretches: readonly EventStretch[],
  ): Promise<void>;
}
