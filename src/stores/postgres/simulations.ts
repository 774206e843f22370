/**
 * Records simulations in Postgres: a {@linkcode SimulationPersistenceProvider} whose rows are those that DuckDB keeps
 * (spec 08 4 and 5).
 *
 * @module
 */
import { cellsOf } from "../../core/column_values.ts";
import { Conflict, NotFound } from "../../core/errors.ts";
import type {
  EventRecord,
  EventStretch,
  SimulationConfig,
  SimulationMetrics,
  SimulationPersistenceProvider,
} from "../../experiments/contracts.ts";
import { storedJson } from "../duckdb/event_details.ts";
import type { RunStore } from "../duckdb/run_store.ts";
import {
  numberIn,
  registerRows,
  type SimulationEnd,
  type SimulationStart,
  startRow,
  type StartValue,
  type TableRows,
} from "../duckdb/simulation_rows.ts";
import type { PostgresConnection, PostgresSession } from "./connection.ts";
import { batchesOfRecords, EVENT_COLUMNS, type EventBatch, StretchReader } from "./event_rows.ts";
import { insertRows } from "./table_rows.ts";
import { checkedJson, checkedKey, jsonText, type SqlValue, textIn } from "./values.ts";

export type { SimulationEnd, SimulationStart };

/** A simulation that is being recorded. */
interface Recording {
  /** The number of the next event. */
  sequence: number;
  reader: StretchReader | undefined;
  /** Calls for one simulation are carried out in the order in which they came. */
  last: Promise<unknown>;
}

const INSERT_EVENTS = `INSERT INTO simulation_events
    (simulation_id, sequence, tick, day, event_timestamp, event_type, details, agent_id, tx_id, created_at)
  SELECT s.simulation_id, e.sequence, e.tick, e.tick / greatest(s.ticks_per_day, 1),
    s.started_at + e.sequence * interval '1 microsecond', e.event_type, e.details, e.agent_id, e.tx_id,
    s.started_at + e.sequence * interval '1 microsecond'
  FROM simulations s, jsonb_to_recordset($2::jsonb) AS e (${EVENT_COLUMNS})
  WHERE s.simulation_id = $1
  ON CONFLICT (simulation_id, sequence) DO NOTHING`;

const INSERT_REGISTERS = `INSERT INTO agent_state_registers
  SELECT $1, r.tick, r.agent_id, r.register_key, r.register_value
  FROM jsonb_to_recordset($2::jsonb) AS r (tick bigint, agent_id text, register_key text, register_value double precision)`;

const END = `UPDATE simulations SET status = $2, ended_at = now(), completed_at = now(), total_arrivals = $3::bigint,
    total_settlements = $4::bigint, total_cost_cents = $5::bigint, duration_seconds = $6::double precision,
    ticks_per_second = $7::double precision, error = $8, outcome = $9::jsonb
  WHERE simulation_id = $1`;

/** The row of spec 08 6 that names a completed run. */
const INSERT_RUN = `INSERT INTO simulation_runs
  SELECT simulation_id, regexp_replace(config_file, '^.*[/\\\\]', ''), config_hash,
    'Simulation run from ' || regexp_replace(config_file, '^.*[/\\\\]', ''),
    ended_at - coalesce(duration_seconds, 0) * interval '1 second', ended_at, ticks_per_day, num_days, rng_seed, status,
    total_arrivals
  FROM simulations WHERE simulation_id = $1 AND config_hash IS NOT NULL
  ON CONFLICT (simulation_id) DO UPDATE SET start_time = excluded.start_time, end_time = excluded.end_time,
    status = excluded.status, total_transactions = excluded.total_transactions`;

/** The simulations of one database. */
export class PostgresSimulations implements SimulationPersistenceProvider, RunStore {
  readonly #connection: PostgresConnection;
  readonly #ticksPerDay: number;
  readonly #recordings = new Map<string, Recording>();

