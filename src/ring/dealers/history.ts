/**
 * How debts ended, read from the log: for the risk assessment and the returns of traders.
 * Source: specification chapter 04, sections 7 and 15.5.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";
import type { RingLog } from "../events.ts";
import { settledClaims } from "./repayments.ts";
import type { TradeRecord } from "./records.ts";
import type { RiskAssessor } from "./risk.ts";
import type { Ticket } from "./ticket.ts";

/** Tells the risk assessor day by day who paid. */
export class PaymentHistory {
  readonly #log: RingLog;
  readonly #assessor: RiskAssessor;
  readonly #settled = new Set<number>();
  #rows = 0;
  #due: readonly Ticket[] = [];
  #dueDay = 0;

  constructor(log: RingLog, assessor: RiskAssessor) {
    this.#log = log;
    this.#assessor = assessor;
  }

  /** Notes what is due on a day. */
  expect(day: number, due: readonly Ticket[]): void {
    this.#dueDay = day;
    this.#due = due;
  }

  /** Records how the dues of the last day ended: an issuer defaulted when any of them was not settled. */
  recordLastDay(): void {
    const table = this.#log.table("PayableSettled");
    const claims = table?.references("pid").numbers;
    for (; this.#rows < (table?.length ?? 0); this.#rows++) this.#settled.add(claims?.[this.#rows] ?? 0);
    const byIssuer = new Map<number, boolean>();
    for (const { issuer, claim } of this.#due) {
      byIssuer.set(issuer, (byIssuer.get(issuer) ?? false) || !this.#settled.has(claim));
    }
    for (const [issuer, defaulted] of byIssuer) this.#assessor.record(this.#dueDay, issuer, defaulted);
    this.#due = [];
  }
}

/** Realised returns of purchased tickets, by purchaser in order of the first purchase of a ticket. */
export function realisedReturns(
  trades: readonly TradeRecord[],
  log: RingLog,
  behaviours: Behaviours,
): readonly (readonly Decimal[])[] {
  // behaviour: returnsIgnoreSettlement
  const closed = behaviours.returnsIgnoreSettlement ? returnsOfTickets(trades) : returnsOfPurchases(trades, log);
  const byTrader = new Map<string, Decimal[]>();
  for (const { trader, paid, received } of closed) {
    const list = byTrader.get(trader) ?? [];
    byTrader.set(trader, list);
    if (!paid.isZero && received !== undefined) list.push(received.minus(paid).dividedBy(paid));
  }
  return [...byTrader.values()];
}

/** A purchase with what it brought, undefined while nobody knows. */
interface Position {
  readonly trader: string;
  readonly paid: Decimal;
  readonly received: Decimal | undefined;
}

/** The reference's way: the last sale of a ticket, whoever sold it and when, against its last purchase. */
function returnsOfTickets(trades: readonly TradeRecord[]): Position[] {
  const last = new Map<number, { sale?: TradeRecord; purchase?: TradeRecord }>();
  for (const trade of trades) {
    const outcome = last.get(trade.ticket) ?? {};
    last.set(trade.ticket, outcome);
    outcome[trade.side === "SELL" ? "sale" : "purchase"] = trade;
  }
  return [...last.values()].flatMap(({ sale, purchase }) =>
    purchase === undefined ? [] : [{ trader: purchase.trader, paid: purchase.price, received: sale?.price }]
  );
}

/** Every purchase with the next sale by the same trader, or with what its debtor paid. */
function returnsOfPurchases(trades: readonly TradeRecord[], log: RingLog): Position[] {
  const settled = settledClaims(log);
  const recovered = recoveredAmounts(log);
  // From the last trade to the first: what is noted of a ticket and a trader is then the next sale.
  const sales = new Map<number, Map<string, TradeRecord>>();
  const positions: Position[] = [];
  for (let i = trades.length - 1; i >= 0; i--) {
    const trade = trades[i];
    if (trade === undefined) continue;
    const { side, ticket, trader, price: paid, claim, face } = trade;
    const ofTicket = sales.get(ticket);
    if (side === "SELL") {
      if (ofTicket === undefined) sales.set(ticket, new Map([[trader, trade]]));
      else ofTicket.set(trader, trade);
      continue;
    }
    const sale = ofTicket?.get(trader);
    positions.push({ trader, paid, received: sale?.price ?? (settled.has(claim) ? face : recovered.get(claim)) });
  }
  return positions.reverse();
}

/** What was paid on payables that defaulted: nothing on those that were written off before they were due. */
function recoveredAmounts(log: RingLog): Map<number, Decimal> {
  const amounts = new Map<number, Decimal>();
  const written = log.table("ObligationWrittenOff");
  for (let row = 0; row < (written?.length ?? 0); row++) {
    amounts.set(written?.references("contract_id").numbers[row] ?? 0, Decimal.ZERO);
  }
  const defaulted = log.table("ObligationDefaulted");
  for (let row = 0; row < (defaulted?.length ?? 0); row++) {
    const paid = defaulted?.decimals("amount_paid").get(row);
    if (paid) amounts.set(defaulted?.references("contract_id").numbers[row] ?? 0, paid);
  }
  return amounts;
}
