/**
 * The net outflow of every agent within a day and the sum of the positive ones: the money that the payments so far
 * took out of pockets. A payment changes two agents only, so that one step costs the same with ten agents and with
 * ten thousand. Sums are exact: amounts are counted in whole units of the day's smallest power of ten, which also
 * brings a sum back to zero that a row of rounded additions would miss.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";

/** Net outflows that start at zero. */
export interface Outflows {
  /**
   * Counts a payment of one of the day's amounts and returns the sum of all positive net outflows after it. Either
   * agent may be negative, which is nobody.
   */
  pay(payer: number, payee: number, amount: Decimal): Decimal;
}

/** Net outflows for a day on which these amounts, none of them zero, are paid. */
export function outflowsFor(amounts: readonly Decimal[]): Outflows {
  let exponent = 0;
  let size = 0;
  for (const amount of amounts) exponent = Math.min(exponent, amount.exponent);
  for (const amount of amounts) size += Math.abs(Number(amount.coefficient)) * 10 ** (amount.exponent - exponent);
  return size <= Number.MAX_SAFE_INTEGER ? new SmallOutflows(exponent) : new BigOutflows(exponent);
}

/** Units in doubles, where the sum of all amounts of the day is below 2^53 units. */
class SmallOutflows implements Outflows {
  readonly #net = new Map<number, number>();
  #positive = 0;

  constructor(readonly exponent: number) {}

  pay(payer: number, payee: number, amount: Decimal): Decimal {
    const units = Number(amount.coefficient) * 10 ** (amount.exponent - this.exponent);
    this.#add(payer, units);
    this.#add(payee, -units);
    return Decimal.of(this.#positive, this.exponent);
  }

  #add(agent: number, units: number): void {
    if (agent < 0) return;
    const before = this.#net.get(agent) ?? 0;
    const after = before + units;
    this.#net.set(agent, after);
    this.#positive += Math.max(after, 0) - Math.max(before, 0);
  }
}

/** Units in big integers, for amounts with many digits. */
class BigOutflows implements Outflows {
  readonly #net = new Map<number, bigint>();
  #positive = 0n;

  constructor(readonly exponent: number) {}

  pay(payer: number, payee: number, amount: Decimal): Decimal {
    const units = BigInt(amount.coefficient) * 10n ** BigInt(amount.exponent - this.exponent);
    this.#add(payer, units);
    this.#add(payee, -units);
    // The addition rounds to 28 digits.
    return Decimal.of(0, this.exponent).plus(Decimal.of(this.#positive, this.exponent));
  }

  #add(agent: number, units: bigint): void {
    if (agent < 0) return;
    const before = this.#net.get(agent) ?? 0n;
    const after = before + units;
    this.#net.set(agent, after);
    this.#positive += (after > 0n ? after : 0n) - (before > 0n ? before : 0n);
  }
}
