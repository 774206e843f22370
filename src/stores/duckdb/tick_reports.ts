/**
 * What happened in single ticks of a recorded run (spec 08 7).
 *
 * @module
 */
import type { Row } from "./driver.ts";
import type { Source } from "./source.ts";

/** Payments that arrived in a tick, and those that settled in it, each by id. */
export interface TickPayments {
  readonly arrivals: readonly Row[];
  readonly settlements: readonly Row[];
}

/** The payments of a tick, those that are parts of others included. */
export async function transactionsByTick(source: Source, simulationId: string, tick: number): Promise<TickPayments> {
  const arrivals = await source.rows(
    `SELECT tx_id, sender_id, receiver_id, amount, priority, is_divisible, arrival_tick, arrival_day, deadline_tick, status
     FROM transactions WHERE simulation_id = ? AND arrival_tick = ? ORDER BY tx_id`,
    [simulationId, tick],
  );
  const settlements = await source.rows(
    `SELECT tx_id, sender_id, receiver_id, amount, amount_settled, settlement_tick, settlement_day, status,
       settlement_tick - arrival_tick AS total_delay_ticks
     FROM transactions WHERE simulation_id = ? AND settlement_tick = ? ORDER BY tx_id`,
    [simulationId, tick],
  );
  return { arrivals, settlements };
}

/** Figures of a range of ticks. */
export interface TickRangeSummary {
  readonly total_arrivals: number;
  readonly total_settlements: number;
  /** In cents: what the ticks charged for delay. */
  readonly total_delay_cost: number;
  /** Ticks from arrival to settlement of the payments that settled, on average. */
  readonly avg_delay_ticks: number;
}

/** Figures of the ticks `from` to `to`, both included. */
export async function tickRangeSummary(
  source: Source,
  simulationId: string,
  from: number,
  to: number,
): Promise<TickRangeSummary> {
  const [counts] = await source.rows(
    `SELECT count(*) FILTER (arrival_tick BETWEEN $2 AND $3) AS arrivals,
       count(*) FILTER (settlement_tick BETWEEN $2 AND $3) AS settlements,
       coalesce(avg(settlement_tick - arrival_tick) FILTER (settlement_tick BETWEEN $2 AND $3), 0.0) AS delay
     FROM transactions WHERE simulation_id = $1`,
    [simulationId, from, to],
  );
  const [costs] = await source.rows(
    `SELECT coalesce(sum((details ->> '$.costs.delay_cost')::BIGINT), 0)::BIGINT AS delay_cost FROM simulation_events
     WHERE simulation_id = ? AND event_type = 'CostAccrual' AND tick BETWEEN ? AND ?`,
    [simulationId, from, to],
  );
  return {
    total_arrivals: Number(counts?.["arrivals"] ?? 0),
    total_settlements: Number(counts?.["settlements"] ?? 0),
    total_delay_cost: Number(costs?.["delay_cost"] ?? 0),
    avg_delay_ticks: Number(counts?.["delay"] ?? 0),
  };
}

/** What policies decided in a tick, in order; needs a run with `--full-replay`. */
export async function policyDecisionsByTick(source: Source, simulationId: string, tick: number): Promise<Row[]> {
  return await source.rows(
    "SELECT * EXCLUDE (simulation_id) FROM policy_decisions WHERE simulation_id = ? AND tick = ? ORDER BY id",
    [simulationId, tick],
  );
}

/** The banks after a tick, by id; needs a run with `--full-replay`. */
export async function agentStatesByTick(source: Source, simulationId: string, tick: number): Promise<Row[]> {
  return await source.rows(
    "SELECT * EXCLUDE (simulation_id) FROM tick_agent_states WHERE simulation_id = ? AND tick = ? ORDER BY agent_id",
    [simulationId, tick],
  );
}

/** Payments that wait, in order, by queue and bank. */
export type QueuesByAgent = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The queues after a tick; needs a run with `--full-replay`. */
export async function queueSnapshotsByTick(source: Source, simulationId: string, tick: number): Promise<QueuesByAgent> {
  const rows = await source.rows(
    `SELECT agent_id, queue_type, list(tx_id ORDER BY position) AS ids FROM tick_queue_snapshots
     WHERE simulation_id = ? AND tick = ? GROUP BY agent_id, queue_type ORDER BY agent_id, queue_type`,
    [simulationId, tick],
  );
  const queues: Record<string, Record<string, string[]>> = {};
  for (const { agent_id, queue_type, ids } of rows) {
    const ofAgent = queues[String(agent_id)] ??= {};
    ofAgent[String(queue_type)] = Array.isArray(ids) ? ids.map(String) : [];
  }
  return queues;
}

/** The values of a bank's registers at a tick: the last ones that were set. */
export async function stateRegisters(
  source: Source,
  simulationId: string,
  agentId: string,
  tick: number,
): Promise<Readonly<Record<string, number>>> {
  const rows = await source.rows(
    `SELECT register_key, arg_max(register_value, tick) AS value FROM agent_state_registers
     WHERE simulation_id = ? AND agent_id = ? AND tick <= ? GROUP BY register_key ORDER BY register_key`,
    [simulationId, agentId, tick],
  );
  return Object.fromEntries(rows.map((row) => [String(row["register_key"]), Number(row["value"])]));
}
