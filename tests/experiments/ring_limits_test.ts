import { assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { impossiblePairedSetting } from "../../src/experiments/paired_limits.ts";
import { balancedSettings, comparisonSettings } from "../../src/experiments/paired_settings.ts";
import { impossibleSetting, plannedRuns } from "../../src/experiments/ring_limits.ts";
import { type RingSweepOverrides, ringSweepSettings } from "../../src/experiments/ring_settings.ts";

const decimal = (text: string): Decimal => Decimal.parse(text) ?? Decimal.ZERO;

function impossible(overrides: RingSweepOverrides): string | undefined {
  const found = impossibleSetting(ringSweepSettings(overrides));
  return found === undefined ? undefined : `${found.setting} ${found.value}`;
}

Deno.test("the defaults, and all values at their bounds, are possible", () => {
  assertEquals(impossible({}), undefined);
  assertEquals(
    impossible({ mus: [decimal("0"), decimal("1")], monotonicities: [decimal("-1"), decimal("1")] }),
    undefined,
  );
  assertEquals(impossible({ kappaMin: decimal("0"), concentrationMin: decimal("0") }), undefined);
  assertEquals(impossible({ kappaMin: decimal("5"), kappaMax: decimal("5.0") }), undefined);
  assertEquals(impossible({ nAgents: 3, liquidityAgent: "H3" }), undefined);
  assertEquals(impossible({ liquidityMode: "uniform", liquidityAgent: "H99" }), undefined);
  assertEquals(impossible({ kappas: [], mus: [] }), undefined);
});

Deno.test("a ring of two agents is left to its run (spec 03 17.15)", () => {
  assertEquals(impossible({ nAgents: 2 }), undefined);
  for (const nAgents of [-1, 0, 1, 1_000_001]) assertEquals(impossible({ nAgents }), `nAgents ${nAgents}`);
});

Deno.test("the value of a list or a range that is out of bounds is named", () => {
  assertEquals(impossible({ mus: [decimal("0.5"), decimal("1.01")] }), "mus 1.01");
  assertEquals(impossible({ concentrations: [decimal("1E+400")] }), "concentrations 1E+400");
  assertEquals(impossible({ muMax: decimal("1.5") }), "muMax 1.5");
  assertEquals(impossible({ monotonicityMin: decimal("0.5") }), "monotonicityMin 0.5");
  assertEquals(impossible({ frontierTolerance: decimal("-0.1") }), "frontierTolerance -0.1");
  for (const liquidityAgent of ["", "H0", "H01", "H6", "CB", "h1"]) {
    assertEquals(impossible({ liquidityAgent }), `liquidityAgent ${liquidityAgent}`);
  }
});

Deno.test("plannedRuns() counts the grid and the hypercube", () => {
  assertEquals(plannedRuns(ringSweepSettings({})), 125);
  assertEquals(plannedRuns(ringSweepSettings({ lhs: 7 })), 132);
  assertEquals(plannedRuns(ringSweepSettings({ grid: false, lhs: 7, frontier: true })), 7);
  assertEquals(plannedRuns(ringSweepSettings({ mus: [] })), 0);
});

Deno.test("a base seed is refused when the seeds that follow it pass 2^53, and not one earlier", () => {
  const one = { kappas: [decimal("1")], concentrations: [decimal("1")], mus: [decimal("0"), decimal("1")] };
  const last = Number.MAX_SAFE_INTEGER;
  assertEquals(impossible({ ...one, baseSeed: last - 1 }), undefined);
  assertEquals(impossible({ ...one, baseSeed: last }), `baseSeed ${last}`);
  assertEquals(impossible({ ...one, mus: [decimal("0")], baseSeed: last }), undefined);
  assertEquals(impossible({ mus: [], baseSeed: last }), undefined);
  assertEquals(impossible({ baseSeed: last - 124 }), undefined);
  assertEquals(impossible({ baseSeed: last - 123 }), `baseSeed ${last - 123}`);
  assertEquals(impossible({ baseSeed: -last }), undefined);
});

Deno.test("the base seed of a frontier leaves room for all its steps", () => {
  const cell = { grid: false, frontier: true, concentrations: [decimal("1")], mus: [decimal("0")] };
  const steps = 6 + 6;
  const last = Number.MAX_SAFE_INTEGER;
  assertEquals(impossible({ ...cell, baseSeed: last - steps + 1 }), undefined);
  assertEquals(impossible({ ...cell, baseSeed: last - steps + 2 }), `baseSeed ${last - steps + 2}`);
});

Deno.test("the two runs of a pair share a seed: the base seed of a paired sweep leaves room for its pairs", () => {
  const last = Number.MAX_SAFE_INTEGER;
  for (const [settings, pairs] of [[comparisonSettings, 125], [balancedSettings, 625]] as const) {
    assertEquals(impossiblePairedSetting(settings({ baseSeed: last - pairs + 1 })), undefined);
    assertEquals(impossiblePairedSetting(settings({ baseSeed: last })), {
      setting: "baseSeed",
      value: String(last),
      expected: `a whole number up to ${last - pairs + 1}, as each of ${pairs} pairs takes the next seed`,
    });
  }
});
