/**
 * Reports about recorded simulations by name, with the conditions that each takes (spec 08 7). `bilancio db report` and
 * notebooks ask for them.
 *
 * @module
 */
import { NotFound, ValidationError } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import type { Cell, Row } from "./driver.ts";
import { policyAtDay, policyHistory } from "./policy_history.ts";
import { eventSummary } from "./queries.ts";
import type { Source } from "./source.ts";
import { compareAgentPerformance, compareSimulations, requireSimulation, simulationSummary } from "./summaries.ts";
import { agentStatesByTick, policyDecisionsByTick, queueSnapshotsByTick } from "./tick_reports.ts";
import { stateRegisters, tickRangeSummary, transactionsByTick } from "./tick_reports.ts";

/** What narrows a report down; a report refuses those that it does not take. */
export interface ReportConditions {
  readonly agent?: string;
  readonly day?: number;
  readonly tick?: number;
  /** First tick of a range. */
  readonly from_tick?: number;
  /** Last tick of a range. */
  readonly to_tick?: number;
  /** Of payments: `pending`, `settled`, `dropped` or `overdue`. */
  readonly status?: string;
  /** Id of another simulation. */
  readonly with?: string;
}

/** The name of a condition. */
export type Condition = keyof ReportConditions;

/** A report: what it shows, and what it takes and needs. */
export interface Report {
  readonly shows: string;
  readonly takes: readonly Condition[];
  readonly needs: readonly Condition[];
  /** Rows, or an object. */
  answer(source: Source, simulationId: string, conditions: ReportConditions): Promise<unknown>;
}

/** The columns that conditions are compared with in a report that is one query. */
type Columns = Readonly<Partial<Record<Condition, string>>>;

/** A report that is one query; in its text `WHERE` stands for the simulation and the conditions. */
function query(shows: string, columns: Columns, sql: string): Report {
  const names = conditionNames(columns);
  return {
    shows,
    takes: names,
    needs: [],
    async answer(source, simulationId, conditions) {
      const given = names.filter((name) => conditions[name] !== undefined);
      const where = ["simulation_id = ?", ...given.map((name) => `${columns[name]} = ?`)].join(" AND ");
      const values: Cell[] = [simulationId, ...given.map((name) => conditions[name] ?? null)];
      return await source.rows(sql.replace("WHERE", () => `WHERE ${where}`), values);
    },
  };
}

const CONDITIONS: readonly Condition[] = ["agent", "day", "tick", "from_tick", "to_tick", "status", "with"];

function conditionNames(columns: Columns): Condition[] {
  return CONDITIONS.filter((name) => columns[name] !== undefined);
}

/** A report that needs some conditions and takes no others. */
function asked<C extends Condition>(
  shows: string,
  needs: readonly C[],
  answer: (
    source: Source,
    simulationId: string,
    conditions: Required<Pick<ReportConditions, C>>,
  ) => Promise<unknown>,
): Report {
  const isComplete = (conditions: ReportConditions): conditions is Required<Pick<ReportConditions, C>> =>
    needs.every((name) => conditions[name] !== undefined);
  return {
    shows,
    takes: needs,
    needs,
    async answer(source, simulationId, conditions) {
      if (!isComplete(conditions)) throw new ValidationError(`The report needs ${needs.join(" and ")}`, []);
      return await answer(source, simulationId, conditions);
    },
  };
}

const SETTLED = "count(*) FILTER (status = 'settled')";
/** The reference has a column for it that is always 0 (spec 08 6). */
const DELAY = "settlement_tick - arrival_tick";
const AGENT_DAY: Columns = { agent: "agent_id", day: "day" };

