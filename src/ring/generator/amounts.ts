/**
 * Payable amounts of a ring: Dirichlet shares of the total, repaired where they are too small, in the wanted order.
 * Source: specification chapter 03, sections 3.3 to 3.5.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { MersenneTwister } from "../../core/mersenne_twister.ts";
import type { Behaviours } from "../behaviours.ts";
import { roundHalfEven } from "./rounding.ts";

/** Smallest amount of a payable. */
const FLOOR = Decimal.of(1, -2);

/** Below this a monotonicity counts as 0, and its distance from 1 as none. */
const NEGLIGIBLE = 1e-9;

/** What the amounts depend on; nothing else of a spec changes them. */
export interface AmountsRequest {
  /** Number of payables. */
  readonly n: number;
  /** Dirichlet concentration c, above 0. */
  readonly concentration: Decimal;
  /** -1 (ascending) to 1 (descending), 0 for the drawn order. */
  readonly monotonicity: Decimal;
  /** Total Q, above 0. */
  readonly total: Decimal;
  readonly seed: number | bigint;
}

/**
 * Draws the amounts, each at least 0.01.
 *
 * @returns The amounts in ring order, or the sentence that says why there are none.
 */
export function drawAmounts(request: AmountsRequest, behaviours: Behaviours): Decimal[] | string {
  const { n, total } = request;
  const generator = new MersenneTwister(request.seed);
  const amounts = dirichletAmounts(generator, n, request.concentration.toNumber(), total);
  if (amounts === undefined) return "Failed to draw positive Dirichlet weights";
  liftNonPositive(amounts);
  settleDifference(amounts, total);
  // behaviour: floorExcessChargedToLast
  if (behaviours.floorExcessChargedToLast) floorAtExpenseOfLast(amounts, total);
  else {
    if (FLOOR.times(Decimal.integer(n)).greaterThan(total)) {
      return `a total of ${total} is too small for ${n} payables of at least ${FLOOR}`;
    }
    floorAtExpenseOfLargest(amounts, total);
  }
  return ordered(amounts, request.monotonicity.toNumber(), generator);
}

/** spec 03 3.3, steps 2 to 4. */
function dirichletAmounts(
  generator: MersenneTwister,
  n: number,
  alpha: number,
  total: Decimal,
): Decimal[] | undefined {
  const draws: number[] = [];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const draw = generator.gamma(alpha);
    draws.push(draw);
    sum += draw;
  }
  if (!(sum > 0)) return undefined;
  const weights = draws.map((draw) => Decimal.fromNumber(draw));
  const weight = Decimal.sum(weights);
  let running = Decimal.ZERO;
  return weights.map((share, i) => {
    if (i === n - 1) return total.minus(running);
    const amount = total.times(share).dividedBy(weight);
    running = running.plus(amount);
    return amount;
  });
}

/** spec 03 3.4, steps 1 and 2. */
function liftNonPositive(amounts: Decimal[]): void {
  let deficit = Decimal.ZERO;
  amounts.forEach((amount, i) => {
    if (amount.sign > 0) return;
    deficit = deficit.plus(FLOOR.minus(amount));
    amounts[i] = FLOOR;
  });
  takeFromLargest(amounts, deficit);
}

/** spec 03 3.4, step 3. */
function settleDifference(amounts: Decimal[], total: Decimal): void {
  const difference = Decimal.sum(amounts).minus(total);
  if (difference.sign > 0) takeFromLargest(amounts, difference);
  else if (difference.sign < 0) addAt(amounts, amounts.length - 1, difference.negated());
}

/** Takes `wanted` off the amounts, the largest first, none below the floor. */
function takeFromLargest(amounts: Decimal[], wanted: Decimal): void {
  if (wanted.sign <= 0) return;
  let missing = wanted;
  for (const i of largestFirst(amounts)) {
    if (missing.sign <= 0) return;
    const amount = amounts[i] ?? FLOOR;
    const available = amount.minus(FLOOR);
    if (available.sign <= 0) continue;
    const taken = Decimal.min(available, missing);
    amounts[i] = amount.minus(taken);
    missing = missing.minus(taken);
  }
}

/** Positions by amount descending; equal amounts keep their order. */
function largestFirst(amounts: readonly Decimal[]): number[] {
  return amounts.map((amount, i) => ({ amount, i })).sort((a, b) => b.amount.compare(a.amount)).map(({ i }) => i);
}

function addAt(amounts: Decimal[], i: number, extra: Decimal): void {
  amounts[i] = (amounts[i] ?? Decimal.ZERO).plus(extra);
}

function raiseToFloor(amounts: Decimal[]): void {
  amounts.forEach((amount, i) => {
    if (amount.lessThan(FLOOR)) amounts[i] = FLOOR;
  });
}

/** spec 03 3.4, steps 4 and 5: the last amount pays for all, and where it cannot the sum exceeds the total. */
function floorAtExpenseOfLast(amounts: Decimal[], total: Decimal): void {
  raiseToFloor(amounts);
  const sum = Decimal.sum(amounts);
  if (sum.equals(total)) return;
  const last = amounts.length - 1;
  addAt(amounts, last, total.minus(sum));
  const left = amounts[last];
  if (left?.lessThan(FLOOR)) amounts[last] = FLOOR;
}

/** The largest amounts pay for those below the floor: the sum is the total as far as 28 digits carry. */
function floorAtExpenseOfLargest(amounts: Decimal[], total: Decimal): void {
  raiseToFloor(amounts);
  takeFromLargest(amounts, Decimal.sum(amounts).minus(total));
}

/** spec 03 3.5; `monotonicity` from -1 to 1. */
function ordered(amounts: Decimal[], monotonicity: number, generator: MersenneTwister): Decimal[] {
  const n = amounts.length;
  if (n <= 1 || Math.abs(monotonicity) < NEGLIGIBLE) return amounts;
  const strength = Math.min(Math.abs(monotonicity), 1);
  amounts.sort(monotonicity >= 0 ? (a, b) => b.compare(a) : (a, b) => a.compare(b));
  const disorder = 1 - strength;
  if (strength >= 1 - NEGLIGIBLE || disorder <= NEGLIGIBLE) return amounts;
  const swaps = Math.min(roundHalfEven(disorder * n * Math.max(1, n - 1)), n * (n - 1));
  for (let swap = 0; swap < swaps; swap++) {
    const i = generator.below(n - 1);
    const kept = amounts[i];
    const next = amounts[i + 1];
    if (kept === undefined || next === undefined) throw new RangeError(`the ring has no payable ${i + 1}`);
    amounts[i] = next;
    amounts[i + 1] = kept;
  }
  return amounts;
}
