/**
 * Operations on lots of goods. Each is atomic. Source: spec 01 4, 5, 9.3.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { Agent } from "./agent.ts";
import type { StockLot } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { broken } from "./rules.ts";

/** Puts new goods into an agent's stock. */
export function createStock(ledger: Ledger, owner: Agent, sku: string, quantity: number, unitPrice: Decimal): void {
  ledger.atomically(() => {
    const lot = ledger.addLot(owner, sku, quantity, unitPrice);
    ledger.log.emit("StockCreated", owner.number, sku, quantity, unitPrice, lot.number);
  });
}

/** The lots of a good that an agent owns, in order of creation: the order in which deliveries use them. */
export function lotsOf(owner: Agent, sku: string): StockLot[] {
  const lots: StockLot[] = [];
  for (const lot of owner.stocks) if (lot.sku === sku) lots.push(lot);
  return lots.sort((a, b) => a.number - b.number);
}

/** Units in several lots. */
export function quantityOf(lots: readonly StockLot[]): number {
  return lots.reduce((sum, lot) => sum + lot.quantity, 0);
}

/** Hands over a quantity of a lot; of a part a new lot is made, which moves. */
export function transferLot(ledger: Ledger, lot: StockLot, to: Agent, quantity: number): void {
  if (quantity <= 0 || quantity > lot.quantity) throw broken("validation", "Invalid transfer quantity");
  ledger.atomically(() => {
    const from = lot.owner;
    const moving = quantity < lot.quantity ? splitLot(ledger, lot, quantity) : lot;
    ledger.moveLot(moving, to);
    ledger.log.emit("StockTransferred", from.number, to.number, moving.number, moving.sku, moving.quantity);
  });
}

function splitLot(ledger: Ledger, lot: StockLot, quantity: number): StockLot {
  const before = lot.quantity;
  const part = ledger.addLot(lot.owner, lot.sku, quantity, lot.unitPrice);
  ledger.setQuantity(lot, before - quantity);
  ledger.log.emit("StockSplit", lot.number, part.number, lot.sku, before, quantity, before - quantity);
  return part;
}

/** Takes up to `quantity` units from lots in order, and returns how many were handed over. */
export function transferFromLots(ledger: Ledger, lots: readonly StockLot[], to: Agent, quantity: number): number {
  let remaining = quantity;
  for (const lot of lots) {
    if (remaining === 0) break;
    const part = Math.min(remaining, lot.quantity);
    transferLot(ledger, lot, to, part);
    remaining -= part;
  }
  return quantity - remaining;
}