/** The reports by name. */
export const REPORTS: Readonly<Record<string, Report>> = {
  summary: asked("the simulation in figures", [], simulationSummary),
  events: asked("how many events there are of which kind, and of which agents", [], eventSummary),
  ticks: query(
    "what happened in each tick, in figures",
    { tick: "tick" },
    "SELECT * EXCLUDE (simulation_id, position, first_event, end_event) FROM ticks WHERE ORDER BY position",
  ),
  daily_metrics: query(
    "balances, counts and costs of each bank and day",
    AGENT_DAY,
    "SELECT * EXCLUDE (simulation_id) FROM daily_agent_metrics WHERE ORDER BY day, agent_id",
  ),
  agent_performance: query(
    "the days of a bank: balances, overdraft, costs, counts, queue",
    AGENT_DAY,
    `SELECT agent_id, day, opening_balance, closing_balance, min_balance, max_balance, peak_overdraft, total_cost,
       liquidity_cost, delay_cost, collateral_cost, split_friction_cost, deadline_penalty_cost, num_settled, num_dropped,
       num_arrivals, num_sent, num_received, queue1_peak_size, queue1_eod_size
     FROM daily_agent_metrics WHERE ORDER BY agent_id, day`,
  ),
  daily_costs: query(
    "costs by day, of all banks or of one",
    AGENT_DAY,
    `SELECT day, sum(total_cost)::BIGINT AS total_cost, sum(liquidity_cost)::BIGINT AS liquidity_cost,
       sum(delay_cost)::BIGINT AS delay_cost, sum(collateral_cost)::BIGINT AS collateral_cost,
       sum(split_friction_cost)::BIGINT AS split_friction_cost,
       sum(deadline_penalty_cost)::BIGINT AS deadline_penalty_cost
     FROM daily_agent_metrics WHERE GROUP BY day ORDER BY day`,
  ),
  cost_breakdown: query(
    "costs of each bank by kind, the dearest first",
    AGENT_DAY,
    `SELECT agent_id, sum(liquidity_cost)::BIGINT AS liquidity_cost, sum(delay_cost)::BIGINT AS delay_cost,
       sum(collateral_cost)::BIGINT AS collateral_cost, sum(split_friction_cost)::BIGINT AS split_friction_cost,
       sum(deadline_penalty_cost)::BIGINT AS deadline_penalty_cost, sum(total_cost)::BIGINT AS total_cost
     FROM daily_agent_metrics WHERE GROUP BY agent_id ORDER BY total_cost DESC, agent_id`,
  ),
  settlement_rate_by_day: query(
    "payments and the share that settled, by day of arrival",
    { day: "arrival_day" },
    `SELECT arrival_day AS day, count(*) AS total_transactions, ${SETTLED} AS settled_transactions,
       ${SETTLED} / count(*) AS settlement_rate
     FROM transactions WHERE GROUP BY arrival_day ORDER BY arrival_day`,
  ),
  daily_transactions: query(
    "payments by state and their amounts, by day of arrival",
    { day: "arrival_day" },
    `SELECT arrival_day AS day, count(*) AS total_count, ${SETTLED} AS settled_count,
       count(*) FILTER (status = 'pending') AS pending_count, count(*) FILTER (status = 'dropped') AS dropped_count,
       sum(amount)::BIGINT AS total_amount, sum(amount_settled)::BIGINT AS settled_amount
     FROM transactions WHERE GROUP BY arrival_day ORDER BY arrival_day`,
  ),
  transaction_delays: query(
    "ticks from arrival to settlement, by day of arrival",
    { day: "arrival_day" },
    `SELECT arrival_day AS day, avg(${DELAY}) AS avg_delay_ticks, max(${DELAY}) AS max_delay_ticks,
       quantile_cont(${DELAY}, 0.5) AS p50_delay_ticks, quantile_cont(${DELAY}, 0.95) AS p95_delay_ticks
     FROM (FROM transactions WHERE) WHERE status = 'settled' GROUP BY arrival_day ORDER BY arrival_day`,
  ),
  transactions: query(
    "the payments",
    { status: "status", day: "arrival_day", agent: "sender_id" },
    "SELECT * EXCLUDE (simulation_id) FROM transactions WHERE ORDER BY arrival_tick, tx_id",
  ),
  transaction_statistics: query(
    "how many payments there are, how many settled, and how late",
    { agent: "sender_id", day: "arrival_day" },
    `SELECT count(*) AS total_count, ${SETTLED} AS settled_count,
       CASE WHEN count(*) = 0 THEN 0.0 ELSE ${SETTLED} / count(*) END AS settlement_rate,
       coalesce(avg(${DELAY}), 0.0) AS avg_delay_ticks
     FROM transactions WHERE`,
  ),
  transactions_by_tick: asked(
    "the payments that arrived and that settled in a tick",
    ["tick"],
    (source, id, { tick }) => transactionsByTick(source, id, tick),
  ),
  tick_range: asked(
    "figures of a range of ticks",
    ["from_tick", "to_tick"],
    (source, id, { from_tick, to_tick }) => tickRangeSummary(source, id, from_tick, to_tick),
  ),
  collateral: query(
    "collateral that was posted and withdrawn",
    { agent: "agent_id", day: "day", tick: "tick" },
    "SELECT * EXCLUDE (simulation_id) FROM collateral_events WHERE ORDER BY tick, id",
  ),
  cycles: query(
    "offsets and cycles of the liquidity saving",
    { day: "day", tick: "tick" },
    "SELECT * EXCLUDE (simulation_id) FROM lsm_cycles WHERE ORDER BY tick, id",
  ),
  policies: query(
    "the policies that were recorded",
    { agent: "agent_id", day: "snapshot_day" },
    "SELECT * EXCLUDE (simulation_id) FROM policy_snapshots WHERE ORDER BY agent_id, snapshot_day, snapshot_tick",
  ),
  policy_history: asked(
    "the policies of a bank in order",
    ["agent"],
    (source, id, { agent }) => policyHistory(source, id, agent),
  ),
  policy_at_day: asked(
    "the policy of a bank on a day",
    ["agent", "day"],
    (source, id, { agent, day }) => policyAtDay(source, id, agent, day),
  ),
  registers: query(
    "what policies kept in registers",
    { agent: "agent_id", tick: "tick" },
    `SELECT * EXCLUDE (simulation_id) FROM agent_state_registers WHERE ORDER BY tick, agent_id, register_key`,
  ),
  registers_at_tick: asked(
    "the values of a bank's registers at a tick",
    ["agent", "tick"],
    (source, id, { agent, tick }) => stateRegisters(source, id, agent, tick),
  ),
  queues: query(
    "the banks' own queues at the end of each day",
    AGENT_DAY,
    `SELECT * EXCLUDE (simulation_id) FROM agent_queue_snapshots WHERE ORDER BY day, agent_id, queue_type, position`,
  ),
  decisions: query(
    "what policies decided (payments run --full-replay)",
    { agent: "agent_id", day: "day", tick: "tick" },
    "SELECT * EXCLUDE (simulation_id) FROM policy_decisions WHERE ORDER BY id",
  ),
  decisions_by_tick: asked(
    "what policies decided in a tick (--full-replay)",
    ["tick"],
    (source, id, { tick }) => policyDecisionsByTick(source, id, tick),
  ),
  agent_states: query(
    "balances and costs of each bank after each tick (--full-replay)",
    { agent: "agent_id", day: "day", tick: "tick" },
    "SELECT * EXCLUDE (simulation_id) FROM tick_agent_states WHERE ORDER BY tick, agent_id",
  ),
  agent_states_by_tick: asked(
    "the banks after a tick (--full-replay)",
    ["tick"],
    (source, id, { tick }) => agentStatesByTick(source, id, tick),
  ),
  queues_by_tick: asked(
    "both queues after a tick (--full-replay)",
    ["tick"],
    (source, id, { tick }) => queueSnapshotsByTick(source, id, tick),
  ),
  compare: asked(
    "this simulation and another side by side",
    ["with"],
    (source, id, { with: other }) => compareSimulations(source, id, other),
  ),
  compare_agents: asked(
    "a bank's costs in this simulation and another, by day",
    ["with", "agent"],
    (source, id, { with: other, agent }) => compareAgentPerformance(source, id, other, agent),
  ),
};

