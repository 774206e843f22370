/**
 * The payment history of a simulation in this process, read from the columns of its log: no event becomes an object.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { DecimalColumn, EventTable } from "../../core/event_log.ts";
import { daysOf, NONE, type PaymentColumns, type PaymentHistory, type RowsByDay, rowsByDay } from "./history.ts";

/** What this reader needs of a log: an `EventLog` whose kinds have the fields of spec 01 14. */
export interface PaymentLog {
  /** The events of a kind in columns. */
  table(kind: "PayableCreated" | "PayableSettled"): EventTable | undefined;
  /** The day of an event. */
  time(event: number): number;
  /** The id of an agent. */
  referenceText(type: "ref:agent", number: number): string;
}

const NOTHING: PaymentColumns = {
  length: 0,
  debtors: [],
  creditors: [],
  amounts: [],
  ids: [],
  aliases: [],
  byDay: new Map(),
};

/** The payment history that a log tells. The history reads the columns in place: do not change the log afterwards. */
export function historyFromLog(log: PaymentLog): PaymentHistory {
  const created = log.table("PayableCreated");
  const settled = log.table("PayableSettled");
  const dues = created === undefined ? NOTHING : duesOf(created);
  const settlements = settled === undefined ? NOTHING : settlementsOf(settled, log);
  // Contract ids and aliases are numbered apart in a log: the offset keeps them apart.
  const aliasOffset = numbersUsed(dues.ids, dues.length, settlements.ids, settlements.length);
  return {
    dues,
    settlements,
    agentCount: Math.max(
      numbersUsed(dues.debtors, dues.length, dues.creditors, dues.length),
      numbersUsed(settlements.debtors, settlements.length, settlements.creditors, settlements.length),
    ),
    aliasOffset,
    nameCount: aliasOffset + numbersUsed(dues.aliases, dues.length, settlements.aliases, settlements.length),
    dueDays: daysOf(dues.byDay),
    agentName: (agent) => log.referenceText("ref:agent", agent),
  };
}

function duesOf(table: EventTable): PaymentColumns {
  const days = table.numbers("due_day").values;
  return columns(table, "payable_id", rowsByDay(table.length, (row) => days[row] ?? 0));
}

function settlementsOf(table: EventTable, log: PaymentLog): PaymentColumns {
  return columns(table, "pid", rowsByDay(table.length, (row) => log.time(table.events[row] ?? 0)));
}

function columns(table: EventTable, idField: string, byDay: RowsByDay): PaymentColumns {
  return {
    length: table.length,
    debtors: table.references("debtor").numbers,
    creditors: table.references("creditor").numbers,
    amounts: amounts(table.decimals("amount"), table.length),
    ids: table.references(idField).numbers,
    aliases: table.texts("alias").codes.numbers,
    byDay,
  };
}

/** Amounts as a written log shows them (spec 01 15.1): the exponents decide how the totals are spelled. */
function amounts(column: DecimalColumn, length: number): Decimal[] {
  const amounts: Decimal[] = [];
  for (let row = 0; row < length; row++) amounts.push(writtenAmount(column.get(row) ?? Decimal.ZERO));
  return amounts;
}

function writtenAmount(amount: Decimal): Decimal {
  if (amount.isInteger && typeof amount.coefficient === "number") return Decimal.of(amount.coefficient, 0);
  const normal = amount.normalized();
  return normal.exponent > 0 ? Decimal.of(normal.truncated().coefficient, 0) : normal;
}

/** One more than the largest number in two columns. */
function numbersUsed(a: ArrayLike<number>, aLength: number, b: ArrayLike<number>, bLength: number): number {
  let largest = NONE;
  for (let row = 0; row < aLength; row++) largest = Math.max(largest, a[row] ?? NONE);
  for (let row = 0; row < bLength; row++) largest = Math.max(largest, b[row] ?? NONE);
  return largest + 1;
}
