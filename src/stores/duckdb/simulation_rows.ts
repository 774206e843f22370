/**
 * The rows that begin and end a recorded simulation, and those that its events set in registers (spec 08 4 to 6).
 *
 * @module
 */
import { Conflict } from "../../core/errors.ts";
import type { EventRecord, EventStretch, SimulationConfig, SimulationMetrics } from "../../experiments/contracts.ts";
import type { ColumnType, ColumnValues, Session } from "./driver.ts";
import { storedJson } from "./event_details.ts";

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
  const { total_arrivals = 0, total_settlements = 0, total_cost_cents = 0, duration_seconds = 0 } = end;
  const now = new Date();
  await appendAll(session, rows);
  await session.run(
    `UPDATE simulations SET status = ?, ended_at = ?, completed_at = ?, total_arrivals = ?, total_settlements = ?,
           total_cost_cents = ?, duration_seconds = ?, ticks_per_second = ?, error = ?, outcome = ?
         WHERE simulation_id = ?`,
    [
      end.status,
      now,
      now,
      total_arrivals,
      total_settlements,
      total_cost_cents,
      duration_seconds,
      // The reference's column of this name holds arrivals for each second (spec 08 5).
      end.ticksPerSecond ?? (duration_seconds > 0 ? total_arrivals / duration_seconds : 0),
      end.error ?? null,
      end.outcome === undefined ? null : storedJson(end.outcome),
      simulationId,
    ],
  );
  if (end.status === "completed") await session.run(INSERT_RUN, [simulationId]);
}

/** Says that an id is in use. */
export function taken(simulationId: string, status: string, path: string): Conflict {
  const remedy = status === "running"
    ? `its recording was interrupted: bilancio db delete ${simulationId} removes it`
    : "choose another --simulation-id";
  return new Conflict(`${path} holds a simulation ${simulationId} already (${status}); ${remedy}`);
}

/** Inserts the row of a simulation that begins. */
export async function insertStart(
  session: Session,
  simulationId: string,
  number: number,
  ticksPerDay: number,
  config: SimulationConfig,
  start: SimulationStart,
): Promise<void> {
  const { agents } = config;
  const row: Readonly<Record<string, string | number | bigint | Date | null>> = {
    simulation_id: simulationId,
    simulation_no: number,
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
  const names = Object.keys(row);
  await session.run(
    `INSERT INTO simulations (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    Object.values(row),
  );
}

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
