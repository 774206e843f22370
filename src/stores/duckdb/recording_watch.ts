/**
 * Records a simulation of an experiment as `payments run` records a run: through the same recorder, into rows that are
 * held until the simulation is over (INV-11).
 *
 * @module
 */
import type { SimulationWatch, WatchedSimulation } from "../../experiments/payments/contracts.ts";
import type { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { TickResult } from "../../payments/engine/tick.ts";
import type { PaymentsLog } from "../../payments/events.ts";
import { SavingCounter } from "../../payments/saving_counter.ts";
import { HeldSimulation } from "./held_simulation.ts";
import { PaymentsRecorder } from "./payments_recorder.ts";
import type { WholeSimulation } from "./simulations.ts";

/** Watches one simulation. */
export class RecordingWatch implements SimulationWatch {
  readonly #held: HeldSimulation;
  readonly #recorder: PaymentsRecorder;
  readonly #database: string;
  readonly #saving = new SavingCounter();
  readonly #started = performance.now();
  #ticks = 0;
  #totalCost = 0;
  #ended: Promise<void> = Promise.resolve();

  private constructor(held: HeldSimulation, recorder: PaymentsRecorder, database: string) {
    this.#held = held;
    this.#recorder = recorder;
    this.#database = database;
  }

  /** Begins to watch; `database` is what a replay prints as its name. */
  static async begin(simulation: WatchedSimulation, database: string): Promise<RecordingWatch> {
    const { simulation_id, experiment_run_id, experiment_iteration, scenario, config, dictionary, behaviours, ticks } =
      simulation;
    const held = new HeldSimulation();
    const recorder = await PaymentsRecorder.start(held, {
      simulationId: simulation_id,
      file: scenario,
      document: dictionary,
      config,
      reference: false,
      remake: { dictionary, behaviours, ...(ticks === config.ticksPerDay * config.numDays ? {} : { ticks }) },
      experimentRunId: experiment_run_id,
      ...(experiment_iteration === null ? {} : { experimentIteration: experiment_iteration }),
    });
    return new RecordingWatch(held, recorder, database);
  }

  /** @inheritdoc */
  tick(result: TickResult, engine: PaymentsEngine): void {
    this.#ticks++;
    this.#totalCost += result.totalCost;
    this.#saving.look(engine.log);
    this.#recorder.tick({ ...result, queue2: engine.queue2Length, agents: {} }, engine, this.#saving.count);
    // What is held is there at once: there is nothing to wait for.
    this.#recorder.afterTick([engine.log]);
  }

  /** @inheritdoc */
  end(engine: PaymentsEngine): void {
    this.#ended = this.#recorder.finish({ engine, logs: [engine.log], error: undefined }, {
      ticks: this.#ticks,
      seconds: (performance.now() - this.#started) / 1000,
      totalCost: this.#totalCost,
      lsmReleases: this.#saving.count,
      database: this.#database,
    });
    // Whoever asks for the simulation is told of a failure.
    this.#ended.catch(() => {});
  }

  /** The simulation with all its rows. @throws {TypeError} when it is not over. */
  async whole(log: PaymentsLog): Promise<WholeSimulation> {
    await this.#ended;
    return this.#held.whole(log);
  }
}
