/**
 * Records a run of the payments model as it goes on: its events and ticks, the banks' days, the payments, and what a
 * replay needs to print what the run printed (spec 08 6 and 11). A crash leaves whole ticks.
 *
 * @module
 */
import type { EventStretch } from "../../experiments/contracts.ts";
import type { EngineConfig } from "../../payments/config.ts";
import type { PaymentsEngine } from "../../payments/engine/engine.ts";
import type { PaymentsLog } from "../../payments/events.ts";
import type { PaymentsRun, TickLine } from "../../payments/script.ts";
import { configJson, policyHash, runConfigHash } from "./config_text.ts";
import type { ColumnType } from "./driver.ts";
import { TABLES } from "./schema.ts";
import type { DuckDbSimulations, TableRows } from "./simulations.ts";

/** What is recorded at the start. */
export interface PaymentsStart {
  readonly simulationId: string;
  /** The path of the scenario as the caller gave it. */
  readonly file: string;
  /** The parsed scenario with the caller's overrides. */
  readonly document: unknown;
  readonly config: EngineConfig;
  /** Whether the run follows the reference: then payments are kept as they stood at the end of their day (spec 08 6). */
  readonly reference: boolean;
  readonly experimentRunId?: string;
  readonly experimentIteration?: number;
}

/** What the run printed at its end besides what the engine knows. */
export interface PaymentsFigures {
  readonly ticks: number;
  readonly seconds: number;
  readonly lsmReleases: number;
  /** In cents. */
  readonly totalCost: number;
  readonly database: string;
}

/** Events that wait at most before they are written, and at the end of a day. */
const MOST_WAITING = 120_000;
const ENOUGH_FOR_A_DAY = 40_000;

type Values = (string | number | boolean | null)[];

/** Records one run. */
export class PaymentsRecorder {
  readonly #store: DuckDbSimulations;
  readonly #start: PaymentsStart;
  /** Events of the logs before the last one, and how many of all are written. */
  #base = 0;
  #logs = 0;
  #shown = 0;
  #written = 0;
  #line: { readonly line: TickLine; readonly engine: PaymentsEngine; readonly released: number } | undefined;
  #ticks: Values[] = [];
  #positions: Values[] = [];
  #days: Values[] = [];
  #queues: Values[] = [];
  #payments: Values[] = [];
  #tickCount = 0;

  private constructor(store: DuckDbSimulations, start: PaymentsStart) {
    this.#store = store;
    this.#start = start;
  }

  /**
   * Begins to record.
   *
   * @throws {Conflict} when a simulation of that id is recorded already.
   */
  static async start(store: DuckDbSimulations, start: PaymentsStart): Promise<PaymentsRecorder> {
    const { config, document, simulationId } = start;
    const json = configJson(document);
    await store.start(simulationId, {}, {
      model: "payments",
      configFile: start.file,
      configHash: runConfigHash(document),
      configJson: json,
      seed: config.rngSeed,
      ticksPerDay: config.ticksPerDay,
      numDays: config.numDays,
      numAgents: config.agents.length,
      behaviours: { reference: start.reference },
      ...(start.experimentRunId === undefined ? {} : { experimentRunId: start.experimentRunId }),
      ...(start.experimentIteration === undefined ? {} : { experimentIteration: start.experimentIteration }),
    }, [policyRows(simulationId, document)]);
    return new PaymentsRecorder(store, start);
  }

  /** Takes what a tick did; call it in `onTick`. `released` counts what liquidity saving released so far. */
  tick(line: TickLine, engine: PaymentsEngine, released: number): void {
    this.#line = { line, engine, released };
  }

