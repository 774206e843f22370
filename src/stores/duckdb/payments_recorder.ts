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
import { FullReplay } from "./full_replay.ts";
import { type PaymentsRemake, remakeRecord } from "./payments_remake.ts";
import type { RunStore } from "./run_store.ts";
import type { TableRows } from "./simulations.ts";
import { rowsOf, type RowValue, WaitingRows } from "./waiting_rows.ts";

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
  /** Whether every tick leaves the banks' states, the queues and the decisions of policies (see `full_replay.ts`). */
  readonly fullReplay?: boolean;
  /** What the run can be made again from; without it an interrupted recording cannot be resumed. */
  readonly remake?: PaymentsRemake;
  readonly experimentRunId?: string;
  readonly experimentIteration?: number;
}

/** What a run leaves that is recorded. */
export type RunEnd = Pick<PaymentsRun, "engine" | "logs" | "error">;

/** What the run printed at its end besides what the engine knows. */
export interface PaymentsFigures {
  readonly ticks: number;
  readonly seconds: number;
  readonly lsmReleases: number;
  /** In cents. */
  readonly totalCost: number;
  readonly database: string;
}

/** Rows of a row group of DuckDB: a transaction with as many puts all of its rows into the file at once, not first into its journal. */
const ROW_GROUP = 122_880;

/**
 * Events that wait at most before they are written, for the first write, and for the others. What a write leaves beyond its
 * last whole row group is a row group of its own: more than half of one, or else DuckDB would put three such pieces
 * together at the next checkpoint, and write the whole table again.
 */
const MOST_WAITING = 2 * ROW_GROUP;
const ENOUGH_AT_FIRST = ROW_GROUP;
const ENOUGH = 1.5 * ROW_GROUP;

/** Stands in columns `simulation_no`, which the store fills in. */
const UNNUMBERED = 0;

/** Records one run. */
export class PaymentsRecorder {
  readonly #store: RunStore;
  readonly #start: PaymentsStart;
  /** Events of the logs before the last one, and how many of all are written. */
  #base = 0;
  #logs = 0;
  #shown = 0;
  #written = 0;
  /** The last write, which may still be under way. */
  #committed: Promise<void> = Promise.resolve();
  #isWriting = false;
  #line: { readonly line: TickLine; readonly engine: PaymentsEngine; readonly released: number } | undefined;
  readonly #ticks = new WaitingRows("simulation_ticks");
  readonly #positions = new WaitingRows("simulation_positions");
  readonly #days = new WaitingRows("daily_agent_metrics");
  readonly #queues = new WaitingRows("agent_queue_snapshots");
  readonly #payments = new WaitingRows("transactions");
  #tickCount = 0;
  readonly #fullReplay: FullReplay | undefined;

  private constructor(store: RunStore, start: PaymentsStart) {
    this.#store = store;
    this.#start = start;
    if (start.fullReplay === true) {
      this.#fullReplay = new FullReplay(start.simulationId, start.reference ? 10 : start.config.ticksPerDay);
    }
  }