/** The reports that {@linkcode simulationReport} knows. */
export const REPORT_NAMES: readonly string[] = Object.freeze(Object.keys(REPORTS));

/**
 * A report about one simulation: rows, or an object.
 *
 * @throws {NotFound} for a report or a simulation that does not exist; {@linkcode ValidationError} for a condition that
 * the report does not take, or lacks.
 */
export async function simulationReport(
  source: Source,
  simulationId: string,
  name: string,
  conditions: ReportConditions = {},
): Promise<unknown> {
  const report = Object.hasOwn(REPORTS, name) ? REPORTS[name] : undefined;
  if (report === undefined) {
    throw new NotFound(
      `There is no report ${name}${suggestion(name, REPORT_NAMES)}; there are ${REPORT_NAMES.join(", ")}`,
    );
  }
  for (const condition of CONDITIONS) {
    const isGiven = conditions[condition] !== undefined;
    if (isGiven && !report.takes.includes(condition)) {
      const taken = report.takes.length === 0 ? "none" : report.takes.join(", ");
      throw new ValidationError(`The report ${name} takes no ${condition}; it takes ${taken}`, []);
    }
    if (!isGiven && report.needs.includes(condition)) {
      throw new ValidationError(`The report ${name} needs ${condition}`, []);
    }
  }
  await requireSimulation(source, simulationId);
  return await report.answer(source, simulationId, conditions);
}

/** Whether a report is a table. */
export function isRows(answer: unknown): answer is Row[] {
  return Array.isArray(answer);
}
