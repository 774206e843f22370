/**
 * Draws days that might have been from a day that was: payments with replacement, at new times (spec 08 17.2).
 *
 * @module
 */
import { XorShift64Star } from "../../payments/random.ts";
import type { AgentHistory, PaymentRecord } from "./history.ts";
import { sampleSeed } from "./seeds.ts";

/** A drawn payment; ticks from 0, deadline and settlement at most the number of ticks. */
export interface SampledPayment {
  /** The payment that was drawn, `:out:` or `:in:`, and the number of the draw. */
  readonly txId: string;
  readonly amount: number;
  readonly priority: number;
  readonly arrivalTick: number;
  readonly deadlineTick: number;
  readonly settlementTick: number | undefined;
}

/** One possible day of an agent. */
export interface Sample {
  readonly index: number;
  /** Of its draws, and of its sandbox. */
  readonly seed: number;
  readonly outgoing: readonly SampledPayment[];
  readonly incoming: readonly SampledPayment[];
}

/**
 * Draws one sample; the same arguments give the same sample.
 *
 * @param sampler Seed of the sampler, the same for all agents of an iteration.
 * @param ticks Ticks of the day.
 */
export function drawSample(history: AgentHistory, sampler: number, index: number, ticks: number): Sample {
  const seed = sampleSeed(sampler, index);
  const random = new XorShift64Star(BigInt(seed));
  const outgoing = drawn(history.outgoing, "out", random, ticks);
  const settled = history.incoming.filter(({ settlementOffset }) => settlementOffset !== undefined);
  return { index, seed, outgoing, incoming: drawn(settled, "in", random, ticks) };
}

/** Draws several samples. */
export function drawSamples(history: AgentHistory, sampler: number, count: number, ticks: number): readonly Sample[] {
  return Array.from({ length: count }, (_, index) => drawSample(history, sampler, index, ticks));
}

function drawn(
  records: readonly PaymentRecord[],
  direction: "in" | "out",
  random: XorShift64Star,
  ticks: number,
): SampledPayment[] {
  const below = (count: number) => count > 0 ? random.range(0, count) : 0;
  return Array.from(records, (_, draw) => {
    const record = records[below(records.length)];
    if (record === undefined) throw new RangeError("a draw is below the number of records");
    const arrivalTick = below(ticks);
    const { settlementOffset } = record;
    return {
      txId: `${record.txId}:${direction}:${draw}`,
      amount: record.amount,
      priority: record.priority,
      arrivalTick,
      deadlineTick: Math.min(arrivalTick + record.deadlineOffset, ticks),
      settlementTick: settlementOffset === undefined ? undefined : Math.min(arrivalTick + settlementOffset, ticks),
    };
  });
}
