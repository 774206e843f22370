/**
 * The events of the payments model: every kind with its fields in the order in which a written event shows them
 * (spec 06 7). Money is cents, times are ticks, stamps are ticks.
 *
 * References: `ref:agent` and `ref:payment` are dense numbers. Lists are kept as lists of such numbers, see
 * {@linkcode LIST_FIELDS}. Costs are flat columns here and an object in a written event.
 *
 * @module
 */
import type { EventLog, EventSchema } from "../core/event_log.ts";

/** The kinds and fields of the payments model. */
export const PAYMENT_EVENTS = {
  Arrival: [
    ["tx_id", "ref:payment"],
    ["sender_id", "ref:agent"],
    ["receiver_id", "ref:agent"],
    ["amount", "int"],
    ["deadline", "int"],
    ["priority", "int"],
    ["is_divisible", "bool"],
  ],
  PolicySubmit: [["agent_id", "ref:agent"], ["tx_id", "ref:payment"]],
  PolicyHold: [["agent_id", "ref:agent"], ["tx_id", "ref:payment"], ["reason", "text"]],
  PolicyDrop: [["agent_id", "ref:agent"], ["tx_id", "ref:payment"], ["reason", "text"]],
  PolicySplit: [["agent_id", "ref:agent"], ["tx_id", "ref:payment"], ["num_splits", "int"], ["child_ids", "json"]],
  TransactionReprioritized: [
    ["agent_id", "ref:agent"],
    ["tx_id", "ref:payment"],
    ["old_priority", "int"],
    ["new_priority", "int"],
  ],
  PriorityEscalated: [
    ["tx_id", "ref:payment"],
    ["sender_id", "ref:agent"],
    ["original_priority", "int"],
    ["escalated_priority", "int"],
    ["ticks_until_deadline", "int"],
    ["boost_applied", "int"],
  ],
  CollateralPost: [["agent_id", "ref:agent"], ["amount", "int"], ["reason", "text"], ["new_total", "int"]],
  CollateralWithdraw: [["agent_id", "ref:agent"], ["amount", "int"], ["reason", "text"], ["new_total", "int"]],
  CollateralTimerWithdrawn: [
    ["agent_id", "ref:agent"],
    ["amount", "int"],
    ["original_reason", "text"],
    ["posted_at_tick", "int"],
    ["new_total", "int"],
  ],
  CollateralTimerBlocked: [
    ["agent_id", "ref:agent"],
    ["requested_amount", "int"],
    ["reason", "text"],
    ["original_reason", "text"],
    ["posted_at_tick", "int"],
  ],
  BankBudgetSet: [
    ["agent_id", "ref:agent"],
    ["max_value", "int"],
    ["focus_counterparties", "json"],
    ["max_per_counterparty", "int"],
  ],
  StateRegisterSet: [
    ["agent_id", "ref:agent"],
    ["register_key", "text"],
    ["old_value", "float"],
    ["new_value", "float"],
    ["reason", "text"],
    ["decision_path", "text"],
  ],
  RtgsSubmission: [
    ["tx_id", "ref:payment"],
    ["sender", "ref:agent"],
    ["receiver", "ref:agent"],
    ["amount", "int"],
    ["internal_priority", "int"],
    ["rtgs_priority", "text"],
  ],
  RtgsWithdrawal: [["tx_id", "ref:payment"], ["sender", "ref:agent"], ["original_rtgs_priority", "text"]],
  RtgsResubmission: [
    ["tx_id", "ref:payment"],
    ["sender", "ref:agent"],
    ["old_rtgs_priority", "text"],
    ["new_rtgs_priority", "text"],
  ],
  RtgsImmediateSettlement: [
    ["tx_id", "ref:payment"],
    ["sender", "ref:agent"],
    ["receiver", "ref:agent"],
    ["amount", "int"],
    ["sender_balance_before", "int"],
    ["sender_balance_after", "int"],
  ],
  QueuedRtgs: [["tx_id", "ref:payment"], ["sender_id", "ref:agent"]],
  Queue2LiquidityRelease: [
    ["tx_id", "ref:payment"],
    ["sender", "ref:agent"],
    ["receiver", "ref:agent"],
    ["amount", "int"],
    ["queue_wait_ticks", "int"],
    ["release_reason", "text"],
  ],
  BilateralLimitExceeded: [
    ["sender", "ref:agent"],
    ["receiver", "ref:agent"],
    ["tx_id", "ref:payment"],
    ["amount", "int"],
    ["current_bilateral_outflow", "int"],
    ["bilateral_limit", "int"],
  ],
  MultilateralLimitExceeded: [
    ["sender", "ref:agent"],
    ["tx_id", "ref:payment"],
    ["amount", "int"],
    ["current_total_outflow", "int"],
    ["multilateral_limit", "int"],
  ],
  AlgorithmExecution: [["algorithm", "int"], ["result", "text"], ["settlements", "int"], ["settled_value", "int"]],
  LsmBilateralOffset: [
    ["agent_a", "ref:agent"],
    ["agent_b", "ref:agent"],
    ["tx_ids", "json"],
    ["amount_a", "int"],
    ["amount_b", "int"],
    ["amount", "int"],
  ],
  EntryDispositionOffset: [
    ["incoming_tx_id", "ref:payment"],
    ["queued_tx_id", "ref:payment"],
    ["agent_a", "ref:agent"],
    ["agent_b", "ref:agent"],
    ["offset_amount", "int"],
    ["incoming_amount", "int"],
    ["queued_amount", "int"],
  ],
  LsmCycleSettlement: [
    ["agents", "json"],
    ["tx_amounts", "json"],
    ["total_value", "int"],
    ["net_positions", "json"],
    ["max_net_outflow", "int"],
    ["max_net_outflow_agent", "text"],
    ["tx_ids", "json"],
    ["cycle_value", "int"],
  ],
  DeferredCreditApplied: [["agent_id", "ref:agent"], ["amount", "int"], ["source_transactions", "json"]],
  CostAccrual: [
    ["agent_id", "ref:agent"],
    ["liquidity_cost", "int"],
    ["delay_cost", "int"],
    ["collateral_cost", "int"],
    ["penalty_cost", "int"],
    ["split_friction_cost", "int"],
    ["liquidity_opportunity_cost", "int", "optional"],
    ["total", "int"],
  ],
  EndOfDay: [["day", "int"], ["unsettled_count", "int"], ["total_penalties", "int"]],
  TransactionWentOverdue: [
    ["tx_id", "ref:payment"],
    ["sender_id", "ref:agent"],
    ["receiver_id", "ref:agent"],
    ["amount", "int"],
    ["remaining_amount", "int"],
    ["deadline_tick", "int"],
    ["ticks_overdue", "int"],
    ["deadline_penalty_cost", "int"],
  ],
  OverdueTransactionSettled: [
    ["tx_id", "ref:payment"],
    ["sender_id", "ref:agent"],
    ["receiver_id", "ref:agent"],
    ["amount", "int"],
    ["settled_amount", "int"],
    ["deadline_tick", "int"],
    ["overdue_since_tick", "int"],
    ["total_ticks_overdue", "int"],
    ["deadline_penalty_cost", "int"],
    ["estimated_delay_cost", "int"],
  ],
  LiquidityReturn: [["agent_id", "ref:agent"], ["amount", "int"], ["balance_after", "int"]],
  LiquidityAllocation: [
    ["day", "int"],
    ["agent_id", "ref:agent"],
    ["fraction", "float"],
    ["amount", "int"],
    ["balance_after", "int"],
  ],
  ScenarioEventExecuted: [["scenario_event_type", "text"], ["details_json", "text"]],
} as const satisfies EventSchema;

