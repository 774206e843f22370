/**
 * One stream of payments of one agent: what it draws from, and what scenario events have made of it (spec 06 2, 3.2).
 *
 * @module
 */
import { roundAway } from "../engine/amounts.ts";
import type { AmountDraw } from "./amounts.ts";
import type { PriorityDraw } from "./priorities.ts";
import type { Receivers } from "./receivers.ts";

/** Where a stream starts. */
export interface StreamStart {
  readonly rate: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  readonly amount: AmountDraw;
  readonly priority: PriorityDraw;
  readonly receivers: Receivers;
}

/** What scenario events can have changed in a stream. */
export interface StreamState {
  readonly rate: number;
  readonly base_rate: number;
  readonly min_offset: number;
  readonly max_offset: number;
  readonly weights: readonly (readonly [id: string, weight: number])[];
}

/** A stream of payments. */
export class PaymentStream {
  readonly amount: AmountDraw;
  readonly priority: PriorityDraw;
  readonly receivers: Receivers;
  /** Mean number of payments per tick. */
  rate: number;
  /** Ticks from arrival to deadline, both ends included. */
  minOffset: number;
  maxOffset: number;
  /** What a change of all rates starts from. */
  #baseRate: number;

  constructor({ rate, minOffset, maxOffset, amount, priority, receivers }: StreamStart) {
    this.rate = rate;
    this.#baseRate = rate;
    this.minOffset = minOffset;
    this.maxOffset = maxOffset;
    this.amount = amount;
    this.priority = priority;
    this.receivers = receivers;
  }

  /** The rate becomes a multiple of the base: such changes replace each other. */
  scaleBase(multiplier: number): void {
    this.rate = this.#baseRate * multiplier;
  }

  /** The rate and its base become a multiple of the rate: such changes compound. */
  scale(multiplier: number): void {
    this.rate *= multiplier;
    this.#baseRate = this.rate;
  }

  /** Scales the window of deadlines. @param keepOrder Raises the end to the start where it would fall below it. */
  scaleWindow(min: number | undefined, max: number | undefined, keepOrder: boolean): void {
    if (min !== undefined) this.minOffset = roundAway(this.minOffset * min);
    if (max !== undefined) this.maxOffset = roundAway(this.maxOffset * max);
    if (keepOrder) this.maxOffset = Math.max(this.maxOffset, this.minOffset);
  }

  save(): StreamState {
    return {
      rate: this.rate,
      base_rate: this.#baseRate,
      min_offset: this.minOffset,
      max_offset: this.maxOffset,
      weights: [...this.receivers.named],
    };
  }

  restore(state: StreamState): void {
    this.rate = state.rate;
    this.#baseRate = state.base_rate;
    this.minOffset = state.min_offset;
    this.maxOffset = state.max_offset;
    this.receivers.replace(state.weights);
  }
}
