/**
 * What a run's events tell: every obligation with its fate, the defaults, and the sums of each day. Read in one pass.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { amountAt, dayAt } from "./event_fields.ts";
import { ByKind, type EventKind } from "./event_kinds.ts";

/** What became of an obligation. `open` at the end of the run. */
export type Fate = "open" | "settled" | "defaulted" | "written-off";

/** A payable or a delivery obligation. */
export interface Obligation {
  readonly id: string;
  readonly alias: string;
  readonly kind: "payable" | "delivery_obligation";
  readonly debtor: string;
  /** The holder of the claim; a transfer changes it. */
  creditor: string;
  /** Money for a payable, quantity for a delivery obligation. */
  readonly amount: Decimal;
  /** Price of one piece; one for a payable. */
  readonly unitPrice: Decimal;
  readonly sku: string;
  readonly dueDay: number;
  readonly inSetup: boolean;
  fate: Fate;
  fateDay: number | null;
  /** What was paid or delivered of it. */
  paid: Decimal;
}

/** A default of an agent. */
export interface DefaultEntry {
  readonly day: number;
  readonly agent: string;
  readonly trigger: string;
  readonly shortfall: Decimal;
}

/** Reads a row of a kind. */
type StoryReader = (row: number, day: number, inSetup: boolean) => void;

/** The obligations and defaults of a run; feed it every event in order. */
export class RunStory {
  readonly #readers = new ByKind((kind) => this.#readerOf(kind));
  /** In the order of creation. */
  readonly obligations: Obligation[] = [];
  readonly defaults: DefaultEntry[] = [];
  readonly #byId = new Map<string, Obligation>();
  /** Sum of the payables that were created, rolled over ones left out (the dues of spec 02 3.2). */
  dues: Decimal = Decimal.ZERO;
  /** Sum of the payables that were settled in full. */
  settled: Decimal = Decimal.ZERO;

  /** Reads the event in a row of its kind. */
  read(kind: EventKind, row: number, day: number, inSetup: boolean): void {
    this.#readers.of(kind)?.(row, day, inSetup);
  }

