/**
 * Payments as the day's list shows them (spec 06 8.6), one by one or in columns: a recording asks for tens of thousands.
 *
 * @module
 */
import { NONE, OVERDUE, PARTIALLY_SETTLED, PENDING, SETTLED } from "./payment_store.ts";
import { type Answer, nullable, rtgsName, STATUS_NAMES } from "./queries.ts";
import type { EngineState } from "./state.ts";

/** A value of a record. */
export type RecordValue = string | number | boolean | null;

/** Records as columns by name, all of one length. */
export type RecordColumns = Readonly<Record<string, RecordValue[]>>;

/** The columns, in order. */
const COLUMNS: Readonly<Record<string, (state: EngineState, payment: number) => RecordValue>> = {
  tx_id: ({ payments }, payment) => payments.id(payment),
  sender_id: (state, payment) => state.bank(state.payments.sender[payment] ?? 0).id,
  receiver_id: (state, payment) => state.bank(state.payments.receiver[payment] ?? 0).id,
  amount: ({ payments }, payment) => payments.amount[payment] ?? 0,
  priority: ({ payments }, payment) => payments.priority[payment] ?? 0,
  is_divisible: () => false,
  arrival_tick: ({ payments }, payment) => payments.arrivalTick[payment] ?? 0,
  arrival_day: (state, payment) => dayOf(state, state.payments.arrivalTick[payment] ?? 0),
  deadline_tick: ({ payments }, payment) => payments.deadlineTick[payment] ?? 0,
  settlement_tick: (state, payment) => tickOf(state, payment, SETTLED),
  settlement_day: (state, payment) => {
    const tick = tickOf(state, payment, SETTLED);
    return tick === null ? null : dayOf(state, tick);
  },
  status: ({ payments }, payment) => {
    const status = payments.status[payment] ?? PENDING;
    return status === PARTIALLY_SETTLED ? "pending" : (STATUS_NAMES[status] ?? "").toLowerCase();
  },
  overdue_since_tick: (state, payment) => tickOf(state, payment, OVERDUE),
  drop_reason: () => null,
  amount_settled: ({ payments }, payment) => (payments.amount[payment] ?? 0) - (payments.remaining[payment] ?? 0),
  queue1_ticks: () => 0,
  queue2_ticks: () => 0,
  total_delay_ticks: () => 0,
  delay_cost: () => 0,
  parent_tx_id: ({ payments }, payment) => {
    const parent = payments.parent[payment] ?? NONE;
    return parent === NONE ? null : payments.id(parent);
  },
  split_index: () => null,
  rtgs_priority: ({ payments }, payment) => rtgsName(payments.rtgsPriority[payment]),
  rtgs_submission_tick: ({ payments }, payment) => nullable(payments.rtgsSubmissionTick[payment]),
  declared_rtgs_priority: ({ payments }, payment) => rtgsName(payments.declaredRtgsPriority[payment]),
};

function dayOf({ config }: EngineState, tick: number): number {
  return Math.floor(tick / config.ticksPerDay);
}

/** The tick at which a payment got the status that it has; null when it has another one. */
function tickOf({ payments }: EngineState, payment: number, status: number): number | null {
  return payments.status[payment] === status ? payments.statusTick[payment] ?? NONE : null;
}

/** The numbers of all payments, or of those that arrived on one day, in order of creation. */
function numbersOf({ payments, config }: EngineState, day: number | undefined): number[] {
  const numbers: number[] = [];
  for (let payment = 0; payment < payments.length; payment++) {
    const arrivalDay = Math.floor((payments.arrivalTick[payment] ?? 0) / config.ticksPerDay);
    if (day === undefined || arrivalDay === day) numbers.push(payment);
  }
  return numbers;
}

/** All payments, or those that arrived on one day, in order of creation. */
export function paymentRecords(state: EngineState, day?: number): Answer[] {
  const columns = Object.entries(COLUMNS);
  return numbersOf(state, day).map((payment) =>
    Object.fromEntries(columns.map(([name, value]) => [name, value(state, payment)]))
  );
}

/** The same as {@linkcode paymentRecords}, in columns. */
export function paymentColumns(state: EngineState, day?: number): RecordColumns {
  const numbers = numbersOf(state, day);
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([name, value]) => [name, numbers.map((payment) => value(state, payment))]),
  );
}
