/**
 * The two things that agents own: contracts between two agents and lots of goods. Both are numbered in the order in
 * which they were made; the number gives the id. Source: spec 01 1.2, 2.2.
 *
 * @module
 */
import type { Decimal } from "../../core/decimal.ts";
import type { InstrumentKind } from "../outcome.ts";
import type { Agent } from "./agent.ts";
import { Link } from "./chain.ts";

/** First part of an id (spec 01 1.2). Pieces that were split off any instrument have `C`. */
export type IdPrefix = "C" | "R" | "D" | "PAY" | "P" | "S";

/** What a contract is about besides its amount. */
export interface ContractTerms {
  readonly dueDay?: number;
  /** Days from making to due day, for rollover; missing for payables that never roll over. */
  readonly maturityDistance?: number;
  /** Delivery obligations: the good. */
  readonly sku?: string;
  readonly unitPrice?: Decimal;
}

const NO_TERMS: ContractTerms = Object.freeze({});

/** A contract: the issuer owes it to the holder. */
export class Contract {
  /** To whom it was first owed: named by write-offs, whoever holds the claim now. Changed by the ledger only. */
  creditor: Agent;
  readonly dueDay: number | null;
  readonly maturityDistance: number | null;
  readonly sku: string | null;
  readonly unitPrice: Decimal | null;
  /** The name that the scenario gave, until it is freed by an expulsion. */
  alias: string | null = null;
  /** False once it is settled, merged away or written off. */
  open = true;
  readonly asset: Link<Contract> = new Link<Contract>(this);

  constructor(
    readonly number: number,
    readonly prefix: IdPrefix,
    readonly kind: InstrumentKind,
    /** In the money unit, with its number kind; the quantity of a delivery obligation. Changed by the ledger only. */
    public amount: Decimal,
    readonly issuer: Agent,
    /**
     * Who holds the claim and receives the payment. The dealer market (spec 01 17.3) sells claims without changing the
     * {@linkcode creditor}.
     */
    public holder: Agent,
    terms: ContractTerms = NO_TERMS,
  ) {
    this.creditor = holder;
    this.dueDay = terms.dueDay ?? null;
    this.maturityDistance = terms.maturityDistance ?? null;
    this.sku = terms.sku ?? null;
    this.unitPrice = terms.unitPrice ?? null;
  }
}

/** A lot of one good with one price. Lots never merge by themselves. */
export class StockLot {
  readonly prefix = "S";
  readonly place: Link<StockLot> = new Link<StockLot>(this);
  constructor(
    readonly number: number,
    readonly sku: string,
    public quantity: number,
    readonly unitPrice: Decimal,
    public owner: Agent,
  ) {}
}

/** The id of a contract or lot: its prefix and its number in twelve hexadecimal digits. */
export function idText(thing: { readonly prefix: IdPrefix; readonly number: number }): string {
  const digits = thing.number.toString(16);
  return `${thing.prefix}_${ZEROS[digits.length] ?? ""}${digits}`;
}

/** What fills up a number of so many digits to twelve. */
const ZEROS = Array.from({ length: 13 }, (_, digits) => "0".repeat(12 - digits));

/** Whether a contract keeps a run going until it is settled: payables and delivery obligations. */
export function isObligation(contract: Contract): boolean {
  return contract.kind === "payable" || contract.kind === "delivery_obligation";
}
