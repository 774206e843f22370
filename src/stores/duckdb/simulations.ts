/**
 * Records simulations in a database: the standard {@linkcode SimulationPersistenceProvider} (spec 08 4 and 5).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import type {
  EventRecord,
  EventStretch,
  SimulationConfig,
  SimulationMetrics,
  SimulationPersistenceProvider,
} from "../../experiments/contracts.ts";
import { exists } from "../files/atomic_file.ts";
import { Database, type OpenOptions, type Session } from "./driver.ts";
import { EventBatch } from "./event_batch.ts";
import { type KnownKind, LogReader, NameNumbers } from "./log_reader.ts";
import { makeSchema, migrate } from "./migrations.ts";
import { numberedRows } from "./numbered_rows.ts";
import { PlainEvents } from "./plain_events.ts";
import type { RunStore } from "./run_store.ts";
import { newRecording, type Recording } from "./recording.ts";
import { ShapeRegistry } from "./shape_registry.ts";
import {
  appendAll,
  deleteRows,
  insertStart,
  nextNumber,
  numberIn,
  registersOf,
  renameRows,
  type SimulationEnd,
  type SimulationStart,
  type StartRow,
  startRow,
  type TableRows,
  taken,
  writeEnd,
} from "./simulation_rows.ts";
import { appendBatch, EVENTS_AT_ONCE, type WholeSimulation, writeWholes } from "./whole_simulations.ts";

export type { SimulationEnd, SimulationStart, TableRows, WholeSimulation };

/** Whether nothing stands at a path. Where nobody can look, opening says what is wrong. */
function isNothingAt(path: string): boolean {
  try {
    return !exists(path);
  } catch {
    return false;
  }
}

/** The simulations of one database. */
export class DuckDbSimulations implements SimulationPersistenceProvider, RunStore, AsyncDisposable {
  readonly #recordings = new Map<string, Recording>();
  readonly #plainEvents: PlainEvents;
  /** Filled within a transaction only; a new one begins with an empty batch. */
  readonly #batch = new EventBatch();

  private constructor(
    readonly database: Database,
    readonly shapes: ShapeRegistry,
    readonly ticksPerDay: number,
    /** Simulations that another process began and did not end; they can be deleted, or recorded to their end. */
    readonly interrupted: readonly string[],
    plainEvents: PlainEvents,
  ) {
    this.#plainEvents = plainEvents;
  }

  /**
   * Opens a database for recording; it is made, or brought to the present schema, where that is needed.
   *
   * @param ticksPerDay for simulations whose configuration does not say
   * @throws {Conflict} when another process holds it; {@linkcode StoreError} when it is something else.
   */
  static async open(
    path: string,
    options: OpenOptions & { readonly ticksPerDay?: number } = {},
  ): Promise<DuckDbSimulations> {
    const ticksPerDay = options.ticksPerDay ?? 100;
    const isNew = path === ":memory:" || isNothingAt(path);
    // A second thread of DuckDB waits more than it helps: the simulation runs on the other core.
    const database = await Database.open(path, { threads: 1, ...options });
    try {
      if (isNew && await makeSchema(database)) {
        const shapes = ShapeRegistry.ofNew();
        return new DuckDbSimulations(database, shapes, ticksPerDay, [], PlainEvents.ofNew());
      }
      await migrate(database);
      const rows = await database.rows(
        "SELECT simulation_id FROM simulations WHERE status = 'running' ORDER BY simulation_no",
      );
      return new DuckDbSimulations(
        database,
        await ShapeRegistry.load(database),
        ticksPerDay,
        rows.map((row) => String(row["simulation_id"])),
        await PlainEvents.load(database),
      );
    } catch (error) {
      await database[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @inheritdoc */
  async persistSimulationStart(
    simulationId: string,
    config: SimulationConfig,
    experimentRunId?: string,
    experimentIteration?: number,
  ): Promise<void> {
    await this.start(simulationId, config, {
      ...(experimentRunId === undefined ? {} : { experimentRunId }),
      ...(experimentIteration === undefined ? {} : { experimentIteration }),
    });
  }

  /**
   * Begins a simulation, together with rows that belong to its start.
   *
   * @throws {Conflict} when a simulation of that id is recorded already.
   */
  async start(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart = {},
    rows: readonly TableRows[] = [],
  ): Promise<void> {
    await this.#forgetting(
      simulationId,
      () => this.database.transaction((session) => this.#start(session, simulationId, config, start, rows)),
    );
  }

  /** Work that begins a recording; when it fails, a recording that it began is forgotten. */
  async #forgetting(simulationId: string, work: () => Promise<void>): Promise<void> {
    const before = this.#recordings.get(simulationId);
    try {
      await work();
    } catch (error) {
      if (before === undefined) this.#recordings.delete(simulationId);
      throw error;
    }
  }

  /** Records a simulation that is over, in one piece. @throws As {@linkcode start}. */
  async recordWhole(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    stretch: EventStretch,
    end: SimulationEnd,
  ): Promise<void> {
    await this.recordMany([{ simulationId, config, start, stretch, end }]);
  }

  /**
   * Records simulations that are over, all or none of them: a transaction costs more than a short run.
   *
   * @param options.replace what is recorded under the same ids is replaced
   * @throws {Conflict} when a simulation of such an id is recorded already, unless it is replaced.
   */
  async recordMany(
    wholes: readonly WholeSimulation[],
    { replace = false }: { readonly replace?: boolean } = {},
  ): Promise<void> {
    if (wholes.length === 0) return;
    const ids = wholes.map(({ simulationId }) => simulationId);
    await this.#transaction(async (session) => {
      const found = await session.rows(
        "SELECT simulation_id, simulation_no, status FROM simulations WHERE simulation_id IN (SELECT unnest(?))",
        [ids],
      );
      for (const row of found) {
        const id = String(row["simulation_id"]);
        if (!replace) throw taken(id, String(row["status"]), this.database.path);
        await deleteRows(session, id, Number(row["simulation_no"]));
      }
      const first = await nextNumber(session);
      const kinds = this.shapes.kindsOf(wholes.map(({ stretch }) => stretch.log));
      await beside(this.shapes.note(session), (noted) =>
        writeWholes(
          session,
          this.#batch,
          { wholes, first, kinds, noted },
          ({ simulationId, config, start }, number) => this.#startRow(simulationId, number, config, start),
        ));
    });
  }

