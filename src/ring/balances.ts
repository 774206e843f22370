/**
 * The final balances: one row for each agent, the system as a whole, and three sums. Source: spec 01 15.2.
 *
 * @module
 */
import { csvText } from "../core/csv_text.ts";
import { Decimal } from "../core/decimal.ts";
import { floatText } from "../core/number_text.ts";
import { type Agent, INSTRUMENT_KINDS } from "./engine/agent.ts";
import type { Contract, StockLot } from "./engine/contract.ts";
import type { Ledger } from "./engine/ledger.ts";
import type { BalanceRow, InstrumentKind, RingOutcome } from "./outcome.ts";

/** Decimal zero: totals of goods are of kind decimal even when there are none. */
const NO_GOODS = Decimal.of(0, 0);

/** Columns that every file has. */
const BASE_COLUMNS: readonly string[] = [
  "agent_id",
  "agent_kind",
  "agent_name",
  "amount",
  "item_name",
  "item_type",
  "net_financial",
  "total_financial_assets",
  "total_financial_liabilities",
  "total_inventory_value",
  "total_nonfinancial_value",
];

/** The rows of the balances; amounts keep their number kind. */
export function balanceRows(ledger: Ledger): BalanceRow[] {
  const system = systemRow(ledger);
  return [...ledger.agents.map(agentRow), system.row, ...summaryRows(system.total)];
}

/**
 * The balances as CSV text: columns sorted by name, an empty cell where a row lacks a column; integers as digits,
 * decimals as doubles.
 *
 * @example
 * ```ts ignore
 * const text = balancesCsv(simulateRing(scenario)); // "agent_id,agent_kind,..."
 * ```
 */
export function balancesCsv(outcome: Pick<RingOutcome, "balances">): string {
  const rows = outcome.balances();
  const names = new Set<string>(BASE_COLUMNS);
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  const header = [...names];
  // The orders differ beyond the basic plane only.
  if (header.some((name) => SURROGATE.test(name))) header.sort(byCodePoint);
  else header.sort();
  return csvText(header, rows.map((row) => header.map((name) => cellText(row[name]))));
}

const SURROGATE = /[\ud800-\udfff]/;

/** Compares texts by code point, which differs from the order of UTF-16 units beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function cellText(value: Decimal | string | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  return value.isInteger ? value.toString() : floatText(value.toNumber());
}

/**
 * The money of all agents as a reader of balances.csv adds it up (spec 02 3.4): cash, deposits and reserves of every
 * agent in order, each cell as it is printed.
 */
export function countedMoney(ledger: Ledger): Decimal {
  let money = Decimal.ZERO;
  for (const agent of ledger.agents) {
    if (agent.id.toUpperCase() === "SYSTEM") continue;
    for (const kind of ["cash", "bank_deposit", "reserve_deposit"] as const) {
      if (agent.assets[kind].first === null) continue;
      const sum = Decimal.sum(agent.assets[kind].items().map((contract) => contract.amount));
      money = money.plus(sum.isInteger ? sum : Decimal.fromNumber(sum.toNumber()));
    }
  }
  return money;
}

/** The sums of a set of contracts: by kind, and of all that are financial. */
class Sums {
  readonly byKind = new Map<InstrumentKind, Decimal>();
  financial: Decimal = Decimal.ZERO;

  add({ kind, amount }: Contract): void {
    this.byKind.set(kind, (this.byKind.get(kind) ?? Decimal.ZERO).plus(amount));
    if (kind !== "delivery_obligation") this.financial = this.financial.plus(amount);
  }

  write(row: Record<string, Decimal | string>, side: "assets" | "liabilities"): void {
    for (const [kind, sum] of this.byKind) row[`${side}_${kind}`] = sum;
  }
}

/** Quantities and values of goods by sku. */
class Goods {
  readonly #bySku = new Map<string, { quantity: Decimal; value: Decimal }>();
  value: Decimal = NO_GOODS;

  add(sku: string, quantity: Decimal, unitPrice: Decimal): void {
    const value = quantity.times(unitPrice);
    const goods = this.#bySku.get(sku) ?? { quantity: Decimal.ZERO, value: NO_GOODS };
    this.#bySku.set(sku, { quantity: goods.quantity.plus(quantity), value: goods.value.plus(value) });
    this.value = this.value.plus(value);
  }

  addLot({ sku, quantity, unitPrice }: StockLot): void {
    this.add(sku, Decimal.integer(quantity), unitPrice);
  }

  addClaim({ sku, amount, unitPrice }: Contract): void {
    if (sku !== null && unitPrice !== null) this.add(sku, amount, unitPrice);
  }

  write(row: Record<string, Decimal | string>, group: "inventory" | "nonfinancial"): void {
    for (const [sku, { quantity, value }] of this.#bySku) {
      row[`${group}_${sku}_quantity`] = quantity;
      row[`${group}_${sku}_value`] = value;
    }
  }
}

function agentRow(agent: Agent): BalanceRow {
  const assets = new Sums();
  const liabilities = new Sums();
  const claims = new Goods();
  const inventory = new Goods();
  for (const kind of INSTRUMENT_KINDS) {
    for (let link = agent.assets[kind].first; link !== null; link = link.next) {
      assets.add(link.item);
      claims.addClaim(link.item);
    }
  }
  for (const contract of agent.liabilities()) liabilities.add(contract);
  for (let link = agent.stocks.first; link !== null; link = link.next) inventory.addLot(link.item);
  const row: Record<string, Decimal | string> = {
    agent_id: agent.id,
    total_financial_assets: assets.financial,
    total_financial_liabilities: liabilities.financial,
    net_financial: assets.financial.minus(liabilities.financial),
    total_nonfinancial_value: claims.value,
    total_inventory_value: inventory.value,
  };
  assets.write(row, "assets");
  liabilities.write(row, "liabilities");
  claims.write(row, "nonfinancial");
  inventory.write(row, "inventory");
  return row;
}

/** The system counts every contract once; its value of delivery claims is always zero, as the reference has it. */
function systemRow(ledger: Ledger): { readonly row: BalanceRow; readonly total: Decimal } {
  const contracts = new Sums();
  const claims = new Goods();
  const inventory = new Goods();
  for (const contract of ledger.contracts()) {
    contracts.add(contract);
    claims.addClaim(contract);
  }
  for (const lot of ledger.lots()) inventory.addLot(lot);
  const row: Record<string, Decimal | string> = {
    agent_id: "SYSTEM",
    total_financial_assets: contracts.financial,
    total_financial_liabilities: contracts.financial,
    net_financial: Decimal.ZERO,
    total_nonfinancial_value: NO_GOODS,
    total_inventory_value: inventory.value,
  };
  contracts.write(row, "assets");
  contracts.write(row, "liabilities");
  claims.write(row, "nonfinancial");
  inventory.write(row, "inventory");
  return { row, total: contracts.financial };
}

function summaryRows(total: Decimal): BalanceRow[] {
  const names = ["Total Assets", "Total Liabilities", "Total Equity"];
  const amounts = [total, total, total.minus(total)];
  return names.map((name, index) => ({
    agent_id: "SYSTEM",
    agent_name: "System Total",
    agent_kind: "system",
    item_type: "summary",
    item_name: name,
    amount: amounts[index] ?? total,
  }));
}
