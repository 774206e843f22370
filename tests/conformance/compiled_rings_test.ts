/** The scenario of every run of the recorded ring sweeps, generated again from its parameters and seed. */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { parseYaml } from "../../src/core/yaml_text.ts";
import { REFERENCE } from "../../src/ring/behaviours.ts";
import { type CompiledRing, compileRing } from "../../src/ring/generator/compile.ts";
import { type AllocationText, ringSpecFromText } from "../../src/ring/generator/spec.ts";
import { scenarioDocument } from "../../src/ring/scenario/document.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import type { Scenario } from "../../src/ring/scenario/types.ts";
import { plainForm } from "../ring/scenario/plain_form.ts";
import {
  assertSameRing,
  assertSameScenario,
  defaultHandling,
  recordedRegistry,
  recordedScenario,
  type Row,
} from "./compiled.ts";
import { goldenText, recorded } from "./golden.ts";

const ALLOCATIONS: Readonly<Record<string, AllocationText>> = {
  "ring-default": { mode: "single_at", agent: "H1" },
  "ring-expel-n20": { mode: "uniform" },
  "ring-lhs-frontier": { mode: "single_at", agent: "H1" },
};

function compiled(row: Row, allocation: AllocationText): CompiledRing {
  const cell = (name: string) => row.get(name) ?? "";
  const spec = ringSpecFromText({
    namePrefix: "Kalecki Ring Sweep",
    nAgents: Number(cell("n_agents")),
    seed: cell("seed"),
    kappa: cell("kappa"),
    qTotal: cell("Q_total"),
    allocation,
    concentration: cell("concentration"),
    monotonicity: cell("monotonicity"),
    maturityDays: Number(cell("maturity_days")),
    mu: cell("mu"),
    defaultHandling: defaultHandling(row),
  });
  return compileRing(spec, REFERENCE, { throughDoubles: true });
}

for (const [sweep, allocation] of Object.entries(ALLOCATIONS)) {
  recorded(`every scenario of the recorded sweep ${sweep} comes out of the generator`, () => {
    for (const row of recordedRegistry(sweep)) {
      assertSameRing(compiled(row, allocation), recordedScenario(row.get("run_id") ?? "", sweep), row);
    }
  });
}

recorded("a compiled scenario is written with the keys of the recorded file", () => {
  const [row = new Map<string, string>()] = recordedRegistry("ring-default");
  const id = row.get("run_id") ?? "";
  const expected = parseYaml(goldenText("sweeps", "ring-default", "runs", id, "scenario.yaml"), id);
  const { scenario } = compiled(row, ALLOCATIONS["ring-default"] ?? { mode: "uniform" });
  const { run, ...ours } = scenarioDocument(scenario);
  assert(typeof run === "object" && !Array.isArray(run));
  const { reference, ...settings } = Object.fromEntries(Object.entries(run));
  assertEquals(reference, true);
  const withFinalRun = plainForm({ ...ours, run: settings });
  assertEquals(keysOf(withFinalRun), keysOf(plainForm(expected)));
});

/** The keys of a structure at every depth; the order of keys in a file does not matter. */
function keysOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keysOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1).map((
    [key, entry],
  ) => [key, isAmount(key) ? "amount" : keysOf(entry)]);
}

function isAmount(key: string): boolean {
  return ["amount", "due_day", "max_days", "quiet_days", "version"].includes(key);
}

recorded("the generator files among the recorded scenarios give the compiled files of the reference", () => {
  const index: unknown = JSON.parse(goldenText("scenarios", "index.json"));
  assert(Array.isArray(index));
  let compared = 0;
  for (const { case: name } of index) {
    const text = goldenText("scenarios", name, "scenario.yaml");
    if (!/^generator: ring_explorer_v1$/m.test(text) || !exists("scenarios", name, "compiled.yaml")) continue;
    const ours = loadScenarioText(text, name, { reference: true }).scenario;
    const theirs = loadScenarioText(goldenText("scenarios", name, "compiled.yaml"), name, { reference: true }).scenario;
    assertSameScenario(asDoubles(ours), asDoubles(theirs), name);
    compared++;
  }
  assert(compared > 0);
});

/** The reference's own compiled file holds doubles. */
function asDoubles(scenario: Scenario): Scenario {
  const initialActions = scenario.initialActions.map((action) =>
    "amount" in action ? { ...action, amount: Decimal.fromNumber(action.amount.toNumber()) } : action
  );
  return { ...scenario, initialActions };
}

function exists(...path: string[]): boolean {
  try {
    return goldenText(...path).length > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
