/**
 * What every agent holds and owes, as plain rows for people and reports.
 *
 * @module
 */
import { type Agent, INSTRUMENT_KINDS } from "./engine/agent.ts";
import { type Contract, idText } from "./engine/contract.ts";
import type { Ledger } from "./engine/ledger.ts";
import type { Holding, Position } from "./outcome.ts";

/** The positions of all agents in scenario order. */
export function positionsOf(ledger: Ledger): Position[] {
  return ledger.agents.map((agent) => ({
    agent: agent.id,
    assets: INSTRUMENT_KINDS.flatMap((kind) =>
      agent.assets[kind].items().map((contract) => holding(contract, contract.issuer))
    ),
    liabilities: INSTRUMENT_KINDS.flatMap((kind) =>
      agent.liabilities().filter((contract) => contract.kind === kind)
        .map((contract) => holding(contract, contract.holder))
    ),
    stocks: agent.stocks.items().map((lot) => ({
      id: idText(lot),
      sku: lot.sku,
      quantity: lot.quantity,
      unitPrice: lot.unitPrice,
    })),
  }));
}

function holding(contract: Contract, counterparty: Agent): Holding {
  const { kind, amount, alias, dueDay, sku, unitPrice } = contract;
  return { contract: idText(contract), kind, amount, counterparty: counterparty.id, alias, dueDay, sku, unitPrice };
}
