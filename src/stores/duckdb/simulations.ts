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
import { type ColumnType, Database, type OpenOptions, type Session } from "./driver.ts";
import { DetailsWriter, rowOfRecord } from "./event_details.ts";
import { migrate } from "./migrations.ts";
import { TABLES } from "./schema.ts";
import {
  appendAll,
  insertStart,
  numberIn,
  registerOf,
  registerRows,
  type SimulationEnd,
  type SimulationStart,
  type TableRows,
  taken,
  writeEnd,
} from "./simulation_rows.ts";

export type { SimulationEnd, SimulationStart, TableRows };

/** A simulation that is being recorded. */
interface Recording {
  readonly number: number;
  readonly ticksPerDay: number;
  /** Numbers of names in the simulation's dictionary. */
  readonly names: Map<string, number>;
  readonly nameList: string[];
  /** Names up to this number are in the database. */
  namesWritten: number;
  sequence: number;
  log: EventStretch["log"] | undefined;
  writer: DetailsWriter | undefined;
}

/** Events that are turned into rows at once, so that a long stretch needs little memory. */
const EVENTS_AT_ONCE = 61_440;

const EVENT_TYPES: readonly ColumnType[] = [
  "integer",
  "integer",
  "integer",
  "integer",
  "integer",
  "integer",
  "varchar",
];

/** Rows of events on their way to the database. */
interface EventColumns {
  readonly numbers: readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  readonly details: string[];
}

/** The simulations of one database. */
export class DuckDbSimulations implements SimulationPersistenceProvider, AsyncDisposable {
  readonly #recordings = new Map<string, Recording>();
  readonly #kinds = new Map<string, number>();

