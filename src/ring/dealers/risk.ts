/**
 * What traders make of a price: the chance of default from past payments, the expected value of a ticket, and the
 * premium they ask for. Source: specification chapter 04, section 7.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { RiskAssessment } from "../scenario/types.ts";

/** Chance of default without any history. */
const PRIOR = Decimal.of(5, -2);
const TWO = Decimal.integer(2);

/** Payments and defaults of one day. */
interface DayRecord {
  payments: number;
  defaults: number;
}

/** The history of payments, counted by day so that old days drop out without a scan. */
class PaymentHistory {
  readonly #days: (DayRecord | undefined)[] = [];

  add(day: number, defaulted: boolean): void {
    const record = this.#days[day] ?? { payments: 0, defaults: 0 };
    record.payments++;
    if (defaulted) record.defaults++;
    this.#days[day] = record;
  }

  /** Totals of the days from `from` on. */
  since(from: number): DayRecord {
    const sum = { payments: 0, defaults: 0 };
    for (let day = Math.max(0, from); day < this.#days.length; day++) {
      const record = this.#days[day];
      if (record === undefined) continue;
      sum.payments += record.payments;
      sum.defaults += record.defaults;
    }
    return sum;
  }
}

/** Judges offers on behalf of all traders. */
export class RiskAssessor {
  readonly #settings: RiskAssessment;
  readonly #all = new PaymentHistory();
  readonly #byIssuer = new Map<number, PaymentHistory>();
  /** The premium over the expected cost that a buyer asks for, as a fraction of face. */
  readonly buyPremium: Decimal;
  #day = 0;
  /** Expected value per face by issuer for the current day; -1 stands for all. */
  readonly #known = new Map<number, Decimal>();

  constructor(settings: RiskAssessment) {
    this.#settings = settings;
    this.buyPremium = settings.baseRiskPremium.times(settings.buyPremiumMultiplier);
  }

  /** The premium that a seller without urgency asks for, as a fraction of face. */
  get basePremium(): Decimal {
    return this.#settings.baseRiskPremium;
  }

  /** Notes whether an issuer met its dues of a day. */
  record(day: number, issuer: number, defaulted: boolean): void {
    this.#all.add(day, defaulted);
    let history = this.#byIssuer.get(issuer);
    if (history === undefined) this.#byIssuer.set(issuer, history = new PaymentHistory());
    history.add(day, defaulted);
    this.#known.clear();
  }

  /** Moves to a day: what counts as recent changes. */
  startDay(day: number): void {
    this.#day = day;
    this.#known.clear();
  }

  /** The chance that an issuer defaults, from the payments within the lookback window. */
  defaultProbability(issuer: number, day: number): Decimal {
    const { useIssuerSpecific, lookbackWindow, smoothingAlpha: alpha } = this.#settings;
    const own = useIssuerSpecific ? this.#byIssuer.get(issuer) : undefined;
    const { payments, defaults } = (own ?? this.#all).since(day - lookbackWindow);
    if (payments === 0) return PRIOR;
    return alpha.plus(Decimal.integer(defaults)).dividedBy(TWO.times(alpha).plus(Decimal.integer(payments)));
  }

  /** The expected payment of a ticket, in the money unit. */
  expectedValue(ticket: { readonly issuer: number; readonly face: Decimal }): Decimal {
    const key = this.#settings.useIssuerSpecific ? ticket.issuer : -1;
    let perFace = this.#known.get(key);
    if (perFace === undefined) {
      perFace = Decimal.ONE.minus(this.defaultProbability(ticket.issuer, this.#day));
      this.#known.set(key, perFace);
    }
    return perFace.times(ticket.face);
  }

  /**
   * The premium that a seller asks for, as a fraction of face; below the base premium when cash is short.
   *
   * @param assets the expected value of its tickets, asked for only where it matters.
   */
  sellThreshold(cash: Decimal, shortfall: Decimal, assets: () => Decimal): Decimal {
    const { baseRiskPremium, urgencySensitivity } = this.#settings;
    // Expected values are never negative, so that a trader with cash is never without wealth.
    if (shortfall.sign <= 0 && cash.sign > 0) return baseRiskPremium;
    const wealth = cash.plus(assets());
    if (wealth.sign <= 0) return Decimal.integer(-1);
    if (shortfall.sign <= 0) return baseRiskPremium;
    return baseRiskPremium.minus(urgencySensitivity.times(shortfall.dividedBy(wealth)));
  }

  /** Whether a seller takes a price per face. */
  acceptsSale(price: Decimal, face: Decimal, expected: Decimal, threshold: Decimal): boolean {
    return !price.times(face).lessThan(expected.plus(threshold.times(face)));
  }

  /** Whether a buyer pays a price per face. */
  acceptsPurchase(price: Decimal, face: Decimal, expected: Decimal): boolean {
    return !expected.lessThan(price.times(face).plus(this.buyPremium.times(face)));
  }
}
