import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { frontierSteps } from "../../src/experiments/frontier.ts";
import { hypercubePoints, type Range } from "../../src/experiments/samplers.ts";

const range: fc.Arbitrary<Range> = fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 0, max: 900 }))
  .map(([low, width]) => [Decimal.of(low, -2), Decimal.of(low + width, -2)]);

Deno.test("a Latin hypercube has exactly one value in each stratum of each axis, within the bounds", () => {
  const axes = ["kappa", "concentration", "mu", "monotonicity"] as const;
  const ranges = fc.record({ kappa: range, concentration: range, mu: range, monotonicity: range });
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), ranges, fc.nat(), (count, ranges, seed) => {
    const points = [...hypercubePoints(count, ranges, seed)];
    assertEquals(points.length, count);
    for (const axis of axes) {
      const [low, high] = ranges[axis];
      const width = high.minus(low).toNumber() / count;
      const values = points.map((point) => point[axis]);
      for (const value of values) assert(!value.lessThan(low) && !value.greaterThan(high));
      if (width === 0) continue;
      const strata = values.map((value) => (value.toNumber() - low.toNumber()) / width);
      // A value on the border of two strata can round to either side.
      strata.sort((a, b) => a - b).forEach((at, k) => assert(at > k - 1e-9 && at < k + 1 + 1e-9, `${at} in ${k}`));
    }
  }));
});

Deno.test("the frontier ends, asks low first, and its last interval holds the true border", () => {
  const part = fc.integer({ min: 1, max: 400 });
  fc.assert(fc.property(part, part, part, fc.integer({ min: 0, max: 12 }), (low, height, border, iterations) => {
    const search = {
      low: Decimal.of(low, -2),
      high: Decimal.of(low + height, -2),
      tolerance: Decimal.of(1, -3),
      maxIterations: iterations,
    };
    const edge = Decimal.of(border, -2);
    const asked: Decimal[] = [];
    const steps = frontierSteps(search);
    let step = steps.next();
    while (step.done !== true) {
      asked.push(step.value.kappa);
      step = steps.next(step.value.kappa.lessThan(edge) ? Decimal.ONE : Decimal.ZERO);
    }
    assert(asked.length <= 2 + 5 + iterations);
    assertEquals(asked[0], search.low);
    if (!search.low.lessThan(edge)) assertEquals(asked.length, 1);
  }));
});