  async #start(
    session: Session,
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    rows: readonly TableRows[],
  ): Promise<void> {
    const found = await session.rows("SELECT status FROM simulations WHERE simulation_id = ?", [simulationId]);
    if (found[0] !== undefined) throw taken(simulationId, String(found[0]["status"]), this.database.path);
    const number = await nextNumber(session);
    const row = this.#startRow(simulationId, number, config, start);
    await insertStart(session, row);
    await appendAll(session, rows);
    this.#recordings.set(simulationId, newRecording(row));
  }

  #startRow(simulationId: string, number: number, config: SimulationConfig, start: SimulationStart): StartRow {
    const ticksPerDay = start.ticksPerDay ?? numberIn(config, "ticks_per_day") ?? this.ticksPerDay;
    return { ...startRow(simulationId, ticksPerDay, config, start), simulation_no: number };
  }

  /** Events recorded so far of a simulation that is being recorded. @throws {NotFound} */
  eventCount(simulationId: string): number {
    return this.#recording(simulationId).sequence;
  }

  /** @inheritdoc */
  async persistTickEvents(
    simulationId: string,
    tick: number,
    events: readonly EventRecord[] | EventStretch,
  ): Promise<number> {
    if ("log" in events) return await this.record(simulationId, [events]);
    if (events.length === 0) return 0;
    const recording = this.#recording(simulationId);
    await this.#written(
      recording,
      (session) => this.#plainEvents.append(session, simulationId, recording, tick, events),
    );
    return events.length;
  }

  /**
   * Records stretches of logs and rows that belong to them, all or nothing, and returns the number of events. Columns
   * `simulation_no` of the rows are filled in.
   *
   * @param onCopied called when nothing is read from the logs and rows any more; they are not kept for good until then
   * @throws {NotFound} for a simulation that is not being recorded.
   */
  async record(
    simulationId: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[] = [],
    onCopied?: () => void,
  ): Promise<number> {
    return await this.#record(simulationId, stretches, async (session) => {
      await appendAll(session, this.#numbered(simulationId, rows));
      onCopied?.();
    });
  }

  #numbered(simulationId: string, rows: readonly TableRows[]): TableRows[] {
    const { number } = this.#recording(simulationId);
    return rows.map((each) => numberedRows(each, number));
  }

  async #record(
    simulationId: string,
    stretches: readonly EventStretch[],
    andThen: (session: Session) => Promise<void>,
  ): Promise<number> {
    const recording = this.#recording(simulationId);
    const before = recording.sequence;
    await this.#written(recording, async (session) => {
      const kinds = this.shapes.kindsOf(stretches.map(({ log }) => log));
      await beside(this.shapes.note(session), async (noted) => {
        for (const [i, stretch] of stretches.entries()) {
          await this.#recordStretch(session, simulationId, recording, stretch, kinds[i] ?? new Map(), noted);
        }
      });
      await andThen(session);
    });
    return recording.sequence - before;
  }

  async #recordStretch(
    session: Session,
    simulationId: string,
    recording: Recording,
    { log, from, to }: EventStretch,
    kinds: ReadonlyMap<string, KnownKind>,
    noted: Promise<void>,
  ): Promise<void> {
    if (recording.log !== log || recording.reader === undefined) {
      recording.log = log;
      recording.reader = new LogReader(log, kinds, recording.logNames);
    }
    for (let start = from; start < to; start += EVENTS_AT_ONCE) {
      const end = Math.min(to, start + EVENTS_AT_ONCE);
      recording.reader.read(this.#batch, start, end, recording.sequence);
      recording.sequence += end - start;
      await noted;
      await appendBatch(session, this.#batch);
    }
    await noted;
    await appendAll(session, [registersOf(simulationId, log, from, to)]);
  }

  /** Work in a transaction; when it fails, what the recording counted is forgotten as well. */
  async #written(recording: Recording, work: (session: Session) => Promise<void>): Promise<void> {
    const { sequence, namesWritten, logNames } = recording;
    const counts = [...logNames.counts];
    try {
      await this.#transaction(work);
    } catch (error) {
      recording.sequence = sequence;
      recording.namesWritten = namesWritten;
      recording.reader = undefined;
      recording.logNames = new NameNumbers(recording.number, counts);
      throw error;
    }
  }

  /** Work with an empty batch in a transaction; when it fails, kinds of events that it met are forgotten. */
  async #transaction(work: (session: Session) => Promise<void>): Promise<void> {
    let forget: readonly (() => void)[] = [];
    try {
      await this.database.transaction(async (session) => {
        forget = [this.shapes.mark(), this.#plainEvents.mark()];
        this.#batch.clear();
        await work(session);
      });
    } catch (error) {
      for (const each of forget) each();
      throw error;
    }
  }

  /** @inheritdoc */
  async persistSimulationComplete(simulationId: string, metrics: SimulationMetrics): Promise<void> {
    await this.end(simulationId, { ...metrics, status: "completed" });
  }

  /**
   * Ends a simulation, together with rows and events that belong to its end. Does nothing for an id that is not recorded.
   */
  async end(
    simulationId: string,
    end: SimulationEnd,
    rows: readonly TableRows[] = [],
    stretches: readonly EventStretch[] = [],
  ): Promise<void> {
    const ending = (session: Session) => {
      const numbered = rows.length === 0 ? [] : this.#numbered(simulationId, rows);
      return writeEnd(session, simulationId, end, numbered);
    };
    if (stretches.length === 0) await this.database.transaction(ending);
    else await this.#record(simulationId, stretches, ending);
    this.#recordings.delete(simulationId);
  }

  /** Deletes everything that is recorded of a simulation. @throws {NotFound} */
  async delete(simulationId: string): Promise<void> {
    const [row] = await this.database.rows("SELECT simulation_no FROM simulations WHERE simulation_id = ?", [
      simulationId,
    ]);
    if (row === undefined) throw new NotFound(`${this.database.path} has no simulation ${simulationId}`);
    await this.database.transaction((session) => deleteRows(session, simulationId, Number(row["simulation_no"])));
    this.#recordings.delete(simulationId);
  }

  /** As {@linkcode delete}, and nothing where there is no such simulation. */
  async deleteIfThere(simulationId: string): Promise<void> {
    const found = await this.database.rows("SELECT 1 FROM simulations WHERE simulation_id = ?", [simulationId]);
    if (found.length > 0) await this.delete(simulationId);
  }

  /** Puts a recording in the place of another one, whose rows are deleted, in one step. @throws {NotFound} */
  async replace(simulationId: string, by: string): Promise<void> {
    const rows = await this.database.rows(
      "SELECT simulation_id, simulation_no FROM simulations WHERE simulation_id IN (?, ?)",
      [simulationId, by],
    );
    const numberOf = (id: string) => rows.find((row) => row["simulation_id"] === id)?.["simulation_no"];
    if (numberOf(by) === undefined) throw new NotFound(`${this.database.path} has no simulation ${by}`);
    await this.database.transaction(async (session) => {
      const replaced = numberOf(simulationId);
      if (replaced !== undefined) await deleteRows(session, simulationId, Number(replaced));
      await renameRows(session, by, simulationId);
    });
  }

  #recording(simulationId: string): Recording {
    const recording = this.#recordings.get(simulationId);
    if (recording === undefined) {
      throw new NotFound(`No simulation ${simulationId} is being recorded; it was not started, or it has ended`);
    }
    return recording;
  }

  /** Closes the database. A simulation that has not ended stays `running`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.database[Symbol.asyncDispose]();
  }
}

/**
 * Work on this thread while DuckDB does something on its own; the work waits for that before it uses the session. Both are
 * over in the end: nothing of what failed may reach the database after the transaction was taken back.
 */
async function beside(other: Promise<void>, work: (other: Promise<void>) => Promise<void>): Promise<void> {
  const [, worked] = await Promise.allSettled([other, work(other)]);
  if (worked.status === "rejected") throw worked.reason;
  await other;
}