  /** What to do with events of a kind; null for those that tell nothing. */
  #readerOf(kind: EventKind): StoryReader | null {
    switch (kind.name) {
      case "PayableCreated":
        return this.#creation(kind);
      case "PayableRolledOver":
      case "RolloverPartial":
        return this.#opening(kind, ["payable_id", "debtor", "creditor", "new_due_day"]);
      case "InterbankOvernightCreated":
        return this.#opening(kind, ["payable_id", "debtor_bank", "creditor_bank", "due_day"]);
      case "DeliveryObligationCreated":
        return this.#opening(kind, ["id", "frm", "to", "due_day"]);
      case "ClaimTransferred":
        return this.#transfer(kind);
      case "PayableSettled":
        return this.#settlement(kind);
      case "DeliveryObligationSettled":
        return this.#closing(kind, "settled");
      case "ObligationDefaulted":
        return this.#closing(kind, "defaulted");
      case "ObligationWrittenOff":
        return this.#closing(kind, "written-off");
      case "AgentDefaulted":
        return this.#fall(kind);
      default:
        return null;
    }
  }

  #creation(kind: EventKind): StoryReader {
    const amount = kind.field("amount");
    const open = this.#opening(kind, ["payable_id", "debtor", "creditor", "due_day"]);
    return (row, day, inSetup) => {
      this.dues = this.dues.plus(amountAt(amount, row));
      open(row, day, inSetup);
    };
  }

  #transfer(kind: EventKind): StoryReader {
    const [contract, to] = [kind.field("contract_id"), kind.field("to")];
    return (row) => {
      const claim = this.#byId.get(contract.text(row));
      if (claim !== undefined) claim.creditor = to.text(row);
    };
  }

  #settlement(kind: EventKind): StoryReader {
    const amount = kind.field("amount");
    const close = this.#closing(kind, "settled");
    return (row, day, inSetup) => {
      this.settled = this.settled.plus(amountAt(amount, row));
      close(row, day, inSetup);
    };
  }

  #fall(kind: EventKind): StoryReader {
    const [agent, trigger, shortfall] = [kind.field("agent"), kind.field("trigger_contract"), kind.field("shortfall")];
    return (row, day) =>
      this.defaults.push({
        day,
        agent: agent.text(row),
        trigger: trigger.text(row),
        shortfall: amountAt(shortfall, row),
      });
  }

  /** Takes the obligation that the message of a stopped run names as defaulted on that day. */
  stopAt(message: string, day: number): void {
    for (const obligation of this.obligations) {
      if (obligation.fate !== "open" || obligation.id === "" || !message.includes(obligation.id)) continue;
      obligation.fate = "defaulted";
      obligation.fateDay = day;
    }
  }

  #opening(kind: EventKind, [id, debtor, creditor, due]: readonly [string, string, string, string]): StoryReader {
    const delivery = kind.name === "DeliveryObligationCreated";
    const [ids, debtors, creditors] = [kind.field(id), kind.field(debtor), kind.field(creditor)];
    const [days, aliases, skus] = [kind.field(due), kind.field("alias"), kind.field("sku")];
    const [amounts, prices] = [kind.field(delivery ? "qty" : "amount"), kind.field("unit_price")];
    return (row, _day, inSetup) => {
      const obligation: Obligation = {
        id: ids.text(row),
        alias: aliases.text(row),
        kind: delivery ? "delivery_obligation" : "payable",
        debtor: debtors.text(row),
        creditor: creditors.text(row),
        amount: amountAt(amounts, row),
        unitPrice: delivery ? amountAt(prices, row) : Decimal.ONE,
        sku: skus.text(row),
        dueDay: dayAt(days, row) ?? 0,
        inSetup,
        fate: "open",
        fateDay: null,
        paid: Decimal.ZERO,
      };
      this.obligations.push(obligation);
      this.#byId.set(obligation.id, obligation);
    };
  }

  #closing(kind: EventKind, fate: Fate): StoryReader {
    const contracts = kind.field("contract_id");
    const [paid, delivered] = [kind.field("amount_paid"), kind.field("delivered_quantity")];
    return (row, day) => {
      const obligation = this.#byId.get(contracts.text(row));
      if (obligation === undefined || obligation.fate !== "open") return;
      obligation.fate = fate;
      obligation.fateDay = day;
      if (fate === "settled") obligation.paid = obligation.amount;
      if (fate === "defaulted") obligation.paid = amountAt(obligation.kind === "payable" ? paid : delivered, row);
    };
  }
}

/** The payables due on one day, split by what became of them; money as plain numbers for a chart. */
export interface DayDues {
  readonly day: number;
  due: number;
  /** Settled in full. */
  settled: number;
  /** Paid in part before a default. */
  partly: number;
  /** Lost by a default or written off. */
  lost: number;
  /** Still open when the run ended. */
  open: number;
}

/** The dues of every day from the first to the last due day, deliveries left out. */
export function duesByDay(obligations: readonly Obligation[]): DayDues[] {
  const days = new Map<number, DayDues>();
  for (const obligation of obligations) {
    if (obligation.kind !== "payable") continue;
    let day = days.get(obligation.dueDay);
    if (day === undefined) {
      day = { day: obligation.dueDay, due: 0, settled: 0, partly: 0, lost: 0, open: 0 };
      days.set(obligation.dueDay, day);
    }
    const amount = obligation.amount.toNumber();
    day.due += amount;
    if (obligation.fate === "settled") day.settled += amount;
    else if (obligation.fate === "open") day.open += amount;
    else {
      const paid = obligation.paid.toNumber();
      day.partly += paid;
      day.lost += amount - paid;
    }
  }
  return [...days.values()].sort((a, b) => a.day - b.day);
}
