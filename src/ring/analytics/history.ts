/**
 * What the metrics know of a simulation: the payables that were created and those that were settled, in log order, as
 * dense columns. Where they come from - the log of a run or a file - is the affair of the makers beside this file.
 * Nothing here knows of balances, contracts or defaults. Source: `spec 02 2.1`.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";

/** Stands for no agent (an empty name) and for no id or alias. */
export const NONE: number = -1;

/** Payments in log order, one column per field. Columns may be longer than {@linkcode PaymentColumns.length}. */
export interface PaymentColumns {
  /** Number of payments. */
  readonly length: number;
  /** Agent numbers below {@linkcode PaymentHistory.agentCount}; negative for no agent. */
  readonly debtors: ArrayLike<number>;
  /** Agent numbers as in {@linkcode PaymentColumns.debtors}. */
  readonly creditors: ArrayLike<number>;
  /** Amounts without trailing zeros behind the point, as a written log shows them. */
  readonly amounts: readonly Decimal[];
  /** Numbers of contract ids; negative for none. */
  readonly ids: ArrayLike<number>;
  /** Numbers of aliases; negative for none. */
  readonly aliases: ArrayLike<number>;
  /** The rows of each day in log order: due days of dues, days of settlement of settlements. */
  readonly byDay: RowsByDay;
}

/** Rows by day, in log order within a day. */
export type RowsByDay = ReadonlyMap<number, readonly number[]>;

/** The dues and the settlements of one simulation. */
export interface PaymentHistory {
  /** Every payable that was created, by its due day. */
  readonly dues: PaymentColumns;
  /** Every payable that was settled in full, by the day of settlement. */
  readonly settlements: PaymentColumns;
  /** Agents are numbered from 0 up to this; numbers may be unused. */
  readonly agentCount: number;
  /** What turns the number of an alias into that of an id with the same text; past all ids where none is the same. */
  readonly aliasOffset: number;
  /** Ids, and aliases with their offset, are numbered from 0 up to this; numbers may be unused. */
  readonly nameCount: number;
  /** The distinct due days, ascending; a due without a day (-1) is not among them. */
  readonly dueDays: readonly number[];
  /** The id of an agent. */
  agentName(agent: number): string;
}

/** The days that have rows, ascending. */
export function daysOf(rows: RowsByDay): number[] {
  return [...rows.keys()].sort(ascending);
}

/**
 * The days to analyse, ascending: those that are given, or where none are given all due days, or where nothing was
 * ever due all days of settlement (spec 02 3.1).
 */
export function analysedDays(history: PaymentHistory, days: readonly number[] = []): readonly number[] {
  if (days.length > 0) return [...new Set(days)].sort(ascending);
  return history.dueDays.length > 0 ? history.dueDays : daysOf(history.settlements.byDay);
}

/** Groups rows by the day that `dayOf` gives for each. */
export function rowsByDay(length: number, dayOf: (row: number) => number): RowsByDay {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < length; row++) {
    const day = dayOf(row);
    const group = groups.get(day);
    if (group === undefined) groups.set(day, [row]);
    else group.push(row);
  }
  return groups;
}

function ascending(a: number, b: number): number {
  return a - b;
}
