/**
 * The twelve actions of a scenario, initial and scheduled. Source: spec 01 7.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { SimulationError } from "../../core/errors.ts";
import type { Action, RefusedAction } from "../scenario/types.ts";
import type { Agent } from "./agent.ts";
import { Contract, idText } from "./contract.ts";
import type { Ledger } from "./ledger.ts";
import { clientPayment, depositCash, mint, transferMoney, withdrawCash } from "./money.ts";
import { broken } from "./rules.ts";
import { createStock, lotsOf, quantityOf, transferFromLots } from "./stocks.ts";

type ActionOf<T extends Action["type"]> = Extract<Action, { readonly type: T }>;

/**
 * Carries out an action.
 *
 * @throws {SimulationError} rule `action`, `Failed to apply <action>: <reason>`; the error of a refused action.
 */
export function applyAction(ledger: Ledger, action: Action | RefusedAction): void {
  if (action.type === "refused") throw action.error;
  try {
    // behaviour: failedActionsLeaveTraces
    if (ledger.behaviours.failedActionsLeaveTraces) carryOut(ledger, action);
    else ledger.atomically(() => carryOut(ledger, action));
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    const message = `Failed to apply ${action.type}: ${error.message}`;
    throw new SimulationError(message, { ...error.where, rule: "action" }, { cause: error });
  }
}

function carryOut(ledger: Ledger, action: Action): void {
  switch (action.type) {
    case "mint_cash":
    case "mint_reserves": {
      const kind = action.type === "mint_cash" ? "cash" : "reserve_deposit";
      ledger.nameContract(action.alias, mint(ledger, kind, action.to, action.amount, action.alias));
      return;
    }
    case "transfer_cash":
      transferMoney(ledger, "cash", ledger.agent(action.fromAgent), ledger.agent(action.toAgent), action.amount);
      return;
    case "transfer_reserves":
      transferMoney(
        ledger,
        "reserve_deposit",
        ledger.agent(action.fromBank),
        ledger.agent(action.toBank),
        action.amount,
      );
      return;
    case "deposit_cash":
      depositCash(ledger, ledger.agent(action.customer), ledger.agent(action.bank), action.amount);
      return;
    case "withdraw_cash":
      withdrawCash(ledger, ledger.agent(action.customer), ledger.find(action.bank), action.amount);
      return;
    case "client_payment":
      payClient(ledger, action);
      return;
    case "create_stock":
      createStock(ledger, ledger.agent(action.owner), action.sku, action.quantity, action.unitPrice);
      return;
    case "transfer_stock":
      transferStock(ledger, action);
      return;
    case "create_delivery_obligation":
      createDeliveryObligation(ledger, action);
      return;
    case "create_payable":
      createPayable(ledger, action);
      return;
    case "transfer_claim":
      transferClaim(ledger, action);
      return;
  }
}

function payClient(ledger: Ledger, { payer: from, payee: to, amount }: ActionOf<"client_payment">): void {
  const payer = ledger.agent(from);
  const payee = ledger.agent(to);
  const payerBanks = banksOf(ledger, payer);
  const payeeBanks = banksOf(ledger, payee);
  let payerBank = payerBanks.at(-1);
  let payeeBank = payeeBanks.at(-1);
  // behaviour: clientPaymentUsesLastBank
  if (!ledger.behaviours.clientPaymentUsesLastBank) {
    payerBank = payerBanks.find((bank) => !balanceAt(payer, bank).lessThan(amount)) ?? payerBanks[0];
    payeeBank = payeeBanks[0];
  }
  if (payerBank === undefined || payeeBank === undefined) {
    throw broken("validation", `Cannot determine banks for client_payment from ${from} to ${to}`, from);
  }
  clientPayment(ledger, payer, payerBank, payee, payeeBank, amount);
}

/** The banks where a customer has a deposit, in agent order. */
function banksOf(ledger: Ledger, customer: Agent): Agent[] {
  const banks = new Set<Agent>();
  for (const deposit of customer.assets.bank_deposit) banks.add(deposit.issuer);
  return ledger.agents.filter((agent) => agent.kind === "bank" && banks.has(agent));
}

