/**
 * The state of a running simulation: who holds and owes what, in lists whose order decides, and the undo of failed
 * steps. Everything that changes a contract goes through here, so that a journal can take it back; what a step means
 * is written in the modules around it. Source: spec 01 2, 3, 4, 9.5.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { EventLog } from "../../core/event_log.ts";
import type { Behaviours } from "../behaviours.ts";
import { RING_EVENTS, type RingLog } from "../events.ts";
import type { InstrumentKind } from "../outcome.ts";
import type { Scenario } from "../scenario/types.ts";
import { Agent } from "./agent.ts";
import { ClearingNets } from "./clearing_nets.ts";
import { Contract, type ContractTerms, type IdPrefix, idText, isObligation, StockLot } from "./contract.ts";
import { DueDays } from "./due_days.ts";
import { mayHold, mayIssue, PAYMENT_ORDERS } from "./policy.ts";
import { broken } from "./rules.ts";
import { Totals } from "./totals.ts";

/** The state of one simulation. */
export class Ledger {
  readonly log: RingLog;
  readonly behaviours: Behaviours;
  readonly #agents: Agent[];
  /** The first central bank, which alone issues cash and reserves. */
  readonly centralBank: Agent | undefined;
  /** Contracts and lots by number, in order of creation. */
  readonly things: (Contract | StockLot)[] = [];
  readonly aliases: Map<string, Contract> = new Map<string, Contract>();
  readonly due: DueDays;
  readonly nets: ClearingNets;
  /** Pieces of cash that were destroyed behind the central bank's back, by number, smallest first (spec 04 10). */
  burnt: readonly number[] = [];
  totals: Totals = new Totals();
  /** The day counter. */
  day = 0;
  /** While the initial actions are applied. */
  inSetup = true;
  readonly #agentsById = new Map<string, Agent>();
  readonly #journal: (() => void)[] = [];
  #openBlocks = 0;

  constructor(scenario: Scenario) {
    this.behaviours = scenario.run.behaviours;
    this.#agents = scenario.agents.map(({ id, name, kind }, number) =>
      new Agent(number, id, name, kind, scenario.mopRank[kind] ?? PAYMENT_ORDERS[kind])
    );
    for (const agent of this.#agents) this.#know(agent);
    this.centralBank = this.agents.find((agent) => agent.kind === "central_bank");
    this.due = new DueDays(this);
    this.nets = new ClearingNets(this);
    this.log = new EventLog(RING_EVENTS, {
      time: "day",
      phases: ["setup", "simulation"],
      names: {
        agent: (number) => this.agents[number]?.id ?? "",
        contract: (number) => this.idOf(number),
        ticket: (number) => `TKT_${this.idOf(number)}`,
      },
    });
  }

  #know(agent: Agent): void {
    if (this.#agentsById.has(agent.id)) throw broken("validation", `Agent IDs must be unique: ${agent.id}`);
    this.#agentsById.set(agent.id, agent);
    if (agent.kind !== "central_bank") this.totals.solvent++;
  }

  /** In scenario order, market makers last. */
  get agents(): readonly Agent[] {
    return this.#agents;
  }

