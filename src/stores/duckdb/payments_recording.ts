/**
 * Reads a recorded run of the payments model back, tick by tick, as the run showed it (spec 08 11).
 *
 * @module
 */
import { NotFound, StoreError } from "../../core/errors.ts";
import { PAYMENT_EVENTS, type WrittenEvent } from "../../payments/events.ts";
import type { TickLine } from "../../payments/script.ts";
import type { Database, Row } from "./driver.ts";
import { eventsWhere } from "./events_sql.ts";
import { FINAL_POSITION } from "./payments_recorder.ts";
import { jsonIn } from "./stored_json.ts";

/** A bank's position. */
export interface RecordedPosition {
  readonly balance: number;
  readonly postedCollateral: number;
  readonly queue1Length: number;
}

/** Counts since the start of the run. */
export interface RecordedTotals {
  readonly total_arrivals: number;
  readonly total_settlements: number;
  /** What liquidity saving released. */
  readonly released: number;
}

/** A tick as it was shown. */
export interface RecordedTick {
  readonly line: TickLine;
  readonly events: readonly WrittenEvent[];
  readonly totals: RecordedTotals;
  /** At the end of a day; empty otherwise. */
  readonly positions: readonly RecordedPosition[];
}

/** Events that are read at once. */
const EVENTS_AT_ONCE = 20_000;

/** A recorded run. */
export class PaymentsRecording {
  readonly #database: Database;
  readonly #row: Row;
  readonly #outcome: Readonly<Record<string, unknown>>;

  private constructor(
    database: Database,
    row: Row,
    readonly simulationId: string,
    readonly agentIds: readonly string[],
    readonly positions: readonly RecordedPosition[],
  ) {
    this.#database = database;
    this.#row = row;
    const outcome = jsonIn(row, "outcome", `the simulation ${simulationId}`);
    this.#outcome = typeof outcome === "object" && outcome !== null ? { ...outcome } : {};
  }

  /**
   * Finds a run.
   *
   * @throws {NotFound} naming the newest runs; {@linkcode StoreError} for a recording that cannot be replayed.
   */
  static async find(database: Database, simulationId: string): Promise<PaymentsRecording> {
    const [row] = await database.rows("SELECT * FROM simulations WHERE simulation_id = ?", [simulationId]);
    if (row === undefined) throw await unknownSimulation(database, simulationId);
    const refuse = (why: string) =>
      new StoreError(`The simulation ${simulationId} in ${database.path} ${why}`, {
        store: "duckdb",
        retryable: false,
      });
    if (row["status"] === "running") {
      throw refuse(`was interrupted while it was recorded; bilancio db resume ${simulationId} brings it to its end`);
    }
    if (row["model"] !== "payments") {
      throw refuse(`is of the model ${String(row["model"])}; only payments can be replayed`);
    }
    if (row["config_json"] === null) throw refuse("cannot be replayed: Configuration not found in database");
    if (row["outcome"] === null) throw refuse("was not recorded by bilancio payments run; bilancio db events shows it");
    jsonIn(row, "config_json", `the simulation ${simulationId}`);
    const final = await positionsAt(database, Number(row["simulation_no"]), FINAL_POSITION);
    return new PaymentsRecording(
      database,
      row,
      simulationId,
      final.map(({ agent_id }) => String(agent_id)),
      final.map(position),
    );
  }