function transferStock(ledger: Ledger, { fromAgent, toAgent, sku, quantity }: ActionOf<"transfer_stock">): void {
  const owner = ledger.find(fromAgent);
  let lots = owner === undefined ? [] : lotsOf(owner, sku);
  // behaviour: stockTransferUsesOneLot
  if (ledger.behaviours.stockTransferUsesOneLot) lots = lots.slice(0, 1);
  if (lots.length === 0) throw broken("validation", `No stock with SKU ${sku} owned by ${fromAgent}`, fromAgent);
  const available = quantityOf(lots);
  if (available < quantity) throw broken("validation", `Insufficient stock: ${available} < ${quantity}`, fromAgent);
  transferFromLots(ledger, lots, ledger.agent(toAgent), quantity);
}

/** Finds the two sides in the order in which the reference does: equal ids, then holder, then issuer. */
function sidesOf(ledger: Ledger, from: string, to: string): { readonly issuer: Agent; readonly holder: Agent } {
  if (from === to) throw broken("assertion", "self-counterparty forbidden", from);
  const holder = ledger.agent(to);
  return { issuer: ledger.agent(from), holder };
}

function createDeliveryObligation(ledger: Ledger, action: ActionOf<"create_delivery_obligation">): void {
  const { sku, quantity, unitPrice, dueDay, alias } = action;
  const { issuer, holder } = sidesOf(ledger, action.from, action.to);
  const contract = ledger.atomically(() => {
    const amount = Decimal.integer(quantity);
    const contract = ledger.register("D", "delivery_obligation", amount, issuer, holder, { dueDay, sku, unitPrice });
    const { number } = contract;
    const name = alias ?? undefined;
    const { log } = ledger;
    log.emit(
      "DeliveryObligationCreated",
      number,
      issuer.number,
      holder.number,
      sku,
      quantity,
      dueDay,
      unitPrice,
      name,
    );
    return contract;
  });
  ledger.nameContract(alias, contract);
}

function createPayable(ledger: Ledger, action: ActionOf<"create_payable">): void {
  const { dueDay, alias } = action;
  const { issuer, holder } = sidesOf(ledger, action.from, action.to);
  // behaviour: payablesLoseFractions
  const amount = ledger.behaviours.payablesLoseFractions ? action.amount.truncated() : action.amount;
  // behaviour: maturityDistanceIsDueDay
  const usualDistance = ledger.behaviours.maturityDistanceIsDueDay ? dueDay : dueDay - ledger.day;
  const maturityDistance = action.maturityDistance ?? usualDistance;
  const payable = ledger.register("PAY", "payable", amount, issuer, holder, { dueDay, maturityDistance });
  ledger.nameContract(alias, payable);
  const { log } = ledger;
  log.emit("PayableCreated", issuer.number, holder.number, amount, dueDay, maturityDistance, payable.number, alias);
}

/** Hands any contract to another holder. The reference fails after the transfer; here the action simply works. */
function transferClaim(ledger: Ledger, { contractAlias, contractId, toAgent }: ActionOf<"transfer_claim">): void {
  const contract = claimOf(ledger, contractAlias, contractId);
  const to = ledger.agent(toAgent);
  ledger.atomically(() => {
    const from = contract.holder;
    ledger.move(contract, to);
    const { number, kind, amount, dueDay, sku } = contract;
    ledger.log.emit("ClaimTransferred", number, from.number, to.number, kind, amount, dueDay, sku, contractAlias);
  });
}

function claimOf(ledger: Ledger, alias: string | null, id: string | null): Contract {
  const named = alias === null ? undefined : ledger.aliases.get(alias);
  if (alias !== null && named === undefined) throw broken("unknown-name", `Unknown alias: ${alias}`);
  if (named !== undefined && id !== null && idText(named) !== id) {
    throw broken("validation", `Alias ${alias} and contract_id ${id} refer to different contracts`);
  }
  const wanted = named === undefined ? id : idText(named);
  const contract = named ?? contractById(ledger, id ?? "");
  if (contract === undefined || !contract.open) throw broken("unknown-name", `Contract not found: ${wanted}`);
  return contract;
}

/** The contract with an id such as `PAY_00000000002a`: the digits are its number. */
function contractById(ledger: Ledger, id: string): Contract | undefined {
  const thing = ledger.things[Number.parseInt(id.slice(id.indexOf("_") + 1), 16)];
  return thing instanceof Contract && idText(thing) === id ? thing : undefined;
}

function balanceAt(customer: Agent, bank: Agent): Decimal {
  let balance = Decimal.ZERO;
  for (const deposit of customer.assets.bank_deposit) {
    if (deposit.issuer === bank) balance = balance.plus(deposit.amount);
  }
  return balance;
}
