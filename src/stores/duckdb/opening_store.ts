/**
 * A store that is being opened while the simulation has begun: loading DuckDB and making a database take as long as many
 * a run.
 *
 * @module
 */
import type { EventStretch, SimulationConfig } from "../../experiments/contracts.ts";
import type { RunStore } from "./run_store.ts";
import type { SimulationEnd, SimulationStart, TableRows } from "./simulation_rows.ts";

/** Takes one simulation at once; what is recorded of it waits for the store. */
export class OpeningStore implements RunStore {
  readonly #store: Promise<RunStore>;
  #started: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** @inheritdoc */
  isOpening = true;

  constructor(store: Promise<RunStore>) {
    this.#store = store;
    this.#watch(store);
  }

  /** A failure is kept for {@linkcode check}, and for whoever records. */
  #watch(work: Promise<unknown>): void {
    work.catch((error) => this.#failure ??= error);
  }

  /** Throws what opening the store, or beginning the simulation in it, failed with; a simulation need not go on then. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Begins the simulation when the store is open; what that fails with is thrown by everything that follows. */
  start(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    rows: readonly TableRows[],
  ): Promise<void> {
    this.#started = this.#store.then((store) => store.start(simulationId, config, start, rows));
    this.#watch(this.#started.then(() => void (this.isOpening = false)));
    return Promise.resolve();
  }

  /** @inheritdoc */
  async record(
    simulationId: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[],
    onCopied?: () => void,
  ): Promise<number> {
    await this.#started;
    return await (await this.#store).record(simulationId, stretches, rows, onCopied);
  }

  /** @inheritdoc */
  async end(
    simulationId: string,
    end: SimulationEnd,
    rows: readonly TableRows[],
    stretches: readonly EventStretch[],
  ): Promise<void> {
    await this.#started;
    await (await this.#store).end(simulationId, end, rows, stretches);
  }
}
