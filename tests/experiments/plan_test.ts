import { assert, assertEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { UsageError, ValidationError } from "../../src/core/errors.ts";
import { canonicalScalar, canonicalText, completedKey } from "../../src/experiments/canonical.ts";
import type { Values } from "../../src/experiments/contracts.ts";
import { parsePlan, planDifferences, planText } from "../../src/experiments/plan.ts";
import { DEFAULT_RING_SWEEP, ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep } from "../../src/experiments/ring_sweep.ts";
import { RunIds } from "../../src/experiments/run_ids.ts";
import { CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";

const decimals = (...texts: string[]): Decimal[] => texts.map((text) => Decimal.parse(text) ?? Decimal.ZERO);

Deno.test("numbers are one key however they are written, and no text is taken for one", () => {
  for (const same of [["1", "1.0", 1, "01", "10e-1", "+1"], ["0", "0E-29", "-0", 0], ["-0.5", -0.5, "-.50"]]) {
    assertEquals(new Set(same.map(canonicalScalar)).size, 1, same.join());
  }
  const different = ["1", "-1", "10", "0.1", "true", true, null, "null", "", "1e", "e1", "1.0.0", "H1"];
  assertEquals(new Set(different.map(canonicalScalar)).size, different.length);
  assertEquals(completedKey({ b: 2, a: "1.0" }, ["a", "b", "c"]), completedKey({ a: 1, b: "2" }, ["a", "b", "c"]));
  assertEquals(canonicalText({ b: [1, "x"], a: undefined, c: null }), canonicalText({ c: null, b: ["1.0", "x"] }));
});

Deno.test("run ids depend on what is run: on no spelling, but on model, shared settings, seed and phase", () => {
  const id = (values: Values, { phase = "grid", label = null as string | null, model = "ring", shared = {} } = {}) =>
    new RunIds(model, shared).next(phase, label, values);
  const values = { kappa: "0.5", seed: 1 };
  assertEquals(id(values), id({ kappa: "0.50", seed: "1.0" }));
  assertEquals(id(values, { shared: { n: 5, q: "1" } }), id(values, { shared: { q: "1.0", n: 5 } }));
  const others = [
    id({ kappa: "0.5", seed: 2 }),
    id({ kappa: "0.51", seed: 1 }),
    id(values, { model: "payments" }),
    id(values, { shared: { n: 6 } }),
    id(values, { phase: "lhs" }),
  ];
  assertEquals(new Set([id(values), ...others]).size, 6);
  assert(/^grid_[0-9a-f]{12}$/.test(id(values)));
  assert(/^frontier_low_[0-9a-f]{12}$/.test(id(values, { phase: "frontier", label: "low" })));
});

Deno.test("values that are asked for twice get two ids, the same ones every time", () => {
  const two = () => {
    const ids = new RunIds("ring", {});
    return [ids.next("grid", null, { a: 1 }), ids.next("grid", null, { a: 1 })];
  };
  assertEquals(new Set(two()).size, 2);
  assertEquals(two(), two());
});

Deno.test("the default plan is 125 runs with seeds from 42 in grid order, the same every time", () => {
  const { runs } = planRingSweep(DEFAULT_RING_SWEEP);
  assertEquals(runs.length, 125);
  assertEquals(runs.map((run) => run.seed), Array.from({ length: 125 }, (_, i) => 42 + i));
  assertEquals(new Set(runs.map((run) => run.runId)).size, 125);
  assertEquals(runs.map((run) => run.runId), planRingSweep(DEFAULT_RING_SWEEP).runs.map((run) => run.runId));
  assertEquals(runs[1]?.parameters, {
    phase: "grid",
    seed: 43,
    n_agents: 5,
    kappa: "0.25",
    concentration: "0.2",
    mu: "0.25",
    monotonicity: "0",
    maturity_days: 3,
    Q_total: "500.0",
    default_handling: "fail-fast",
    dealer_enabled: false,
  });
});

Deno.test("grid and hypercube share the seed counter; a sweep that varies nothing has no run", () => {
  const settings = ringSweepSettings({
    kappas: decimals("1"),
    concentrations: decimals("1"),
    mus: decimals("0", "1"),
    lhs: 3,
  });
  const runs = planRingSweep(settings).runs;
  assertEquals(runs.map((run) => `${run.phase} ${run.seed}`), ["grid 42", "grid 43", "lhs 44", "lhs 45", "lhs 46"]);
  assertEquals(planRingSweep(ringSweepSettings({ kappas: [] })).runs, []);
});

Deno.test("corrected and reference runs have different ids", () => {
  const ids = (behaviours: typeof CORRECTED) =>
    planRingSweep(ringSweepSettings({ behaviours })).runs.map((run) => run.runId);
  const corrected = new Set(ids(CORRECTED));
  assert(ids(REFERENCE).every((id) => !corrected.has(id)));
  assert(ids({ ...CORRECTED, floorExcessChargedToLast: true }).every((id) => !corrected.has(id)));
});

Deno.test("flags win over the file, the file over the defaults", () => {
  const settings = ringSweepSettings({ nAgents: 7, baseSeed: undefined }, {
    nAgents: 9,
    baseSeed: 5,
    liquidityAgent: null,
  });
  assertEquals([settings.nAgents, settings.baseSeed, settings.liquidityAgent, settings.maturityDays], [7, 5, null, 3]);
  assertThrows(() => ringSweepSettings({ baseSeed: 2 ** 53 }), UsageError, "baseSeed must be an integer");
  assertThrows(() => ringSweepSettings({ lhs: 0.5 }), UsageError, "lhs must be an integer");
});

Deno.test("a plan comes back from its text", () => {
  const plan = planRingSweep(ringSweepSettings({ kappas: decimals("0.50"), lhs: 2, frontier: true }));
  assertEquals(parsePlan(planText(plan), "plan.jsonl"), JSON.parse(JSON.stringify(plan)));
});

Deno.test("the differences of two plans are named with both values; what has no effect does not count", () => {
  const header = (change: Parameters<typeof ringSweepSettings>[0]) => planRingSweep(ringSweepSettings(change)).header;
  const before = header({});
  assertEquals(planDifferences(before, header({ kappas: decimals("0.5", "2"), namePrefix: "Other" })), [
    { name: "kappas", before: "0.25,0.5,1,2,4", after: "0.5,2" },
    { name: "name-prefix", before: "Kalecki Ring Sweep", after: "Other" },
  ]);
  assertEquals(planDifferences(before, header({ kappas: decimals("0.250", "0.5", "1.0", "2", "4") })), []);
  assertEquals(planDifferences(before, header({ kappaMax: Decimal.of(9, 0), frontierLow: Decimal.of(9, 0) })), []);
  assertEquals(planDifferences(before, header({ behaviours: REFERENCE })), [
    { name: "reference", before: "false", after: "true" },
  ]);
});

Deno.test("a text that is no plan is refused by its line", () => {
  const header = planText({ ...planRingSweep(ringSweepSettings({ grid: false })) });
  for (const [text, line] of [["", 1], ["{}\n", 1], ["not json\n", 1], [header + '{"runId":1}\n', 2]] as const) {
    const error = assertThrows(() => parsePlan(text, "plan.jsonl"), ValidationError);
    assert(error.message.includes(`line ${line}`), error.message);
  }
});
