/**
 * A simulation whose rows are held until it is over, to be recorded in one piece with others: a transaction costs more
 * than a short simulation.
 *
 * @module
 */
import type { EventStretch, SimulationConfig } from "../../experiments/contracts.ts";
import type { RunStore } from "./run_store.ts";
import type { SimulationEnd, SimulationStart, TableRows } from "./simulation_rows.ts";
import type { WholeSimulation } from "./simulations.ts";

/** Holds one simulation. */
export class HeldSimulation implements RunStore {
  #begun: Pick<WholeSimulation, "simulationId" | "config" | "start"> | undefined;
  #end: SimulationEnd | undefined;
  readonly #rows: TableRows[] = [];

  /** @inheritdoc */
  start(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    rows: readonly TableRows[],
  ): Promise<void> {
    this.#begun = { simulationId, config, start };
    this.#rows.push(...rows);
    return Promise.resolve();
  }

  /** Events stay in their log, of which {@linkcode whole} is told. */
  record(
    _id: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[],
    onCopied?: () => void,
  ): Promise<number> {
    this.#rows.push(...rows);
    onCopied?.();
    return Promise.resolve(stretches.reduce((sum, { from, to }) => sum + to - from, 0));
  }

  /** @inheritdoc */
  end(_id: string, end: SimulationEnd, rows: readonly TableRows[]): Promise<void> {
    this.#end = end;
    this.#rows.push(...rows);
    return Promise.resolve();
  }

  /** The simulation with all events of its log. @throws {TypeError} when it is not over. */
  whole(log: EventStretch["log"]): WholeSimulation {
    if (this.#begun === undefined || this.#end === undefined) throw new TypeError("the simulation is not over");
    return { ...this.#begun, end: this.#end, stretch: { log, from: 0, to: log.length }, rows: this.#rows };
  }
}
