/**
 * Payments as the day's list shows them (spec 06 8.6), in columns or one by one: a recording asks for tens of thousands.
 *
 * @module
 */
import { cellAt, codedTexts, type ColumnValues, sameValue } from "../../core/column_values.ts";
import { RTGS_PRIORITY_NAMES } from "../policy_contract.ts";
import { NONE, OVERDUE, PARTIALLY_SETTLED, SETTLED } from "./payment_store.ts";
import { type Answer, STATUS_NAMES } from "./queries.ts";
import type { EngineState } from "./state.ts";

/** Records as columns by name, all of one length; texts, numbers, booleans and null. */
export type RecordColumns = Readonly<Record<string, ColumnValues>>;

/** What a day's list calls the statuses, in the order of their codes: a payment settled in part is pending. */
const STATUSES = Object.entries(STATUS_NAMES)
  .map(([code, name]) => Number(code) === PARTIALLY_SETTLED ? "pending" : name.toLowerCase());

/**
 * The payments that are asked for, in order of creation: all of a stretch, or some numbers. A stretch is copied as it lies
 * in memory; to look at each payment would cost more.
 */
type Wanted = { readonly end: number } | Int32Array;

/** All payments, or those that arrived on one day, in columns and in order of creation. Times in ticks, amounts in cents. */
export function paymentColumns(state: EngineState, day?: number): RecordColumns {
  const { payments, config } = state;
  const rows = day === undefined ? { end: payments.length } : numbersOf(state, day);
  const amount = wholeNumbers(payments.amount, rows);
  const same = (value: number | boolean | null) => sameValue(value, amount.length);
  const names = state.banks.map(({ id }) => id);
  const arrivalTick = wholeNumbers(payments.arrivalTick, rows);
  const status = codesOf(payments.status, rows);
  const statusTick = wholeNumbers(payments.statusTick, rows);
  const settlementTick = where(status, SETTLED, statusTick);
  return {
    tx_id: payments.idColumn("end" in rows ? firstNumbers(rows.end) : rows),
    sender_id: codedTexts(codesOf(payments.sender, rows), names),
    receiver_id: codedTexts(codesOf(payments.receiver, rows), names),
    amount,
    priority: wholeNumbers(payments.priority, rows),
    is_divisible: same(false),
    arrival_tick: arrivalTick,
    arrival_day: daysOf(arrivalTick, config.ticksPerDay),
    deadline_tick: wholeNumbers(payments.deadlineTick, rows),
    settlement_tick: settlementTick,
    settlement_day: daysOf(settlementTick, config.ticksPerDay),
    status: codedTexts(status, STATUSES),
    overdue_since_tick: where(status, OVERDUE, statusTick),
    drop_reason: same(null),
    amount_settled: less(amount, wholeNumbers(payments.remaining, rows)),
    queue1_ticks: same(0),
    queue2_ticks: same(0),
    total_delay_ticks: same(0),
    delay_cost: same(0),
    parent_tx_id: payments.idColumn(codesOf(payments.parent, rows)),
    split_index: same(null),
    rtgs_priority: codedTexts(codesOf(payments.rtgsPriority, rows), RTGS_PRIORITY_NAMES),
    rtgs_submission_tick: orNull(wholeNumbers(payments.rtgsSubmissionTick, rows)),
    declared_rtgs_priority: codedTexts(codesOf(payments.declaredRtgsPriority, rows), RTGS_PRIORITY_NAMES),
  };
}

/** The same as {@linkcode paymentColumns}, one record for each payment. */
export function paymentRecords(state: EngineState, day?: number): Answer[] {
  const columns = Object.entries(paymentColumns(state, day));
  const count = columns[0]?.[1].length ?? 0;
  return Array.from(
    { length: count },
    (_, row) => Object.fromEntries(columns.map(([name, values]) => [name, cellAt(values, row)])),
  );
}

/** The numbers of the payments that arrived on a day. */
function numbersOf({ payments, config }: EngineState, day: number): Int32Array {
  const numbers = new Int32Array(payments.length);
  let count = 0;
  for (let payment = 0; payment < payments.length; payment++) {
    if (Math.floor((payments.arrivalTick[payment] ?? 0) / config.ticksPerDay) === day) numbers[count++] = payment;
  }
  return numbers.subarray(0, count);
}

function wholeNumbers(values: Float64Array | Uint8Array, rows: Wanted): Float64Array {
  if ("end" in rows) return new Float64Array(values.subarray(0, rows.end));
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] ?? 0] ?? 0;
  return taken;
}

function codesOf(values: Int32Array | Int8Array | Uint8Array, rows: Wanted): Int32Array {
  if ("end" in rows) return new Int32Array(values.subarray(0, rows.end));
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = values[rows[i] ?? 0] ?? NONE;
  return codes;
}

function firstNumbers(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** The ticks at which payments got a status, null for those that have another one. */
function where(status: Int32Array, wanted: number, statusTick: Float64Array): Float64Array {
  const ticks = new Float64Array(status.length);
  for (let i = 0; i < ticks.length; i++) ticks[i] = status[i] === wanted ? statusTick[i] ?? NaN : NaN;
  return ticks;
}

/** The days of ticks, null for none. */
function daysOf(ticks: Float64Array, ticksPerDay: number): Float64Array {
  const days = new Float64Array(ticks.length);
  for (let i = 0; i < ticks.length; i++) days[i] = Math.floor((ticks[i] ?? NaN) / ticksPerDay);
  return days;
}

function less(amounts: Float64Array, others: Float64Array): Float64Array {
  const rest = new Float64Array(amounts.length);
  for (let i = 0; i < rest.length; i++) rest[i] = (amounts[i] ?? 0) - (others[i] ?? 0);
  return rest;
}

/** Ticks with null for none. */
function orNull(ticks: Float64Array): Float64Array {
  for (let i = 0; i < ticks.length; i++) if (ticks[i] === NONE) ticks[i] = NaN;
  return ticks;
}