  /** Appends a market maker (spec 04 4.2). */
  addAgent(id: string, name: string, kind: "dealer" | "vbt"): Agent {
    const agent = new Agent(this.#agents.length, id, name, kind, PAYMENT_ORDERS[kind]);
    this.#know(agent);
    this.#agents.push(agent);
    return agent;
  }

  /** The agent with an id, undefined when there is none. */
  find(id: string): Agent | undefined {
    return this.#agentsById.get(id);
  }

  /** The agent with an id. @throws {SimulationError} rule `unknown-name`. */
  agent(id: string): Agent {
    const agent = this.#agentsById.get(id);
    if (agent === undefined) throw broken("unknown-name", `'${id}'`, id);
    return agent;
  }

  /** The id of the contract or lot with a number. */
  idOf(number: number): string {
    const thing = this.things[number];
    return thing === undefined ? "" : idText(thing);
  }

  /** Money in the hands of all agents: cash, reserves, and deposits at all banks. */
  money(): Decimal {
    const { cash, lostCash, reserves } = this.totals;
    let money = (lostCash.isZero ? cash : cash.minus(lostCash)).plus(reserves);
    for (const agent of this.agents) {
      for (let link = agent.assets.bank_deposit.first; link !== null; link = link.next) {
        money = money.plus(link.item.amount);
      }
    }
    return money;
  }

  /** The contracts that are open, in order of creation. */
  *contracts(): Generator<Contract> {
    for (const thing of this.things) if (thing instanceof Contract && thing.open) yield thing;
  }

  /** The lots of goods, in order of creation. */
  *lots(): Generator<StockLot> {
    for (const thing of this.things) if (thing instanceof StockLot) yield thing;
  }

  /**
   * Does all of `work` or nothing: an error takes back every change and event of the block (spec 01 3). Not so in the
   * setup, where an error ends the simulation and nobody sees what it leaves.
   */
  atomically<T>(work: () => T): T {
    if (this.inSetup) return work();
    const mark = this.#journal.length;
    const events = this.log.length;
    const totals = this.totals.copy();
    this.#openBlocks++;
    try {
      const result = work();
      if (this.#openBlocks === 1) this.#journal.length = 0;
      return result;
    } catch (error) {
      while (this.#journal.length > mark) this.#journal.pop()?.();
      this.log.truncate(events);
      this.totals = totals;
      throw error;
    } finally {
      this.#openBlocks--;
    }
  }

  /** Notes how to take a change back. Undone in reverse order; outside of a block nothing is noted. */
  undoable(undo: () => void): void {
    if (this.#openBlocks > 0) this.#journal.push(undo);
  }

  /**
   * Makes a contract, checked in the order of spec 01 2.4.
   *
   * @throws {SimulationError} rule `assertion` for impossible terms, `validation` where the policy forbids it.
   */
  register(
    prefix: IdPrefix,
    kind: InstrumentKind,
    amount: Decimal,
    issuer: Agent,
    holder: Agent,
    terms?: ContractTerms,
  ): Contract {
    checkContract(kind, amount, issuer, holder, terms);
    return this.#enter(new Contract(this.things.length, prefix, kind, amount, issuer, holder, terms));
  }

  #enter(contract: Contract): Contract {
    const { issuer, holder, kind } = contract;
    this.things.push(contract);
    holder.assets[kind].append(contract.asset);
    issuer.issued.push(contract);
    this.undoable(() => {
      issuer.issued.pop();
      contract.holder.assets[kind].remove(contract.asset);
      this.things.pop();
    });
    if (isObligation(contract)) {
      this.totals.open++;
      if (issuer.defaulted) this.totals.unpayable++;
      this.due.add(contract);
    }
    return contract;
  }

  /** Changes the amount of a contract. */
  setAmount(contract: Contract, amount: Decimal): void {
    const before = contract.amount;
    this.undoable(() => {
      contract.amount = before;
    });
    contract.amount = amount;
  }

  /** Hands a contract to another holder for good: it goes to the end of the holder's list. */
  move(contract: Contract, to: Agent): void {
    const { creditor } = contract;
    this.undoable(() => {
      contract.creditor = creditor;
    });
    contract.creditor = to;
    this.handOver(contract, to);
  }

  /** Hands a claim to another holder as the dealer market does: the original creditor stays (spec 01 17.3). */
  handOver(contract: Contract, to: Agent): void {
    const { asset, kind, holder: from } = contract;
    const previous = from.assets[kind].remove(asset);
    to.assets[kind].append(asset);
    contract.holder = to;
    this.undoable(() => {
      to.assets[kind].remove(asset);
      from.assets[kind].insertAfter(asset, previous);
      contract.holder = from;
    });
  }

  /** Ends a contract (spec 01 9.5). */
  remove(contract: Contract): void {
    const { asset, kind, holder } = contract;
    const previous = holder.assets[kind].remove(asset);
    contract.open = false;
    this.undoable(() => {
      contract.open = true;
      holder.assets[kind].insertAfter(asset, previous);
    });
    if (isObligation(contract)) this.totals.open--;
  }

  /**
   * Splits `amount` off a piece of money and hands the new piece to `to`. It is registered last, as a contract with
   * prefix `C`, whatever its kind (spec 01 4).
   *
   * @throws {SimulationError} rule `validation` for an amount outside of the piece.
   */
  split(piece: Contract, amount: Decimal, to: Agent): Contract {
    if (amount.sign <= 0 || amount.greaterThan(piece.amount)) throw broken("validation", "invalid split amount");
    // behaviour: ownMoneyCannotBeSplit
    if (this.behaviours.ownMoneyCannotBeSplit) checkContract(piece.kind, amount, piece.issuer, piece.holder);
    this.setAmount(piece, piece.amount.minus(amount));
    return this.#enter(new Contract(this.things.length, "C", piece.kind, amount, piece.issuer, to));
  }

  /** Adds `other` to `keep`, a contract of the same kind, issuer and holder, and ends it. */
  merge(keep: Contract, other: Contract): void {
    this.setAmount(keep, keep.amount.plus(other.amount));
    this.remove(other);
    this.log.emit("InstrumentMerged", keep.number, other.number);
  }

  /** Gives a contract its name. An empty name counts as none (spec 01 7). */
  nameContract(alias: string | null, contract: Contract): void {
    if (alias === null || alias === "") return;
    if (this.aliases.has(alias)) throw broken("validation", `Alias already exists: ${alias}`);
    this.aliases.set(alias, contract);
    contract.alias = alias;
    this.undoable(() => {
      this.aliases.delete(alias);
      contract.alias = null;
    });
  }

  /** Takes a contract's name away, so that it can be given again. */
  freeAlias(contract: Contract): void {
    const { alias } = contract;
    if (alias === null) return;
    this.aliases.delete(alias);
    contract.alias = null;
    this.undoable(() => {
      this.aliases.set(alias, contract);
      contract.alias = alias;
    });
  }

  /** Marks an agent as expelled. */
  expel(agent: Agent): void {
    agent.defaulted = true;
    this.totals.solvent--;
    this.undoable(() => {
      agent.defaulted = false;
    });
  }

  /** Makes a lot of goods. */
  addLot(owner: Agent, sku: string, quantity: number, unitPrice: Decimal): StockLot {
    const lot = new StockLot(this.things.length, sku, quantity, unitPrice, owner);
    this.things.push(lot);
    owner.stocks.append(lot.place);
    this.undoable(() => {
      lot.owner.stocks.remove(lot.place);
      this.things.pop();
    });
    return lot;
  }

  /** Changes the quantity of a lot. */
  setQuantity(lot: StockLot, quantity: number): void {
    const before = lot.quantity;
    lot.quantity = quantity;
    this.undoable(() => {
      lot.quantity = before;
    });
  }

  /** Hands a lot to another owner. */
  moveLot(lot: StockLot, to: Agent): void {
    const from = lot.owner;
    const previous = from.stocks.remove(lot.place);
    to.stocks.append(lot.place);
    lot.owner = to;
    this.undoable(() => {
      to.stocks.remove(lot.place);
      from.stocks.insertAfter(lot.place, previous);
      lot.owner = from;
    });
  }
}

/** The checks of spec 01 2.4 that a contract passes when it is made. */
function checkContract(
  kind: InstrumentKind,
  amount: Decimal,
  issuer: Agent,
  holder: Agent,
  terms?: ContractTerms,
): void {
  if (amount.sign < 0) throw broken("assertion", "amount must be non-negative", issuer.id);
  if (holder === issuer) throw broken("assertion", "self-counterparty forbidden", issuer.id);
  if (terms?.dueDay !== undefined && terms.dueDay < 0) {
    throw broken("assertion", "payable must have due_day", issuer.id);
  }
  if (!mayHold(holder.kind, kind)) throw broken("validation", `${holder.kind} cannot hold ${kind}`, holder.id);
  if (!mayIssue(issuer.kind, kind)) throw broken("validation", `${issuer.kind} cannot issue ${kind}`, issuer.id);
}