  /**
   * @param connection stays open: who opened it closes it
   * @param options `ticksPerDay` for simulations whose configuration does not say, default 100
   */
  constructor(connection: PostgresConnection, { ticksPerDay = 100 }: { readonly ticksPerDay?: number } = {}) {
    this.#connection = connection;
    this.#ticksPerDay = ticksPerDay;
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
    const row = this.#startOf(simulationId, config, start);
    await this.#connection.transaction(async (session) => {
      await this.#insertStart(session, row);
      for (const each of rows) await insertRows(session, simulationId, each);
    });
    this.#recordings.set(simulationId, { sequence: 0, reader: undefined, last: Promise.resolve() });
  }

  /** Records a simulation that is over, in one piece. @throws As {@linkcode start}. */
  async recordWhole(
    simulationId: string,
    config: SimulationConfig,
    start: SimulationStart,
    stretch: EventStretch,
    end: SimulationEnd,
  ): Promise<void> {
    const row = this.#startOf(simulationId, config, start);
    await this.#connection.transaction(async (session) => {
      if (await this.#insertStart(session, row) === "sent again") return;
      const reader = new StretchReader(stretch.log);
      const registers: EventRecord[] = [];
      for (const batch of reader.batches(stretch.from, stretch.to, 0)) {
        await session.run(INSERT_EVENTS, [simulationId, checkedJson(batch.json)]);
        registers.push(...batch.registers);
      }
      await insertRegisters(session, simulationId, registers);
      await writeEnd(session, simulationId, end);
    });
  }

  #startOf(simulationId: string, config: SimulationConfig, start: SimulationStart): StartRow {
    checkedKey(simulationId, "simulation id");
    const ticksPerDay = start.ticksPerDay ?? numberIn(config, "ticks_per_day") ?? this.#ticksPerDay;
    const columns = { ...startRow(simulationId, ticksPerDay, config, start), recording: crypto.randomUUID() };
    return { simulationId, recording: columns.recording, columns };
  }

  async #insertStart(session: PostgresSession, row: StartRow): Promise<"new" | "sent again"> {
    const names = Object.keys(row.columns);
    const values = names.map((name, i) => JSON_COLUMNS.has(name) ? `$${i + 1}::jsonb` : `$${i + 1}`);
    const inserted = await session.run(
      `INSERT INTO simulations (${names.join(", ")}) VALUES (${
        values.join(", ")
      }) ON CONFLICT (simulation_id) DO NOTHING`,
      Object.entries(row.columns).map(([name, value]) => parameterOf(name, value)),
    );
    if (inserted > 0) return "new";
    const [found = {}] = await session.rows(
      "SELECT status, recording::text FROM simulations WHERE simulation_id = $1",
      [row.simulationId],
    );
    if (found["recording"] === row.recording) return "sent again";
    throw new Conflict(
      `The ${this.#connection.place} holds a simulation ${JSON.stringify(row.simulationId)} already ` +
        `(${textIn(found, "status")}); choose another simulation id, or delete that one`,
    );
  }

  /** @inheritdoc */
  async persistTickEvents(
    simulationId: string,
    tick: number,
    events: readonly EventRecord[] | EventStretch,
  ): Promise<number> {
    if ("log" in events) return await this.record(simulationId, [events]);
    const recording = this.#recording(simulationId);
    if (events.length === 0) return 0;
    return await this.#record(simulationId, recording, events.length, (first) => batchesOfRecords(events, first, tick));
  }

  /**
   * Records stretches of logs and rows that belong to them, all or nothing, and returns the number of events.
   *
   * @param onCopied called when nothing is read from the logs and rows any more
   * @throws {NotFound} for a simulation that is not being recorded.
   */
  async record(
    simulationId: string,
    stretches: readonly EventStretch[],
    rows: readonly TableRows[] = [],
    onCopied?: () => void,
  ): Promise<number> {
    const count = await this.#recordStretches(simulationId, stretches, async (session) => {
      for (const each of rows) await insertRows(session, simulationId, each);
    });
    onCopied?.();
    return count;
  }

  #recordStretches(
    simulationId: string,
    stretches: readonly EventStretch[],
    andThen: (session: PostgresSession) => Promise<void>,
  ): Promise<number> {
    const recording = this.#recording(simulationId);
    const count = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
    return this.#record(simulationId, recording, count, (first) => batchesOf(recording, stretches, first), andThen);
  }

  /** Records batches and what belongs to them in their turn, all of it or nothing. */
  async #record(
    simulationId: string,
    recording: Recording,
    count: number,
    batches: (first: number) => Iterable<EventBatch>,
    andThen?: (session: PostgresSession) => Promise<void>,
  ): Promise<number> {
    const work = recording.last.then(async () => {
      const first = recording.sequence;
      let attempts = 0;
      await this.#connection.transaction(async (session) => {
        attempts++;
        const registers: EventRecord[] = [];
        for (const batch of batches(first)) {
          const inserted = await session.run(INSERT_EVENTS, [simulationId, checkedJson(batch.json)]);
          registers.push(...batch.registers);
          // The connection was lost after the server had kept everything.
          if (inserted === 0 && attempts > 1) return;
          if (inserted !== batch.count) await this.#explain(session, simulationId);
        }
        await insertRegisters(session, simulationId, registers);
        await andThen?.(session);
      });
      recording.sequence = first + count;
    });
    recording.last = work.catch(() => {});
    await work;
    return count;
  }

  /** Says why events were not inserted. */
  async #explain(session: PostgresSession, simulationId: string): Promise<never> {
    const found = await session.rows("SELECT FROM simulations WHERE simulation_id = $1", [simulationId]);
    const name = `simulation ${JSON.stringify(simulationId)}`;
    if (found.length === 0) throw new NotFound(`The ${this.#connection.place} has no ${name} any more; it was deleted`);
    throw new Conflict(`The ${this.#connection.place} holds other events of ${name}: someone else records it, too`);
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
    const finish = async (session: PostgresSession) => {
      for (const each of rows) await insertRows(session, simulationId, each);
      await writeEnd(session, simulationId, end);
    };
    if (stretches.length > 0) await this.#recordStretches(simulationId, stretches, finish);
    else {
      await this.#recordings.get(simulationId)?.last;
      await this.#connection.transaction(finish);
    }
    this.#recordings.delete(simulationId);
  }

  /** Deletes everything that is recorded of a simulation. @throws {NotFound} */
  async delete(simulationId: string): Promise<void> {
    const deleted = await this.#connection.transaction(async (session) => {
      await session.run("DELETE FROM policy_snapshots WHERE simulation_id = $1", [simulationId]);
      await session.run("DELETE FROM simulation_checkpoints WHERE simulation_id = $1", [simulationId]);
      return await session.run("DELETE FROM simulations WHERE simulation_id = $1", [simulationId]);
    });
    this.#recordings.delete(simulationId);
    if (deleted > 0) return;
    throw new NotFound(`The ${this.#connection.place} has no simulation ${JSON.stringify(simulationId)}`);
  }

  #recording(simulationId: string): Recording {
    const recording = this.#recordings.get(simulationId);
    if (recording !== undefined) return recording;
    throw new NotFound(
      `No simulation ${JSON.stringify(simulationId)} is being recorded; it was not started, or it has ended`,
    );
  }
}

