import { assertAlmostEquals, assertEquals } from "@std/assert";
import { contrastOf, pairGroups } from "../../src/experiments/paired_groups.ts";
import { balancedSettings } from "../../src/experiments/paired_settings.ts";
import { pairedStatistics } from "../../src/experiments/paired_statistics.ts";
import { Place } from "../stores/places.ts";
import { decimals, isTrading, pairedSweep, product } from "./pairs.ts";

function group(value: string, ...effects: number[]) {
  const pairs = effects.map((effect) => ({ baseline: 0.5, trading: 0.5 - effect, effect, relief: 2 * effect }));
  return { value, statistics: pairedStatistics(pairs, { resamples: 0 }) };
}

Deno.test("the value at which trading helps most stands against the one at which it helps least", () => {
  const contrast = contrastOf([
    group("0.25", 0.1, 0.12, 0.1, 0.12, 0.11),
    group("1", 0.3, 0.32, 0.3, 0.32, 0.31),
    group("4", 0, 0, 0, 0, 0),
  ]);
  assertEquals([contrast?.most.value, contrast?.least.value, contrast?.isClear], ["1", "4", true]);
  assertAlmostEquals(contrast?.most.effect ?? NaN, 0.31);
});

Deno.test("a difference within two standard errors is none, and neither is one of a few pairs", () => {
  // Means 0.1 and 0.08 with standard errors of 0.045: 0.02 apart, where 0.13 is chance.
  const noisy = contrastOf([group("a", 0, 0, 0.1, 0.2, 0.2), group("b", 0, 0, 0, 0.2, 0.2)]);
  assertEquals(noisy?.isClear, false);
  assertEquals(contrastOf([group("a", 0.1, 0.1, 0.1, 0.1, 0.1), group("b", 0, 0, 0, 0)]), null);
  assertEquals(contrastOf([]), null);
});

Deno.test("pairs are grouped by value, so that 1 and 1.0 are one, and a group without deltas says so", async () => {
  using place = new Place();
  const settings = balancedSettings({
    kappas: decimals("1", "1.0", "2"),
    concentrations: decimals("1"),
    mus: decimals("0.5"),
    outsideMidRatios: decimals("0.9"),
  });
  const { pairs } = await pairedSweep(place, settings, {
    run: (request, control) => {
      const delta = request.parameters?.["kappa"] === "2" ? null : isTrading(request) ? "0.4" : "0.5";
      return product(request, control, delta);
    },
  });
  const groups = pairGroups(pairs, "kappa").map(({ value, statistics }) => [value, statistics?.pairs ?? null]);
  assertEquals(groups, [["1", 2], ["2", null]]);
  assertEquals(pairGroups(pairs, "nothing of the kind"), []);
});