/** The log of a run, stamped with `tick`, without phases. */
export type PaymentsLog = EventLog<typeof PAYMENT_EVENTS>;

/** A kind of event of the payments model. */
export type PaymentEventKind = keyof typeof PAYMENT_EVENTS;

/** The list fields that hold dense numbers, and what the numbers name. Other lists hold plain values. */
export const LIST_FIELDS: Readonly<Record<string, "agent" | "payment">> = Object.freeze({
  child_ids: "payment",
  tx_ids: "payment",
  source_transactions: "payment",
  agents: "agent",
});

/** The parts of a cost event, which a written event shows as one object `costs`. */
const COST_FIELDS: ReadonlySet<string> = new Set(
  PAYMENT_EVENTS.CostAccrual.map(([name]) => name).filter((name) => name !== "agent_id"),
);

/** An event as it is written: `event_type`, `tick`, then the fields of spec 06 7.3 in order. */
export type WrittenEvent = Record<string, unknown> & { event_type: string; tick: number };

/** One event of the log as an object with names for numbers (spec 06 7.2). */
export function writtenEvent(log: PaymentsLog, event: number): WrittenEvent {
  const { kind, ...fields } = log.object(event);
  const written: WrittenEvent = { event_type: kind, tick: log.time(event) };
  const costs: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const named = LIST_FIELDS[name];
    if (kind === "CostAccrual" && COST_FIELDS.has(name)) costs[name] = value;
    else if (named !== undefined && isNumbers(value)) {
      written[name] = Array.from(value, (number) => log.referenceText(`ref:${named}`, number));
    } else written[name] = value;
  }
  if (kind === "CostAccrual") written.costs = costs;
  return written;
}

function isNumbers(value: unknown): value is ArrayLike<number> & Iterable<number> {
  return Array.isArray(value) || value instanceof Int32Array;
}
