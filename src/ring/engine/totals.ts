/**
 * The running totals of a simulation. They are few, so that a block that may fail keeps a copy instead of a journal.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** Sums and counts that would otherwise need a look at all contracts. */
export class Totals {
  /** Cash that the central bank minted, in the money unit. */
  cash: Decimal = Decimal.ZERO;
  /** Cash among it that the dealer market destroyed without telling the central bank (spec 01 17.3). */
  lostCash: Decimal = Decimal.ZERO;
  /** Reserves that the central bank minted. */
  reserves: Decimal = Decimal.ZERO;
  /** Open payables and delivery obligations. */
  open = 0;
  /** Those among them whose debtor was expelled before: nobody will ever pay them. */
  unpayable = 0;
  /** Agents other than central banks that are not expelled. */
  solvent = 0;
  /** Settlements and clearings of the day (spec 01 12.3). */
  impacted = 0;

  /** The totals as they stand now. */
  copy(): Totals {
    const copy = new Totals();
    copy.cash = this.cash;
    copy.lostCash = this.lostCash;
    copy.reserves = this.reserves;
    copy.open = this.open;
    copy.unpayable = this.unpayable;
    copy.solvent = this.solvent;
    copy.impacted = this.impacted;
    return copy;
  }
}
