/**
 * What the balanced ring adds to a plain one: for each range of due days two outside holders, a value-based trader and
 * a dealer, who own claims on the households in proportion to their ring debts, and the cash for them.
 * Source: specification chapter 03, section 4.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { BalancedTerms } from "./spec.ts";

/** Ranges of due days, in days; what lies beyond them is long. */
const BUCKETS = Object.freeze([
  { name: "short", from: 1, to: 3 },
  { name: "mid", from: 4, to: 8 },
  { name: "long", from: 9, to: 999 },
]);

/** Position of the long bucket. */
const LONG = BUCKETS.length - 1;

/** Claims up to this amount are not written, though holdings and cash count them. */
const NEGLIGIBLE = Decimal.of(1, -2);

/** The payables of a ring in the order of their debtors `H1` to `Hn`. */
export interface RingDebts {
  readonly amounts: readonly Decimal[];
  /** Due days, counted from 0. */
  readonly due: readonly number[];
}

/** A claim of an outside holder on a household. */
export interface OutsideClaim {
  /** Position of the debtor, counted from 0. */
  readonly debtor: number;
  readonly holder: string;
  readonly amount: Decimal;
  readonly dueDay: number;
}

/** An outside holder, whose agent is a household of the scenario. */
export interface OutsideHolder {
  readonly id: string;
  readonly name: string;
  /** Cash at the start: its holdings at the outside price. */
  readonly cash: Decimal;
}

/** What the outside holders own, and what the households get so that they can owe it. */
export interface OutsideBooks {
  /** Two for each bucket, short to long, the value-based trader first; also for buckets without debts. */
  readonly holders: readonly OutsideHolder[];
  /** The value-based traders' claims in the order of the debtors, then the dealers'. */
  readonly claims: readonly OutsideClaim[];
  /** Cash of every household on top of its own. */
  readonly extraCash: Decimal;
}

/** The outside holders' side of a balanced ring. */
export function outsideBooks(debts: RingDebts, terms: BalancedTerms): OutsideBooks {
  const bucketOf = debts.due.map(bucketPosition);
  const totals = BUCKETS.map(() => Decimal.ZERO);
  debts.amounts.forEach((amount, i) => {
    const bucket = bucketOf[i] ?? LONG;
    totals[bucket] = (totals[bucket] ?? Decimal.ZERO).plus(amount);
  });
  const shares = debts.amounts.map((amount, i) => shareOf(amount, totals[bucketOf[i] ?? LONG]));
  const vbt = totals.map((total) => total.times(terms.vbtSharePerBucket));
  const dealer = totals.map((total) => total.times(terms.dealerSharePerBucket));
  const held = Decimal.sum(vbt).plus(Decimal.sum(dealer));
  const claims = (prefix: string, holdings: readonly Decimal[]): OutsideClaim[] =>
    shares.flatMap((share, debtor) => {
      const bucket = bucketOf[debtor] ?? LONG;
      const amount = (holdings[bucket] ?? Decimal.ZERO).times(share);
      if (!amount.greaterThan(NEGLIGIBLE)) return [];
      return [{ debtor, holder: `${prefix}_${BUCKETS[bucket]?.name}`, amount, dueDay: debts.due[debtor] ?? 1 }];
    });
  return {
    holders: BUCKETS.flatMap(({ name }, i) => [
      { id: `vbt_${name}`, name: `VBT (${name})`, cash: (vbt[i] ?? Decimal.ZERO).times(terms.outsideMidRatio) },
      {
        id: `dealer_${name}`,
        name: `Dealer (${name})`,
        cash: (dealer[i] ?? Decimal.ZERO).times(terms.outsideMidRatio),
      },
    ]),
    claims: [...claims("vbt", vbt), ...claims("dealer", dealer)],
    extraCash: held.dividedBy(Decimal.integer(debts.amounts.length)),
  };
}

function bucketPosition(dueDay: number): number {
  const position = BUCKETS.findIndex(({ from, to }) => dueDay >= from && dueDay <= to);
  return position < 0 ? LONG : position;
}

function shareOf(amount: Decimal, total: Decimal | undefined): Decimal {
  return total === undefined || total.isZero ? Decimal.ZERO : amount.dividedBy(total);
}
