/**
 * The rows that begin and end a recorded simulation, and those that its events set in registers (spec 08 4 to 6).
 *
 * @module
 */
import { Conflict } from "../../core/errors.ts";
import type { EventRecord, EventStretch, SimulationConfig, SimulationMetrics } from "../../experiments/contracts.ts";
import type { ColumnType, ColumnValues, Session } from "./driver.ts";
import { storedJson } from "./event_details.ts";
import { columnNames, TABLES } from "./schema.ts";

/** What is known of a simulation at its start, besides its configuration. */
export interface SimulationStart {
  readonly model?: "payments" | "ring";
  readonly configFile?: string;
  readonly configHash?: string;
  readonly seed?: bigint;
  readonly ticksPerDay?: number;
  readonly numDays?: number;
  readonly numAgents?: number;
  /** The names of behaviours that are on, or what else is needed to go on with a run. */
  readonly behaviours?: unknown;
  /** The JSON of the configuration where the caller has it already. */
  readonly configJson?: string;
  readonly experimentRunId?: string;
  readonly experimentIteration?: number;
}

/** Rows of one table, as columns. */
export interface TableRows {
  readonly table: string;
  readonly types: readonly ColumnType[];
  readonly columns: readonly ColumnValues[];
}

/** How a simulation ended. */
export interface SimulationEnd extends SimulationMetrics {
  readonly status: "completed" | "failed";
  readonly error?: string;
  /** Plain values that a replay prints. */
  readonly outcome?: unknown;
  readonly ticksPerSecond?: number;
}

/** The row of spec 08 6 that names a completed run. */
const INSERT_RUN = `INSERT OR REPLACE INTO simulation_runs
  SELECT simulation_id, regexp_extract(config_file, '[^/\\\\]*$'), config_hash,
    'Simulation run from ' || regexp_extract(config_file, '[^/\\\\]*$'),
    ended_at - to_microseconds((coalesce(duration_seconds, 0) * 1000000)::BIGINT), ended_at, ticks_per_day, num_days,
    rng_seed, status, total_arrivals
  FROM simulations WHERE simulation_id = ? AND config_hash IS NOT NULL`;

/** Writes how a simulation ended, together with rows that belong to its end. */
export async function writeEnd(
  session: Session,
  simulationId: string,
  end: SimulationEnd,
  rows: readonly TableRows[],
): Promise<void> {
  await appendAll(session, rows);
  const row = endRow(end);
  const names = Object.keys(row);
  await session.run(
    `UPDATE simulations SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE simulation_id = ?`,
    [...Object.values(row), simulationId],
  );
  if (end.status === "completed") await session.run(INSERT_RUN, [simulationId]);
}

/** Says that an id is in use. */
export function taken(simulationId: string, status: string, path: string): Conflict {
  const remedy = status === "running"
    ? `its recording was interrupted: bilancio db resume ${simulationId} completes it, bilancio db delete ${simulationId} removes it`
    : "choose another --simulation-id";
  return new Conflict(`${path} holds a simulation ${simulationId} already (${status}); ${remedy}`);
}

/** A value of the row of a simulation that begins. */
export type StartValue = string | number | bigint | Date | null;

/** The row of a simulation that begins, without what numbers it. */
export function startRow(
  simulationId: string,
  ticksPerDay: number,
  config: SimulationConfig,
  start: SimulationStart,
): Readonly<Record<string, StartValue>> {
  const { agents } = config;
  return {
    simulation_id: simulationId,
    model: start.model ?? "payments",
    config_file: start.configFile ?? textIn(config, "config_file") ?? "",
    config_hash: start.configHash ?? null,
    rng_seed: start.seed ?? numberIn(config, "seed") ?? numberIn(config, "rng_seed") ?? 0,
    ticks_per_day: ticksPerDay,
    num_days: start.numDays ?? numberIn(config, "num_days") ?? 1,
    num_agents: start.numAgents ?? (Array.isArray(agents) ? agents.length : 0),
    config_json: start.configJson ?? storedJson(config),
    status: "running",
    started_at: new Date(),
    experiment_run_id: start.experimentRunId ?? null,
    experiment_iteration: start.experimentIteration ?? null,
    behaviours: start.behaviours === undefined ? null : storedJson(start.behaviours),
  };
}

/** The row of a simulation that begins. */
export type StartRow = Readonly<Record<string, StartValue>>;

