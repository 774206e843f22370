/**
 * The arithmetic of costs: scaled integers, rounded once (spec 06 5). Products pass 2^53 easily, so they are exact
 * integers of any size where a double would not hold them.
 *
 * @module
 */
import type { CostRates, Penalty } from "../config.ts";
import { roundAway } from "./amounts.ts";

const LARGEST_COST = 2n ** 63n - 1n;
const OVERDRAFT_SCALE = 1e3;
const RATE_SCALE = 1e6;
const BPS = 10_000;

/** round(rate x scale) as a whole number; 0 for rates that make no sense (spec 06 5.1). */
export function scaled(rate: number, scale: number): number {
  return Number.isFinite(rate) && rate >= 0 ? roundAway(rate * scale) : 0;
}

/** (a x b + half) div divisor, exact. */
function productOver(a: number, b: number, half: number, divisor: number): number {
  const product = a * b;
  if (product + half <= Number.MAX_SAFE_INTEGER) return Math.floor((product + half) / divisor);
  const cost = (BigInt(a) * BigInt(b) + BigInt(half)) / BigInt(divisor);
  return Number(cost > LARGEST_COST ? LARGEST_COST : cost);
}

/** What a penalty comes to on a payment of `amount` cents (spec 06 5.3). */
export function penaltyOn(penalty: Penalty, amount: number): number {
  if (penalty.mode === "fixed") return penalty.amount;
  const { bpsPerEvent } = penalty;
  if (!Number.isFinite(bpsPerEvent) || bpsPerEvent < 0) return 0;
  return productOver(Math.abs(amount), Math.trunc(bpsPerEvent * RATE_SCALE), 0, BPS * RATE_SCALE);
}

/** Queued amounts are summed by lateness and band: low, normal, urgent on time, then the same overdue. */
export function queuedPlace(priority: number, overdue: boolean): number {
  const band = priority >= 8 && priority <= 10 ? 2 : priority >= 4 && priority <= 7 ? 1 : 0;
  return overdue ? band + 3 : band;
}

/** The cost rules with their rates scaled once. */
export class CostRules {
  readonly #overdraft: number;
  readonly #collateral: number;
  readonly #opportunity: number;
  readonly #delay: number;
  /** Multiplier in thousandths by {@linkcode queuedPlace}. */
  readonly #multipliers: readonly number[];

  constructor(rates: CostRates) {
    this.#overdraft = scaled(rates.overdraftBpsPerTick, OVERDRAFT_SCALE);
    this.#collateral = scaled(rates.collateralCostPerTickBps, RATE_SCALE);
    this.#opportunity = scaled(rates.liquidityCostPerTickBps, RATE_SCALE);
    this.#delay = scaled(rates.delayCostPerTickPerCent, RATE_SCALE);
    const bands = rates.priorityDelayMultipliers;
    const byBand = [bands?.lowMultiplier, bands?.normalMultiplier, bands?.urgentMultiplier].map(multiplier);
    const overdue = multiplier(rates.overdueDelayMultiplier);
    this.#multipliers = [
      ...byBand,
      ...byBand.map((band) => productOver(overdue, band, 0, 1000)),
    ];
  }

  /** Of an account below zero, per tick. */
  overdraft(balance: number): number {
    return balance >= 0 || this.#overdraft === 0 ? 0 : this.#bps(-balance, this.#overdraft, OVERDRAFT_SCALE);
  }

  /** Of posted collateral at face value, per tick. */
  collateral(posted: number): number {
    return posted === 0 ? 0 : this.#bps(posted, this.#collateral, RATE_SCALE);
  }

  /** Of liquidity allocated from a pool, per tick. */
  opportunity(allocated: number): number {
    return allocated === 0 ? 0 : this.#bps(allocated, this.#opportunity, RATE_SCALE);
  }

  #bps(amount: number, rate: number, scale: number): number {
    const divisor = BPS * scale;
    return productOver(amount, rate, divisor / 2, divisor);
  }

  /** Whether waiting costs anything at all. */
  get hasDelayCost(): boolean {
    return this.#delay > 0;
  }

  /** Of everything that waits in an agent's queues, per tick (spec 06 5.2). */
  delay(sums: Float64Array): number {
    let weight = 0;
    for (let place = 0; place < 6; place++) weight += (sums[place] ?? 0) * (this.#multipliers[place] ?? 0);
    if (weight === 0) return 0;
    if (weight * this.#delay <= Number.MAX_SAFE_INTEGER) return productOver(weight, this.#delay, 5e8, 1e9);
    let exact = 0n;
    for (let place = 0; place < 6; place++) {
      exact += BigInt(sums[place] ?? 0) * BigInt(this.#multipliers[place] ?? 0);
    }
    const cost = (exact * BigInt(this.#delay) + 500_000_000n) / 1_000_000_000n;
    return Number(cost > LARGEST_COST ? LARGEST_COST : cost);
  }
}

/** A multiplier in thousandths; 1 where it is missing or makes no sense. */
function multiplier(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? roundAway(value * 1000) : 1000;
}
