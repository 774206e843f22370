/**
 * How payments stand in a database: whole numbers where the columns of spec 08 3 are texts or follow from others, which
 * DuckDB writes in a third of the time. The view `transactions` shows them with those columns. Rows that say more than
 * fits stand beside them in `transaction_rows`, as do those of older databases and of other writers.
 *
 * @module
 */
import { cellAt, cellsOf, type ColumnValues, isCompact, sameValue } from "../../core/column_values.ts";
import { ID_DIGITS, ID_PREFIX, serialOf } from "../../payments/engine/payment_store.ts";
import { columnNames } from "./schema.ts";
import type { TableRows } from "./simulation_rows.ts";
import { rowsOf } from "./waiting_rows.ts";

/** Stands for null in columns of whole numbers that are never negative. */
const NONE = -1;

/** Their places stand in files: a new one goes to the end. */
const STATUSES: readonly string[] = ["pending", "settled", "overdue"];
const PRIORITIES: readonly string[] = ["HighlyUrgent", "Urgent", "Normal"];

/** What the engine's payments have in common; a row with something else stands as it is. */
const COMMON: Readonly<Record<string, boolean | number | null>> = {
  is_divisible: false,
  drop_reason: null,
  queue1_ticks: 0,
  queue2_ticks: 0,
  total_delay_ticks: 0,
  delay_cost: 0,
  split_index: null,
};

/** Ticks from 0 on, and priorities. */
const WHOLE = ["priority", "arrival_tick", "deadline_tick", "settlement_tick", "overdue_since_tick"];

/** Rows of `transactions` as they are stored; rows of other tables are given back. */
export function storedPayments(rows: TableRows): TableRows {
  if (rows.table !== "transactions") return rows;
  return compactRows(rows) ?? { ...rows, table: "transaction_rows" };
}

function compactRows({ table, columns }: TableRows): TableRows | undefined {
  const names = columnNames(table);
  const column = (name: string) => columns[names.indexOf(name)] ?? [];
  const isCommon = Object.entries(COMMON).every(([name, value]) => hasOnly(column(name), value));
  const codes = {
    status: codesIn(column("status"), STATUSES),
    rtgs_priority: codesIn(column("rtgs_priority"), PRIORITIES),
    declared_rtgs_priority: codesIn(column("declared_rtgs_priority"), PRIORITIES),
  };
  const whole = [...WHOLE, "rtgs_submission_tick"].map((name) => [name, wholeNumbers(column(name))] as const);
  const isWhole = [...Object.values(codes), ...whole.map(([, values]) => values)].every((values) =>
    values !== undefined
  );
  if (!isCommon || !isWhole) return undefined;
  const [payment, parent] = [serials(column("tx_id")), serials(column("parent_tx_id"))];
  const values: Readonly<Record<string, ColumnValues | undefined>> = {
    simulation_no: sameValue(0, column("tx_id").length),
    serial: payment.numbers,
    tx_id: payment.others,
    sender_id: column("sender_id"),
    receiver_id: column("receiver_id"),
    amount: column("amount"),
    amount_settled: column("amount_settled"),
    parent_serial: parent.numbers,
    parent_tx_id: parent.others,
    ...codes,
    ...Object.fromEntries(whole),
  };
  return { ...rowsOf("payment_rows", []), columns: columnNames("payment_rows").map((name) => values[name] ?? []) };
}

function hasOnly(values: ColumnValues, value: boolean | number | null): boolean {
  if (isCompact(values) && values.kind === "same") return values.value === value;
  for (let row = 0; row < values.length; row++) if (cellAt(values, row) !== value) return false;
  return true;
}

