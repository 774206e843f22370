/**
 * What a run's events tell: every obligation with its fate, the defaults, and the sums of each day. Read in one pass.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { amountOf, dayOf, textOf } from "./event_fields.ts";
import type { EventRow } from "./inputs.ts";

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

/** The obligations and defaults of a run; feed it every event in order. */
export class RunStory {
  /** In the order of creation. */
  readonly obligations: Obligation[] = [];
  readonly defaults: DefaultEntry[] = [];
  readonly #byId = new Map<string, Obligation>();
  /** Sum of the payables that were created, rolled over ones left out (the dues of spec 02 3.2). */
  dues: Decimal = Decimal.ZERO;
  /** Sum of the payables that were settled in full. */
  settled: Decimal = Decimal.ZERO;

  /** Reads one event. */
  read(event: EventRow, day: number, inSetup: boolean): void {
    switch (event.kind) {
      case "PayableCreated":
        this.dues = this.dues.plus(amountOf(event, "amount"));
        this.#open(event, ["payable_id", "debtor", "creditor", "due_day"], inSetup);
        break;
      case "PayableRolledOver":
      case "RolloverPartial":
        this.#open(event, ["payable_id", "debtor", "creditor", "new_due_day"], inSetup);
        break;
      case "InterbankOvernightCreated":
        this.#open(event, ["payable_id", "debtor_bank", "creditor_bank", "due_day"], inSetup);
        break;
      case "DeliveryObligationCreated":
        this.#open(event, ["id", "frm", "to", "due_day"], inSetup);
        break;
      case "ClaimTransferred": {
        const claim = this.#byId.get(textOf(event, "contract_id"));
        if (claim !== undefined) claim.creditor = textOf(event, "to");
        break;
      }
      case "PayableSettled":
        this.settled = this.settled.plus(amountOf(event, "amount"));
        this.#close(event, "settled", day);
        break;
      case "DeliveryObligationSettled":
        this.#close(event, "settled", day);
        break;
      case "ObligationDefaulted":
        this.#close(event, "defaulted", day);
        break;
      case "ObligationWrittenOff":
        this.#close(event, "written-off", day);
        break;
      case "AgentDefaulted":
        this.defaults.push({
          day,
          agent: textOf(event, "agent"),
          trigger: textOf(event, "trigger_contract"),
          shortfall: amountOf(event, "shortfall"),
        });
        break;
    }
  }

  /** Takes the obligation that the message of a stopped run names as defaulted on that day. */
  stopAt(message: string, day: number): void {
    for (const obligation of this.obligations) {
      if (obligation.fate !== "open" || obligation.id === "" || !message.includes(obligation.id)) continue;
      obligation.fate = "defaulted";
      obligation.fateDay = day;
    }
  }

  #open(event: EventRow, [id, debtor, creditor, due]: readonly [string, string, string, string], inSetup: boolean) {
    const delivery = event.kind === "DeliveryObligationCreated";
    const obligation: Obligation = {
      id: textOf(event, id),
      alias: textOf(event, "alias"),
      kind: delivery ? "delivery_obligation" : "payable",
      debtor: textOf(event, debtor),
      creditor: textOf(event, creditor),
      amount: amountOf(event, delivery ? "qty" : "amount"),
      unitPrice: delivery ? amountOf(event, "unit_price") : Decimal.ONE,
      sku: textOf(event, "sku"),
      dueDay: dayOf(event, due) ?? 0,
      inSetup,
      fate: "open",
      fateDay: null,
      paid: Decimal.ZERO,
    };
    this.obligations.push(obligation);
    this.#byId.set(obligation.id, obligation);
  }

  #close(event: EventRow, fate: Fate, day: number): void {
    const obligation = this.#byId.get(textOf(event, "contract_id"));
    if (obligation === undefined || obligation.fate !== "open") return;
    obligation.fate = fate;
    obligation.fateDay = day;
    if (fate === "settled") obligation.paid = obligation.amount;
    if (fate === "defaulted") {
      obligation.paid = amountOf(event, obligation.kind === "payable" ? "amount_paid" : "delivered_quantity");
    }
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