  get file(): string {
    return String(this.#row["config_file"]);
  }

  get seed(): bigint {
    const seed = this.#row["rng_seed"];
    return typeof seed === "bigint" || typeof seed === "number" ? BigInt(seed) : 0n;
  }

  get ticksPerDay(): number {
    return Number(this.#row["ticks_per_day"]);
  }

  get ticks(): number {
    return Number(this.#outcome["ticks"]);
  }

  get seconds(): number {
    return Number(this.#row["duration_seconds"]);
  }

  get lsmReleases(): number {
    return Number(this.#outcome["lsm_releases"]);
  }

  /** In cents. */
  get totalCost(): number {
    return Number(this.#row["total_cost_cents"]);
  }

  /** The database as the run named it. */
  get database(): string {
    return String(this.#outcome["database"]);
  }

  /** Why the run stopped; null for one that came to its end. */
  get error(): string | null {
    const error = this.#row["error"];
    return typeof error === "string" ? error : null;
  }

  get metrics(): { total_arrivals: number; total_settlements: number; settlement_rate: number } {
    return {
      total_arrivals: Number(this.#row["total_arrivals"]),
      total_settlements: Number(this.#row["total_settlements"]),
      settlement_rate: Number(this.#outcome["settlement_rate"]),
    };
  }

  get #number(): number {
    return Number(this.#row["simulation_no"]);
  }

  /** The counts at the end of the last day that ended before a tick. */
  async totalsBefore(tick: number): Promise<RecordedTotals> {
    const [row] = await this.#database.rows(
      `SELECT * FROM simulation_ticks WHERE simulation_no = ? AND tick < ? AND total_arrivals IS NOT NULL
       ORDER BY position DESC LIMIT 1`,
      [this.#number, tick],
    );
    return totalsOf(row);
  }

  /** The last tick that was run, -1 for none. */
  async lastTick(): Promise<number> {
    const [row] = await this.#database.rows(
      "SELECT coalesce(max(tick), -1) AS last FROM simulation_ticks WHERE simulation_no = ?",
      [this.#number],
    );
    return Number(row?.["last"] ?? -1);
  }

  /** The ticks `from` to `to`, both included, in the order in which they were shown. */
  async *showTicks(from: number, to: number, withEvents: boolean): AsyncGenerator<RecordedTick> {
    const rows = await this.#database.rows(
      "SELECT * FROM simulation_ticks WHERE simulation_no = ? AND tick BETWEEN ? AND ? ORDER BY position",
      [this.#number, from, to],
    );
    let start = 0;
    while (start < rows.length) {
      const first = Number(rows[start]?.["first_event"]);
      let end = start + 1;
      while (end < rows.length && Number(rows[end]?.["end_event"]) - first <= EVENTS_AT_ONCE) end++;
      const stretch = rows.slice(start, end);
      const events = withEvents ? await this.#events(first, Number(stretch.at(-1)?.["end_event"])) : [];
      for (const row of stretch) yield await this.#tick(row, events, first);
      start = end;
    }
  }

  async #tick(row: Row, events: readonly WrittenEvent[], first: number): Promise<RecordedTick> {
    const atDayEnd = row["total_arrivals"] !== null;
    const positions = atDayEnd ? await positionsAt(this.#database, this.#number, Number(row["position"])) : [];
    const line: TickLine = {
      tick: Number(row["tick"]),
      numArrivals: Number(row["arrivals"]),
      numSettlements: Number(row["settlements"]),
      numLsmReleases: Number(row["lsm_releases"]),
      totalCost: Number(row["cost"]),
      queue2: Number(row["queue2"]),
      agents: {},
    };
    return {
      line,
      events: events.slice(Number(row["first_event"]) - first, Number(row["end_event"]) - first),
      totals: totalsOf(row),
      positions: positions.map(position),
    };
  }

  /** The events of a stretch of the log. */
  async #events(first: number, end: number): Promise<WrittenEvent[]> {
    const events = await eventsWhere(this.#database, this.#number, `sequence >= ${first} AND sequence < ${end}`);
    const rows = await this.#database.rows(
      `SELECT tick, event_type, details, agent_id, tx_id FROM ${events} WHERE simulation_id = ? ORDER BY event_timestamp`,
      [this.simulationId],
    );
    return rows.map(writtenEventOf);
  }
}

function totalsOf(row: Row | undefined): RecordedTotals {
  return {
    total_arrivals: Number(row?.["total_arrivals"] ?? 0),
    total_settlements: Number(row?.["total_settlements"] ?? 0),
    released: Number(row?.["released"] ?? 0),
  };
}

async function positionsAt(database: Database, number: number, place: number): Promise<Row[]> {
  return await database.rows(
    "SELECT * FROM simulation_positions WHERE simulation_no = ? AND position = ? ORDER BY agent",
    [number, place],
  );
}

function position(row: Row): RecordedPosition {
  return {
    balance: Number(row["balance"]),
    postedCollateral: Number(row["posted_collateral"]),
    queue1Length: Number(row["queue1_size"]),
  };
}

const FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(PAYMENT_EVENTS).map(([kind, fields]) => [kind, fields.map(([name]) => name)]),
);

/** An event as the engine wrote it: the columns `agent_id` and `tx_id` go back to their places among the fields. */
export function writtenEventOf(row: Row): WrittenEvent {
  const kind = String(row["event_type"]);
  const parsed = jsonIn(row, "details", `a recorded ${kind}`);
  const details = new Map<string, unknown>(
    typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [],
  );
  const event: WrittenEvent = { event_type: kind, tick: Number(row["tick"]) };
  for (const name of FIELDS.get(kind) ?? []) {
    if (name === "agent_id" || name === "tx_id") event[name] = row[name] ?? null;
    else if (details.has(name)) event[name] = details.get(name);
  }
  if (details.has("costs")) event["costs"] = details.get("costs");
  return event;
}

/** The error for an id that is not recorded; it names the newest that are. */
export async function unknownSimulation(database: Database, simulationId: string): Promise<NotFound> {
  const rows = await database.rows(
    "SELECT simulation_id FROM simulations ORDER BY started_at DESC, simulation_id DESC LIMIT 10",
  );
  const newest = rows.map((row) => String(row["simulation_id"])).join(", ");
  return new NotFound(
    `${database.path} has no simulation ${simulationId}${newest === "" ? "" : `; the newest are ${newest}`}`,
  );
}