  private constructor(
    readonly database: Database,
    readonly ticksPerDay: number,
    /** Simulations that another process began and did not end; they can be deleted, or recorded to their end. */
    readonly interrupted: readonly string[],
  ) {}

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
    const database = await Database.open(path, options);
    try {
      await migrate(database);
      const rows = await database.rows(
        "SELECT simulation_id FROM simulations WHERE status = 'running' ORDER BY simulation_no",
      );
      const store = new DuckDbSimulations(
        database,
        options.ticksPerDay ?? 100,
        rows.map((row) => String(row["simulation_id"])),
      );
      for (const { kind, event_type } of await database.rows("SELECT kind, event_type FROM event_kinds")) {
        store.#kinds.set(String(event_type), Number(kind));
      }
      return store;
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
    const kinds = new Set(this.#kinds.keys());
    try {
      await this.#forgetting(simulationId, () =>
        this.database.transaction(async (session) => {
          await this.#start(session, simulationId, config, start, []);
          await this.#recordStretch(session, simulationId, this.#recording(simulationId), stretch);
          await writeEnd(session, simulationId, end, []);
        }));
      this.#recordings.delete(simulationId);
    } catch (error) {
      for (const kind of this.#kinds.keys()) if (!kinds.has(kind)) this.#kinds.delete(kind);
      throw error;
    }
  }

  async #start(
    session: Session,
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    rows: readonly TableRows[],
  ): Promise<void> {
    const ticksPerDay = start.ticksPerDay ?? numberIn(config, "ticks_per_day") ?? this.ticksPerDay;
    const found = await session.rows("SELECT status FROM simulations WHERE simulation_id = ?", [simulationId]);
    if (found[0] !== undefined) throw taken(simulationId, String(found[0]["status"]), this.database.path);
    const [last] = await session.rows("SELECT coalesce(max(simulation_no), 0) AS last FROM simulations");
    const number = Number(last?.["last"] ?? 0) + 1;
    await insertStart(session, simulationId, number, ticksPerDay, config, start);
    await appendAll(session, rows);
    this.#recordings.set(simulationId, {
      number,
      ticksPerDay,
      names: new Map(),
      nameList: [],
      namesWritten: 0,
      sequence: 0,
      log: undefined,
      writer: undefined,
    });
  }

  /** The number of a simulation that is being recorded. @throws {NotFound} */
  numberOf(simulationId: string): number {
    return this.#recording(simulationId).number;
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
    await this.#written(recording, async (session) => {
      const columns = newColumns(events.length);
      const kinds = new Map<string, number>();
      events.forEach((event, i) => {
        if (typeof event.event_type !== "string") throw new TypeError("an event needs an event_type");
        const row = rowOfRecord(event);
        const { numbers, details } = columns;
        const time = typeof event["tick"] === "number" ? event["tick"] : tick;
        setRow(numbers, i, [
          recording.number,
          recording.sequence + i,
          time,
          this.#kindOf(event.event_type, kinds),
          row.agent === null ? -1 : nameNumber(recording, row.agent),
          row.tx === null ? -1 : nameNumber(recording, row.tx),
        ]);
        details.push(row.details);
      });
      await this.#append(session, recording, columns, kinds);
      await appendAll(session, [registerRows(simulationId, events.map((event) => ({ tick, ...event })))]);
      recording.sequence += events.length;
    });
    return events.length;
  }

  /**
   * Records stretches of logs and rows that belong to them, all or nothing, and returns the number of events.
   *
   * @throws {NotFound} for a simulation that is not being recorded.
   */
  async record(
    simulationId: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[] = [],
  ): Promise<number> {
    const recording = this.#recording(simulationId);
    const before = recording.sequence;
    await this.#written(recording, async (session) => {
      for (const stretch of stretches) await this.#recordStretch(session, simulationId, recording, stretch);
      await appendAll(session, rows);
    });
    return recording.sequence - before;
  }

  async #recordStretch(
    session: Session,
    simulationId: string,
    recording: Recording,
    { log, from, to }: EventStretch,
  ): Promise<void> {
    if (recording.log !== log || recording.writer === undefined) {
      recording.log = log;
      recording.writer = new DetailsWriter(log, (name) => nameNumber(recording, name));
    }
    const { writer } = recording;
    const kinds = new Map<string, number>();
    const registers: EventRecord[] = [];
    for (let start = from; start < to; start += EVENTS_AT_ONCE) {
      const end = Math.min(to, start + EVENTS_AT_ONCE);
      const columns = newColumns(end - start);
      const { numbers: [simulations, sequences, ticks, kindNumbers, agents, txs], details } = columns;
      simulations.fill(recording.number);
      for (let event = start; event < end; event++) {
        const row = event - start;
        writer.moveTo(event);
        const { kind } = writer;
        sequences[row] = recording.sequence++;
        ticks[row] = log.time(event);
        kindNumbers[row] = this.#kindOf(kind, kinds);
        agents[row] = writer.agent;
        txs[row] = writer.tx;
        details.push(writer.details);
        if (kind === "StateRegisterSet") registers.push(registerOf(log, event));
      }
      await this.#append(session, recording, columns, kinds);
    }
    if (registers.length > 0) await appendAll(session, [registerRows(simulationId, registers)]);
  }

  /** Work in a transaction; when it fails, what the recording counted is forgotten as well. */
  async #written(recording: Recording, work: (session: Session) => Promise<void>): Promise<void> {
    const { sequence, namesWritten } = recording;
    const kinds = new Set(this.#kinds.keys());
    try {
      await this.database.transaction(work);
    } catch (error) {
      recording.sequence = sequence;
      recording.namesWritten = namesWritten;
      for (const kind of this.#kinds.keys()) if (!kinds.has(kind)) this.#kinds.delete(kind);
      throw error;
    }
  }

  async #append(
    session: Session,
    recording: Recording,
    { numbers, details }: EventColumns,
    kinds: Map<string, number>,
  ): Promise<void> {
    await session.append("event_rows", EVENT_TYPES, [...numbers, details]);
    await session.append("event_kinds", ["integer", "varchar"], [[...kinds.values()], [...kinds.keys()]]);
    kinds.clear();
    const fresh = recording.nameList.slice(recording.namesWritten);
    await session.append("simulation_names", ["integer", "integer", "varchar"], [
      new Int32Array(fresh.length).fill(recording.number),
      Int32Array.from(fresh, (_, i) => recording.namesWritten + i),
      fresh,
    ]);
    recording.namesWritten = recording.nameList.length;
  }

  /** The number of a kind of event; new ones are noted. */
  #kindOf(kind: string, fresh: Map<string, number>): number {
    let number = this.#kinds.get(kind);
    if (number === undefined) {
      number = this.#kinds.size;
      this.#kinds.set(kind, number);
      fresh.set(kind, number);
    }
    return number;
  }

  /** @inheritdoc */
  async persistSimulationComplete(simulationId: string, metrics: SimulationMetrics): Promise<void> {
    await this.end(simulationId, { ...metrics, status: "completed" });
  }

  /** Ends a simulation, together with rows that belong to its end. Does nothing for an id that is not recorded. */
  async end(simulationId: string, end: SimulationEnd, rows: readonly TableRows[] = []): Promise<void> {
    await this.database.transaction((session) => writeEnd(session, simulationId, end, rows));
    this.#recordings.delete(simulationId);
  }

  /** Deletes everything that is recorded of a simulation. @throws {NotFound} */
  async delete(simulationId: string): Promise<void> {
    const [row] = await this.database.rows("SELECT simulation_no FROM simulations WHERE simulation_id = ?", [
      simulationId,
    ]);
    if (row === undefined) throw new NotFound(`${this.database.path} has no simulation ${simulationId}`);
    await this.database.transaction(async (session) => {
      for (const [table, columns] of Object.entries(TABLES)) {
        if ("simulation_no" in columns && table !== "simulations") {
          await session.run(`DELETE FROM ${table} WHERE simulation_no = ?`, [row["simulation_no"] ?? null]);
        } else if ("simulation_id" in columns) {
          await session.run(`DELETE FROM ${table} WHERE simulation_id = ?`, [simulationId]);
        }
      }
      await session.run("DELETE FROM earlier_simulation_events WHERE simulation_id = ?", [simulationId]);
    });
    this.#recordings.delete(simulationId);
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

function newColumns(rows: number): EventColumns {
  const column = () => new Int32Array(rows);
  return { numbers: [column(), column(), column(), column(), column(), column()], details: [] };
}

function setRow(columns: EventColumns["numbers"], row: number, values: readonly number[]): void {
  columns.forEach((column, i) => column[row] = values[i] ?? -1);
}

function nameNumber({ names, nameList }: Recording, name: string): number {
  let number = names.get(name);
  if (number === undefined) {
    names.set(name, number = nameList.length);
    nameList.push(name);
  }
  return number;
}