/** The places of texts in a list, {@linkcode NONE} for null; undefined when there is a text that is not in it. */
function codesIn(values: ColumnValues, list: readonly string[]): Int32Array | undefined {
  const codes = new Int32Array(values.length).fill(NONE);
  if (isCompact(values) && values.kind === "coded") {
    const places = values.texts.map((text) => list.indexOf(text));
    for (let row = 0; row < codes.length; row++) {
      const code = values.codes[row] ?? NONE;
      if (code < 0 || code >= places.length) continue;
      const place = places[code] ?? NONE;
      if (place < 0) return undefined;
      codes[row] = place;
    }
    return codes;
  }
  for (let row = 0; row < codes.length; row++) {
    const text = cellAt(values, row);
    if (text === null) continue;
    codes[row] = typeof text === "string" ? list.indexOf(text) : NONE;
    if (codes[row] === NONE) return undefined;
  }
  return codes;
}

/** Whole numbers from 0 to 2^31, {@linkcode NONE} for null; undefined when there are others. */
function wholeNumbers(values: ColumnValues): Int32Array | undefined {
  const numbers = new Int32Array(values.length);
  const isMemory = values instanceof Float64Array;
  for (let row = 0; row < numbers.length; row++) {
    const value = isMemory ? values[row] ?? NaN : Number(cellAt(values, row) ?? NaN);
    const number = value !== value ? NONE : value;
    numbers[row] = number;
    if (numbers[row] !== number || (number < 0 && value === value)) return undefined;
  }
  return numbers;
}

/** The serial numbers of ids that the engine gave, null for others, and those. */
function serials(values: ColumnValues): { readonly numbers: ColumnValues; readonly others: ColumnValues } {
  const nothing = sameValue(null, values.length);
  if (isCompact(values) && values.kind === "numbered" && values.prefix === ID_PREFIX && values.digits === ID_DIGITS) {
    return { numbers: values.numbers, others: nothing };
  }
  if (isCompact(values) && values.kind === "same" && values.value === null) {
    return { numbers: nothing, others: nothing };
  }
  const ids = cellsOf(values).map((id) => id === null ? null : String(id));
  const numbers = ids.map((id) => id === null ? null : serialOf(id) ?? null);
  return { numbers, others: ids.map((id, row) => numbers[row] === null ? id : null) };
}

const textIn = (list: readonly string[], code: string) =>
  `[${list.map((text) => `'${text}'`).join(", ")}][nullif(${code}, ${NONE}) + 1]`;
const idSql = (id: string, serial: string) => `coalesce(${id}, printf('${ID_PREFIX}%0${ID_DIGITS}x', ${serial}))`;
const tickSql = (column: string) => `nullif(p.${column}, ${NONE})::BIGINT`;

/** The query of the view `transactions`: payments with the columns of spec 08 3. */
export const TRANSACTIONS_VIEW = `
  SELECT s.simulation_id, ${idSql("p.tx_id", "p.serial")} AS tx_id, p.sender_id, p.receiver_id, p.amount,
    ${tickSql("priority")} AS priority, FALSE AS is_divisible, ${tickSql("arrival_tick")} AS arrival_tick,
    ${tickSql("arrival_tick")} // greatest(s.ticks_per_day, 1) AS arrival_day, ${
  tickSql("deadline_tick")
} AS deadline_tick,
    ${tickSql("settlement_tick")} AS settlement_tick,
    ${tickSql("settlement_tick")} // greatest(s.ticks_per_day, 1) AS settlement_day,
    ${textIn(STATUSES, "p.status")} AS status, ${tickSql("overdue_since_tick")} AS overdue_since_tick,
    NULL::VARCHAR AS drop_reason, p.amount_settled, 0::BIGINT AS queue1_ticks, 0::BIGINT AS queue2_ticks,
    0::BIGINT AS total_delay_ticks, 0::BIGINT AS delay_cost,
    ${idSql("p.parent_tx_id", "p.parent_serial")} AS parent_tx_id, NULL::BIGINT AS split_index,
    ${textIn(PRIORITIES, "p.rtgs_priority")} AS rtgs_priority, ${
  tickSql("rtgs_submission_tick")
} AS rtgs_submission_tick,
    ${textIn(PRIORITIES, "p.declared_rtgs_priority")} AS declared_rtgs_priority
  FROM payment_rows p JOIN simulations s ON s.simulation_no = p.simulation_no
  UNION ALL BY NAME SELECT * FROM transaction_rows`;