  /**
   * Begins to record.
   *
   * @throws {Conflict} when a simulation of that id is recorded already.
   */
  static async start(store: RunStore, start: PaymentsStart): Promise<PaymentsRecorder> {
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
      behaviours: {
        reference: start.reference,
        ...(start.remake === undefined ? {} : remakeRecord(start.remake, start.fullReplay === true)),
      },
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
    const totals = endsDay ? engine.settlementTotals() : undefined;
    this.#ticks.add(
      UNNUMBERED,
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
    );
    this.#fullReplay?.look(line.tick, engine, this.#shown - this.#base);
    this.#shown = end;
    if (endsDay) this.#endDay((line.tick + 1) / this.#start.config.ticksPerDay - 1, engine);
    this.#tickCount++;
    const waiting = end - this.#written + (this.#fullReplay?.waiting ?? 0);
    const enough = this.#written === 0 ? ENOUGH_AT_FIRST : ENOUGH;
    const isBusy = this.#isWriting || this.#store.isOpening === true;
    return waiting >= MOST_WAITING || (waiting > enough && !isBusy) ? this.#write(logs) : undefined;
  }

  #endDay(day: number, engine: PaymentsEngine): void {
    const { simulationId, reference } = this.#start;
    this.#takePositions(this.#tickCount, engine);
    for (const record of engine.dayRecords(day)) {
      this.#days.addRecord({ ...record, simulation_id: simulationId });
    }
    for (const agent of engine.agentIds) {
      engine.queue1(agent).forEach((id, position) =>
        this.#queues.add(simulationId, agent, day, "queue1", position, id)
      );
    }
    if (reference) this.#takePayments(engine, day);
  }

  #takePositions(position: number, engine: PaymentsEngine): void {
    engine.positions().forEach(({ balance, postedCollateral, queue1Length }, agent) =>
      this.#positions.add(
        UNNUMBERED,
        position,
        agent,
        engine.agentIds[agent] ?? "",
        balance,
        postedCollateral,
        queue1Length,
      )
    );
  }

  #takePayments(engine: PaymentsEngine, day?: number): void {
    this.#payments.addColumns(engine.paymentColumns(day), { simulation_id: this.#start.simulationId });
  }

  /**
   * Writes what waits. The run may go on when it is copied: DuckDB puts it on the disk on a thread of its own, and the
   * next call waits for that.
   */
  async #write(logs: readonly PaymentsLog[]): Promise<void> {
    await this.#committed;
    const { simulationId } = this.#start;
    const { promise: copied, resolve } = Promise.withResolvers<void>();
    const { stretches, rows, written } = this.#waiting(logs);
    const committed = this.#store.record(simulationId, stretches, rows, resolve).then(() => {});
    this.#isWriting = true;
    // Whoever waits for the next write is told of a failure, too.
    committed.catch(() => {}).finally(() => this.#isWriting = false);
    this.#committed = committed;
    this.#written = written;
    await Promise.race([copied, committed]);
  }

  /** What waits to be written. */
  #waiting(logs: readonly PaymentsLog[]): { stretches: EventStretch[]; rows: TableRows[]; written: number } {
    const stretches: EventStretch[] = [];
    let base = 0;
    for (const log of logs) {
      const from = Math.max(0, this.#written - base);
      if (from < log.length) stretches.push({ log, from, to: log.length });
      base += log.length;
    }
    return { stretches, rows: this.#takeRows(), written: base };
  }

  /** What waits beside the events. */
  #takeRows(): TableRows[] {
    return [
      this.#ticks.take(),
      this.#positions.take(),
      this.#days.take(),
      this.#queues.take(),
      this.#payments.take(),
      ...Object.entries(this.#fullReplay?.takeRows() ?? {}).filter(([, columns]) => columns.length > 0)
        .map(([table, columns]) => ({ ...rowsOf(table, []), columns })),
    ];
  }

  /** Writes the ticks so far and leaves the simulation `running`: somebody stopped the run, and can resume it. */
  async keep(logs: readonly PaymentsLog[]): Promise<void> {
    await this.#write(logs);
    await this.#committed;
  }

  /** Writes what waits, the state at the end, and how the run ended. */
  async finish({ engine, logs, error }: RunEnd, figures: PaymentsFigures): Promise<void> {
    const { simulationId, reference } = this.#start;
    if (engine !== undefined) {
      this.#takePositions(FINAL_POSITION, engine);
      if (!reference) this.#takePayments(engine);
    }
    await this.#committed;
    const { stretches, rows } = this.#waiting(logs);
    const metrics = engine?.systemMetrics();
    const at = error?.tick === undefined ? "" : `Tick ${error.tick}: `;
    await this.#store.end(
      simulationId,
      {
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
      },
      rows,
      stretches,
    );
  }
}

/** Where the positions at the end stand in `simulation_positions`; days have the place of their last tick. */
export const FINAL_POSITION = -1;

function policyRows(simulationId: string, document: unknown): TableRows {
  const agents = listAt(document, "agents") ?? listAt(document, "agent_configs") ?? [];
  const rows = agents.map((agent): RowValue[] => {
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
