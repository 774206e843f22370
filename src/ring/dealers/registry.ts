/**
 * The tickets of a market: which payables become tickets, where they stand, when they leave and when they change their
 * bucket. Source: specification chapter 04, sections 3, 4.2, 9.2 and 9.3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";
import { bucketOf } from "./buckets.ts";
import type { BucketMarket, MarketMaker } from "./bucket_market.ts";
import type { CashRoute } from "./cash_route.ts";
import type { Claim, MarketLedger } from "./market_ledger.ts";
import { Ticket } from "./ticket.ts";
import type { Trader } from "./trader.ts";

/** What the registry works with. */
export interface RegistryParts {
  readonly ledger: MarketLedger;
  readonly markets: readonly BucketMarket[];
  /** By number of agent; agents that do not trade are missing. */
  readonly traders: ReadonlyMap<number, Trader>;
  /** Agents that are market makers and nothing else, by number. */
  readonly makers: ReadonlyMap<number, "dealer" | "vbt">;
  readonly cash: CashRoute;
  readonly behaviours: Behaviours;
}

/** All tickets of a market. */
export class TicketRegistry {
  /** Tickets that are not due yet, in order of creation. */
  readonly live: Ticket[] = [];
  /** The tickets that left today because they are due. */
  dueToday: readonly Ticket[] = [];
  readonly #parts: RegistryParts;
  /** Payables below this number are known. */
  #nextClaim = 0;
  #serial = 0;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** Makes tickets of the payables that are there when the market opens; returns the sum of their amounts. */
  open(day: number): Decimal {
    let total = Decimal.ZERO;
    for (const claim of this.#parts.ledger.payables(0)) {
      total = total.plus(claim.amount);
      this.#admit(claim, day);
    }
    this.#nextClaim = this.#parts.ledger.nextNumber;
    return total;
  }

  /** Makes tickets of the payables that came since. */
  admitNew(day: number): void {
    const { behaviours, ledger } = this.#parts;
    // behaviour: laterPayablesUntraded
    if (behaviours.laterPayablesUntraded) return;
    for (const claim of ledger.payables(this.#nextClaim)) {
      if (!claim.issuer.defaulted) this.#admit(claim, day);
    }
    this.#nextClaim = ledger.nextNumber;
  }

  #admit({ number, issuer, holder, amount, dueDay }: Claim, day: number): void {
    const { markets, traders } = this.#parts;
    const due = dueDay ?? 0;
    const bucket = bucketOf(markets.map((market) => market.bucket), Math.max(0, due - day));
    const ticket = new Ticket(this.#serial++, number, issuer.number, holder.number, amount, due, bucket);
    this.live.push(ticket);
    this.#place(ticket);
    traders.get(issuer.number)?.addObligation(ticket);
  }

  /** Puts a ticket with its owner: into a trader's list, or on the shelf of the market maker of its bucket. */
  #place(ticket: Ticket): void {
    const { traders, makers, markets } = this.#parts;
    const trader = traders.get(ticket.owner);
    if (trader !== undefined) {
      trader.owned.push(ticket);
      return;
    }
    const kind = makers.get(ticket.owner);
    const market = markets[ticket.bucket];
    if (kind !== undefined && market !== undefined) shelve(ticket, market[kind]);
  }

  /** Takes over the holders that the ledger has, after claims changed hands outside of the market. */
  adoptHolders(): void {
    const { behaviours, ledger, traders } = this.#parts;
    // behaviour: marketOverridesTransfers
    if (behaviours.marketOverridesTransfers) return;
    for (const ticket of this.live) {
      const { open, holder } = ledger.claim(ticket.claim);
      if (!open || holder.number === ticket.owner) continue;
      ticket.shelf?.remove(ticket);
      traders.get(ticket.owner)?.takeOut(ticket);
      ticket.owner = holder.number;
      this.#place(ticket);
    }
  }

  /** Removes what has ended or is due, and moves the others to the bucket of their remaining maturity. */
  expire(day: number): void {
    const { ledger, markets } = this.#parts;
    const buckets = markets.map((market) => market.bucket);
    const due: Ticket[] = [];
    let kept = 0;
    for (const ticket of this.live) {
      const open = ledger.claim(ticket.claim).open;
      const remaining = ticket.dueDay - day;
      if (open && remaining > 0) {
        this.live[kept++] = ticket;
        const bucket = bucketOf(buckets, remaining);
        if (bucket !== ticket.bucket) this.#rebucket(ticket, bucket);
        continue;
      }
      if (open) due.push(ticket);
      ticket.gone = true;
      ticket.shelf?.remove(ticket);
    }
    const left = this.live.length - kept;
    this.live.length = kept;
    this.dueToday = due;
    this.#dropFromTraders(day, left > 0);
  }

  #dropFromTraders(day: number, anyLeft: boolean): void {
    const { ledger, traders, behaviours } = this.#parts;
    // behaviour: duesOfTodayUnseen
    const left = behaviours.duesOfTodayUnseen
      ? (ticket: Ticket) => ticket.gone
      : (ticket: Ticket) => ticket.dueDay < day || !ledger.claim(ticket.claim).open;
    for (const trader of traders.values()) {
      if (anyLeft) trader.dropOwned();
      trader.dropObligations(left);
    }
  }

  /** Moves a ticket to another bucket; what a market maker holds goes to its like there. */
  #rebucket(ticket: Ticket, bucket: number): void {
    const { markets } = this.#parts;
    const from = markets[ticket.bucket];
    const to = markets[bucket];
    if (from === undefined || to === undefined) return;
    ticket.shelf?.remove(ticket);
    ticket.bucket = bucket;
    for (const kind of ["dealer", "vbt"] as const) {
      // The reference knows market makers by name only: a trader of that name loses its ticket to the market maker.
      if (ticket.owner !== from[kind].party.number) continue;
      this.#payForMove(ticket, from, to, kind);
      ticket.owner = to[kind].party.number;
      shelve(ticket, to[kind]);
      return;
    }
  }

  /** The new market maker pays the old one: dealers the mid price of the new bucket, outside traders of the old. */
  #payForMove({ face }: Ticket, from: BucketMarket, to: BucketMarket, kind: "dealer" | "vbt"): void {
    // behaviour: rebucketingIsFree
    if (this.#parts.behaviours.rebucketingIsFree) return;
    const { mid } = kind === "dealer" ? to.outside : from.outside;
    const payer = to[kind];
    const payee = from[kind];
    const amount = Decimal.max(Decimal.ZERO, Decimal.min(mid.times(face), payer.cash));
    payer.cash = payer.cash.minus(amount);
    payee.cash = payee.cash.plus(amount);
    this.#parts.cash.paid(payer.party, payee.party, amount);
  }
}

function shelve(ticket: Ticket, maker: MarketMaker): void {
  ticket.owner = maker.party.number;
  maker.shelf.add(ticket);
}