/** Inserts the row of a simulation that begins. */
export async function insertStart(session: Session, row: StartRow): Promise<void> {
  const names = Object.keys(row);
  await session.run(
    `INSERT INTO simulations (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    Object.values(row),
  );
}

/** The rows of simulations that are over, to be appended together: one for each in `simulations` and in its runs. */
export function wholeRows(wholes: readonly { readonly start: StartRow; readonly end: SimulationEnd }[]): TableRows[] {
  const rows = wholes.map(({ start, end }): StartRow => ({ ...start, ...endRow(end) }));
  const runs = rows.filter((row) => row["status"] === "completed" && row["config_hash"] !== null).map(runRow);
  return [appended("simulations", rows), appended("simulation_runs", runs)];
}

/** What the row of a simulation says when it has ended. */
function endRow(end: SimulationEnd): StartRow {
  const { total_arrivals = 0, total_settlements = 0, total_cost_cents = 0, duration_seconds = 0 } = end;
  const now = new Date();
  return {
    status: end.status,
    ended_at: now,
    completed_at: now,
    total_arrivals,
    total_settlements,
    total_cost_cents,
    duration_seconds,
    // The reference's column of this name holds arrivals for each second (spec 08 5).
    ticks_per_second: end.ticksPerSecond ?? (duration_seconds > 0 ? total_arrivals / duration_seconds : 0),
    error: end.error ?? null,
    outcome: end.outcome === undefined ? null : storedJson(end.outcome),
  };
}

/** The row of spec 08 6 that names a completed run. */
function runRow(row: StartRow): StartRow {
  const name = String(row["config_file"]).replace(/^.*[/\\]/s, "");
  const end = row["ended_at"] instanceof Date ? row["ended_at"] : new Date();
  const { simulation_id = null, config_hash = null, ticks_per_day = null, num_days = null, rng_seed = null } = row;
  return {
    simulation_id,
    config_name: name,
    config_hash,
    description: `Simulation run from ${name}`,
    start_time: new Date(end.getTime() - Number(row["duration_seconds"]) * 1000),
    end_time: end,
    ticks_per_day,
    num_days,
    rng_seed,
    status: "completed",
    total_transactions: row["total_arrivals"] ?? null,
  };
}

/** Records as rows of a table, columns that they do not name null. */
function appended(table: string, rows: readonly StartRow[]): TableRows {
  const names = columnNames(table);
  return {
    table,
    types: names.map((name) => columnType(TABLES[table]?.[name] ?? "")),
    columns: names.map((name) => rows.map((row) => row[name] ?? null)),
  };
}

/** How a column of a table is appended. @throws {TypeError} for a type that nothing is appended to. */
export function columnType(sql: string): ColumnType {
  const word = sql.split(" ")[0]?.toLowerCase();
  const found = COLUMN_TYPES.find((type) => type === word);
  if (found === undefined) throw new TypeError(`no column type for ${sql}`);
  return found;
}

const COLUMN_TYPES: readonly ColumnType[] = [
  "integer",
  "bigint",
  "hugeint",
  "double",
  "varchar",
  "boolean",
  "timestamp",
];

/** A number at the top of a configuration, or in its section `simulation`. */
export function numberIn(config: SimulationConfig, key: string): number | undefined {
  const value = valueIn(config, key);
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : undefined;
}

function textIn(config: SimulationConfig, key: string): string | undefined {
  const value = valueIn(config, key);
  return typeof value === "string" ? value : undefined;
}

function valueIn(config: SimulationConfig, key: string): unknown {
  const { simulation } = config;
  if (key in config) return config[key];
  return typeof simulation === "object" && simulation !== null ? Reflect.get(simulation, key) : undefined;
}

/** Appends rows of several tables. */
export async function appendAll(session: Session, rows: readonly TableRows[]): Promise<void> {
  for (const { table, types, columns } of rows) await session.append(table, types, columns);
}

/** What an event of a log sets in a register. */
export function registerOf(log: EventStretch["log"], event: number): EventRecord {
  const table = log.tableOf(event);
  const row = log.row(event);
  return {
    event_type: table.kind,
    tick: log.time(event),
    agent_id: log.referenceText("ref:agent", Number(table.column("agent_id").get(row))),
    register_key: table.column("register_key").get(row),
    new_value: table.column("new_value").get(row),
  };
}

/** The registers that events set: the last value of a tick stands at the place of the first (spec 08 4). */
export function registerRows(simulationId: string, events: readonly EventRecord[]): TableRows {
  const last = new Map<string, readonly [number, string, string, number]>();
  for (const { event_type, tick, agent_id, register_key, new_value } of events) {
    if (event_type !== "StateRegisterSet") continue;
    const agent = String(agent_id);
    const key = String(register_key);
    last.set(JSON.stringify([tick, agent, key]), [Number(tick), agent, key, Number(new_value)]);
  }
  const rows = [...last.values()];
  return {
    table: "agent_state_registers",
    types: ["varchar", "bigint", "varchar", "varchar", "double"],
    columns: [
      rows.map(() => simulationId),
      rows.map(([tick]) => tick),
      rows.map(([, agent]) => agent),
      rows.map(([, , key]) => key),
      rows.map(([, , , value]) => value),
    ],
  };
}

/** The registers that events of a log set. */
export function registersOf(simulationId: string, log: EventStretch["log"], from: number, to: number): TableRows {
  const { events, length } = log.table("StateRegisterSet") ?? { events: new Int32Array(0), length: 0 };
  const wanted = [...events.subarray(0, length)].filter((event) => event >= from && event < to);
  return registerRows(simulationId, wanted.map((event) => registerOf(log, event)));
}

/** Deletes the rows of a simulation from all tables. */
export async function deleteRows(session: Session, simulationId: string, number: number): Promise<void> {
  for (const [table, columns] of Object.entries(TABLES)) {
    if ("simulation_no" in columns && table !== "simulations") {
      await session.run(`DELETE FROM ${table} WHERE simulation_no = ?`, [number]);
    } else if ("simulation_id" in columns) {
      await session.run(`DELETE FROM ${table} WHERE simulation_id = ?`, [simulationId]);
    }
  }
  await session.run("DELETE FROM earlier_simulation_events WHERE simulation_id = ?", [simulationId]);
}

/** Gives the rows of a simulation another id, in all tables. */
export async function renameRows(session: Session, simulationId: string, to: string): Promise<void> {
  for (const [table, columns] of Object.entries(TABLES)) {
    if (!("simulation_id" in columns)) continue;
    await session.run(`UPDATE ${table} SET simulation_id = ? WHERE simulation_id = ?`, [to, simulationId]);
  }
}

/** The number of the next simulation of a database. */
export async function nextNumber(session: Session): Promise<number> {
  const [last] = await session.rows("SELECT coalesce(max(simulation_no), 0) AS last FROM simulations");
  return Number(last?.["last"] ?? 0) + 1;
}
