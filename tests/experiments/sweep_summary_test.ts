import { assertEquals } from "@std/assert";
import { resultRows } from "../../src/experiments/aggregate.ts";
import type { RegistryEntry } from "../../src/experiments/contracts.ts";
import { parameterGroups, spread, sweepSummary } from "../../src/experiments/sweep_summary.ts";

function entry(kappa: string, mu: string, delta: string): RegistryEntry {
  return {
    runId: `${kappa}_${mu}`,
    experimentId: "",
    status: "completed",
    parameters: { kappa, concentration: "1", mu, monotonicity: "" },
    metrics: { delta_total: delta, phi_total: delta === "" ? "" : String(1 - Number(delta)) },
    artifactPaths: {},
    error: null,
  };
}

const ROWS = await resultRows(
  [entry("10", "0", "0.5"), entry("2", "0.5", "0.75"), entry("2.0", "0", "0.25"), entry("2", "1", "")],
  () => null,
);

Deno.test("a sweep is summed up over all runs; runs without a value only count", () => {
  const summary = sweepSummary(ROWS);
  assertEquals(summary.runs, 4);
  assertEquals(summary.delta, { count: 3, mean: 0.5, median: 0.5, min: 0.25, max: 0.75 });
  assertEquals(summary.phi, { count: 3, mean: 0.5, median: 0.5, min: 0.25, max: 0.75 });
});

Deno.test("groups are by value and in the order of the numbers, not of the texts", () => {
  const mu = parameterGroups(ROWS, "mu");
  assertEquals(parameterGroups(ROWS, "kappa").map((group) => [group.value, group.runs, group.delta?.mean]), [[
    "2",
    3,
    0.5,
  ], ["10", 1, 0.5]]);
  assertEquals(mu.map((group) => [group.value, group.delta?.max ?? null]), [["0", 0.5], ["0.5", 0.75], ["1", null]]);
  assertEquals(parameterGroups(ROWS, "concentration").length, 1);
  assertEquals(parameterGroups(ROWS, "monotonicity").map((group) => group.value), [""]);
});

Deno.test("a parameter with more values than asked for has no groups", () => {
  assertEquals([2, 3].map((most) => parameterGroups(ROWS, "mu", most).length), [0, 3]);
});

Deno.test("the median of an even number of values lies between the middle two", () => {
  assertEquals(spread([4, 1, 2, 10])?.median, 3);
  assertEquals(spread([]), null);
  assertEquals(spread([0.5]), { count: 1, mean: 0.5, median: 0.5, min: 0.5, max: 0.5 });
});