/** The rows of stretches of logs; a restored engine starts a new log. */
function* batchesOf(recording: Recording, stretches: readonly EventStretch[], first: number): Generator<EventBatch> {
  let sequence = first;
  for (const { log, from, to } of stretches) {
    if (recording.reader?.log !== log) recording.reader = new StretchReader(log);
    yield* recording.reader.batches(from, to, sequence);
    sequence += to - from;
  }
}

/** A row on its way to `simulations`. */
interface StartRow {
  readonly simulationId: string;
  readonly recording: string;
  readonly columns: Readonly<Record<string, StartValue>>;
}

const JSON_COLUMNS = new Set(["config_json", "behaviours"]);

function parameterOf(name: string, value: StartValue): SqlValue {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" && JSON_COLUMNS.has(name) ? checkedJson(value) : value;
}

/** Inserts what events set in registers: the last value of a tick counts. */
async function insertRegisters(
  session: PostgresSession,
  simulationId: string,
  events: readonly EventRecord[],
): Promise<void> {
  if (events.length === 0) return;
  const [, ticks = [], agents = [], keys = [], values = []] = registerRows(simulationId, events).columns.map(cellsOf);
  const rows = ticks.map((tick, i) => ({
    tick,
    agent_id: agents[i],
    register_key: keys[i],
    register_value: values[i],
  }));
  await session.run(INSERT_REGISTERS, [simulationId, jsonText(rows)]);
}

async function writeEnd(session: PostgresSession, simulationId: string, end: SimulationEnd): Promise<void> {
  const { total_arrivals = 0, total_settlements = 0, total_cost_cents = 0, duration_seconds = 0 } = end;
  await session.run(END, [
    simulationId,
    end.status,
    total_arrivals,
    total_settlements,
    total_cost_cents,
    duration_seconds,
    // The reference's column of this name holds arrivals for each second (spec 08 5).
    end.ticksPerSecond ?? (duration_seconds > 0 ? total_arrivals / duration_seconds : 0),
    end.error ?? null,
    end.outcome === undefined ? null : checkedJson(storedJson(end.outcome)),
  ]);
  if (end.status === "completed") await session.run(INSERT_RUN, [simulationId]);
}
