import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type DeltaPair, pairedStatistics } from "../../src/experiments/paired_statistics.ts";

function pair(baseline: number, trading: number): DeltaPair {
  const effect = baseline - trading;
  return { baseline, trading, effect, relief: baseline === 0 ? 0 : effect / baseline };
}

Deno.test("there are no statistics of no pairs", () => {
  assertEquals(pairedStatistics([]), null);
});

Deno.test("one pair has a mean and no uncertainty", () => {
  const statistics = pairedStatistics([pair(0.5, 0.25)]);
  assertEquals(statistics?.effect, { mean: 0.25, standardError: null, interval: null });
  assertEquals(statistics?.relief.mean, 0.5);
  assertEquals(statistics?.correlation, null);
  assertEquals(statistics?.unpairedStandardError, null);
});

Deno.test("means, counts and standard errors of three pairs by hand", () => {
  const statistics = pairedStatistics([pair(0.5, 0.25), pair(0.75, 0.75), pair(0.25, 0.5)]);
  assert(statistics !== null);
  assertEquals([statistics.improved, statistics.unchanged, statistics.worsened], [1, 1, 1]);
  assertAlmostEquals(statistics.meanBaseline, 0.5);
  assertAlmostEquals(statistics.meanTrading, 0.5);
  assertAlmostEquals(statistics.effect.mean, 0);
  // Effects 0.25, 0, -0.25: variance 0.0625, over 3 pairs.
  assertAlmostEquals(statistics.effect.standardError ?? NaN, Math.sqrt(0.0625 / 3));
  // Both arms have variance 0.0625; unpaired their sum counts.
  assertAlmostEquals(statistics.unpairedStandardError ?? NaN, Math.sqrt(0.125 / 3));
  // Deviations (0, -0.25), (0.25, 0.25), (-0.25, 0): products sum to 0.0625 of 0.125.
  assertAlmostEquals(statistics.correlation ?? NaN, 0.5);
});

Deno.test("arms that do not vary have no correlation", () => {
  assertEquals(pairedStatistics([pair(0.3, 0.1), pair(0.3, 0.2)])?.correlation, null);
});

Deno.test("the bootstrap is the same every time, and another seed gives another interval", () => {
  const pairs = Array.from({ length: 20 }, (_, i) => pair(0.5 + i / 50, 0.5 + ((i * 7) % 11) / 40));
  assertEquals(pairedStatistics(pairs), pairedStatistics(pairs));
  const other = pairedStatistics(pairs, { seed: 43 })?.effect.interval;
  assert(other !== undefined && other !== null);
  assert(other.low !== pairedStatistics(pairs)?.effect.interval?.low);
});

Deno.test("the interval is that of the normal theory where that holds", () => {
  // Effects spread evenly around 0.1: the mean of 400 of them is nearly normal.
  const pairs = Array.from({ length: 400 }, (_, i) => pair(0.6 + (i % 20) / 100, 0.5));
  const { effect } = pairedStatistics(pairs) ?? {};
  assert(effect !== undefined && effect.interval !== null && effect.standardError !== null);
  assertAlmostEquals(effect.interval.low, effect.mean - 1.96 * effect.standardError, 0.15 * effect.standardError);
  assertAlmostEquals(effect.interval.high, effect.mean + 1.96 * effect.standardError, 0.15 * effect.standardError);
});

Deno.test("a wider level gives a wider interval", () => {
  const pairs = Array.from({ length: 15 }, (_, i) => pair(0.5, i / 30));
  const width = (level: number) => {
    const interval = pairedStatistics(pairs, { level })?.effect.interval;
    return interval ? interval.high - interval.low : NaN;
  };
  assert(width(0.5) < width(0.9) && width(0.9) < width(0.99));
});

Deno.test("intervals lie within the effects, around their mean, and shift with them", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(fc.array(fc.tuple(share, share), { minLength: 2, maxLength: 12 }), (values) => {
    const pairs = values.map(([baseline, trading]) => pair(baseline, trading));
    const statistics = pairedStatistics(pairs, { resamples: 200 });
    assert(statistics !== null && statistics.effect.interval !== null);
    const effects = pairs.map(({ effect }) => effect);
    const { low, high } = statistics.effect.interval;
    assert(low <= high);
    assert(low >= Math.min(...effects) - 1e-12 && high <= Math.max(...effects) + 1e-12);
    assertEquals(statistics.improved + statistics.unchanged + statistics.worsened, pairs.length);
    if (statistics.correlation !== null) assert(Math.abs(statistics.correlation) <= 1);
    // Swapping the arms turns every sign.
    const swapped = pairedStatistics(values.map(([a, b]) => pair(b, a)), { resamples: 200 });
    assertAlmostEquals(swapped?.effect.mean ?? NaN, -statistics.effect.mean, 1e-12);
    assertAlmostEquals(swapped?.effect.interval?.low ?? NaN, -high, 1e-12);
  }));
});
