import { assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { frontierSteps } from "../../src/experiments/frontier.ts";
import { gridPoints, hypercubePoints } from "../../src/experiments/samplers.ts";

const decimal = (text: string): Decimal => Decimal.parse(text) ?? Decimal.ZERO;
const range = (low: string, high: string): readonly [Decimal, Decimal] => [decimal(low), decimal(high)];

Deno.test("the grid turns kappa slowest and monotonicity fastest, and keeps every text", () => {
  const points = [...gridPoints({
    kappas: [decimal("0.50"), decimal("1")],
    concentrations: [decimal("1")],
    mus: [decimal("0"), decimal("1.0")],
    monotonicities: [decimal("-1"), decimal("0")],
  })].map((point) => `${point.kappa} ${point.concentration} ${point.mu} ${point.monotonicity}`);
  assertEquals(points.slice(0, 5), ["0.50 1 0 -1", "0.50 1 0 0", "0.50 1 1.0 -1", "0.50 1 1.0 0", "1 1 0 -1"]);
  assertEquals(points.length, 8);
});

Deno.test("the Latin hypercube of spec 03 17.10, to the last digit", () => {
  const points = [...hypercubePoints(3, {
    kappa: range("0.2", "5.0"),
    concentration: range("0.2", "5.0"),
    mu: range("0.0", "1.0"),
    monotonicity: range("0.0", "0.0"),
  }, 42)];
  const [first, second] = points;
  assertEquals(String(first?.kappa), "2.461880538986429760000000000");
  assertEquals(String(first?.concentration), "4.142563764099671680000000000");
  assertEquals(String(first?.mu), "0.2815234972402320333333333333");
  assertEquals(String(first?.monotonicity), "0E-29");
  assertEquals(String(second?.kappa), "1.029076045627857600000000000");
});

Deno.test("no point is drawn for a count of 0 or less", () => {
  const ranges = {
    kappa: range("1", "2"),
    concentration: range("1", "2"),
    mu: range("0", "1"),
    monotonicity: range("0", "0"),
  };
  assertEquals([...hypercubePoints(0, ranges, 42)], []);
  assertEquals([...hypercubePoints(-3, ranges, 42)], []);
});

/** The steps of a search where `delta` answers for a kappa. */
function steps(
  low: string,
  high: string,
  tolerance: string,
  iterations: number,
  delta: (kappa: number) => string | null,
) {
  const search = frontierSteps({
    low: decimal(low),
    high: decimal(high),
    tolerance: decimal(tolerance),
    maxIterations: iterations,
  });
  const asked: string[] = [];
  let step = search.next();
  while (step.done !== true) {
    asked.push(`${step.value.label} ${step.value.kappa}`);
    const answer = delta(step.value.kappa.toNumber());
    step = search.next(answer === null ? null : decimal(answer));
  }
  return asked;
}

Deno.test("the frontier of spec 03 17.11 halves the interval", () => {
  const asked = steps("0.5", "4", "0.1", 3, (kappa) => kappa >= 2 ? "0.01" : "1");
  assertEquals(asked, ["low 0.5", "high 4", "mid 2.25", "mid 1.375", "mid 1.8125"]);
});

Deno.test("the frontier goes up by half while it is unstable, also when there is no delta", () => {
  const expected = ["low 0.1", "high 4.0", "high 6.00", "high 9.000", "high 13.5000", "high 20.25000"];
  assertEquals(steps("0.1", "4.0", "0.02", 6, () => "1"), expected);
  assertEquals(steps("0.1", "4.0", "0.02", 6, () => null), expected);
  assertEquals(steps("1", "100", "0.02", 6, () => "1"), ["low 1", "high 100", "high 150.0"]);
});

Deno.test("the frontier stops at once where everything is paid, and when the interval is narrow", () => {
  assertEquals(steps("0.1", "4.0", "0.02", 6, () => "0.02"), ["low 0.1"]);
  assertEquals(steps("1", "1.5", "0.5", 6, (kappa) => kappa > 1 ? "0" : "1"), ["low 1", "high 1.5"]);
  assertEquals(steps("1", "2", "0.1", 0, (kappa) => kappa > 1 ? "0" : "1"), ["low 1", "high 2"]);
});