  /** Notes the tick's place in the logs, and writes when enough waits. */
  afterTick(logs: readonly PaymentsLog[]): Promise<void> | undefined {
    const taken = this.#line;
    if (taken === undefined) return undefined;
    this.#line = undefined;
    const { line, engine, released } = taken;
    if (this.#logs !== logs.length) {
      this.#base = logs.slice(0, -1).reduce((sum, log) => sum + log.length, 0);
      this.#logs = logs.length;
      this.#shown = this.#base;
    }
    const end = this.#base + engine.log.length;
    const endsDay = (line.tick + 1) % this.#start.config.ticksPerDay === 0;
    // Counting all payments takes time: the totals are asked for where they are shown.
    const totals = endsDay ? engine.systemMetrics() : undefined;
    this.#ticks.push([
      this.#number,
      this.#tickCount,
      line.tick,
      line.numArrivals,
      line.numSettlements,
      line.numLsmReleases,
      line.totalCost,
      line.queue2,
      totals?.total_arrivals ?? null,
      totals?.total_settlements ?? null,
      released,
      this.#shown,
      end,
    ]);
    this.#shown = end;
    if (endsDay) this.#endDay((line.tick + 1) / this.#start.config.ticksPerDay - 1, engine);
    this.#tickCount++;
    const waiting = end - this.#written;
    return waiting >= MOST_WAITING || (endsDay && waiting >= ENOUGH_FOR_A_DAY) ? this.#write(logs) : undefined;
  }

  get #number(): number {
    return this.#store.numberOf(this.#start.simulationId);
  }

  #endDay(day: number, engine: PaymentsEngine): void {
    const { simulationId, reference } = this.#start;
    this.#takePositions(this.#tickCount, engine);
    for (const record of engine.dayRecords(day)) {
      this.#days.push(valuesOf("daily_agent_metrics", { ...record, simulation_id: simulationId }));
    }
    for (const agent of engine.agentIds) {
      engine.queue1(agent).forEach((id, position) =>
        this.#queues.push([simulationId, agent, day, "queue1", position, id])
      );
    }
    if (reference) this.#takePayments(engine, day);
  }

  #takePositions(position: number, engine: PaymentsEngine): void {
    engine.positions().forEach(({ balance, postedCollateral, queue1Length }, agent) =>
      this.#positions.push([
        this.#number,
        position,
        agent,
        engine.agentIds[agent] ?? "",
        balance,
        postedCollateral,
        queue1Length,
      ])
    );
  }

  #takePayments(engine: PaymentsEngine, day?: number): void {
    const { simulationId } = this.#start;
    for (const record of engine.paymentRecords(day)) {
      this.#payments.push(valuesOf("transactions", { ...record, simulation_id: simulationId }));
    }
  }

  async #write(logs: readonly PaymentsLog[]): Promise<void> {
    const stretches: EventStretch[] = [];
    let base = 0;
    for (const log of logs) {
      const from = Math.max(0, this.#written - base);
      if (from < log.length) stretches.push({ log, from, to: log.length });
      base += log.length;
    }
    const rows = this.#takeRows();
    await this.#store.record(this.#start.simulationId, stretches, rows);
    this.#written = base;
  }

  /** What waits beside the events. */
  #takeRows(): TableRows[] {
    const rows = [
      rowsOf("simulation_ticks", this.#ticks),
      rowsOf("simulation_positions", this.#positions),
      rowsOf("daily_agent_metrics", this.#days),
      rowsOf("agent_queue_snapshots", this.#queues),
      rowsOf("transactions", this.#payments),
    ];
    this.#ticks = [];
    this.#positions = [];
    this.#days = [];
    this.#queues = [];
    this.#payments = [];
    return rows;
  }

  /** Writes what waits, the state at the end, and how the run ended. */
  async finish({ engine, logs, error }: PaymentsRun, figures: PaymentsFigures): Promise<void> {
    const { simulationId, reference } = this.#start;
    if (engine !== undefined) {
      this.#takePositions(FINAL_POSITION, engine);
      if (!reference) this.#takePayments(engine);
    }
    await this.#write(logs);
    const metrics = engine?.systemMetrics();
    const at = error?.tick === undefined ? "" : `Tick ${error.tick}: `;
    await this.#store.end(simulationId, {
      status: error === undefined ? "completed" : "failed",
      ...(error === undefined ? {} : { error: `${at}${error.message}` }),
      total_arrivals: metrics?.total_arrivals ?? 0,
      total_settlements: metrics?.total_settlements ?? 0,
      total_cost_cents: figures.totalCost,
      duration_seconds: figures.seconds,
      ticksPerSecond: figures.seconds > 0 ? figures.ticks / figures.seconds : 0,
      outcome: {
        ticks: figures.ticks,
        lsm_releases: figures.lsmReleases,
        settlement_rate: metrics?.settlement_rate ?? 0,
        database: figures.database,
      },
    });
  }
}

/** Where the positions at the end stand in `simulation_positions`; days have the place of their last tick. */
export const FINAL_POSITION = -1;

function policyRows(simulationId: string, document: unknown): TableRows {
  const agents = listAt(document, "agents") ?? listAt(document, "agent_configs") ?? [];
  const rows = agents.map((agent): Values => {
    const policy = valueAt(agent, "policy");
    return [simulationId, String(valueAt(agent, "id")), 0, 0, policyHash(policy), configJson(policy, true), "init"];
  });
  return rowsOf("policy_snapshots", rows);
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function listAt(value: unknown, key: string): unknown[] | undefined {
  const list = valueAt(value, key);
  return Array.isArray(list) ? list : undefined;
}

/** The values of a record in the order of a table's columns. */
function valuesOf(table: string, record: Readonly<Record<string, unknown>>): Values {
  return Object.keys(TABLES[table] ?? {}).filter((name) => name !== "").map((name) => {
    const value = record[name];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  });
}

/** Rows of a table as columns, typed as the table's columns are. */
export function rowsOf(table: string, rows: readonly Values[]): TableRows {
  const types = Object.entries(TABLES[table] ?? {}).filter(([name]) => name !== "").map(([, type]) => columnType(type));
  return { table, types, columns: types.map((_, column) => rows.map((row) => row[column] ?? null)) };
}

function columnType(sql: string): ColumnType {
  const word = sql.split(" ")[0] ?? "";
  switch (word) {
    case "INTEGER":
      return "integer";
    case "DOUBLE":
      return "double";
    case "BOOLEAN":
      return "boolean";
    case "VARCHAR":
      return "varchar";
    case "BIGINT":
      return "bigint";
    default:
      throw new TypeError(`no column type for ${sql}`);
  }
}
