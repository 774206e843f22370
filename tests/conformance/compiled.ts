/**
 * Compares generated scenarios with the scenario files of recorded sweeps.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/csv";
import type { Decimal } from "../../src/core/decimal.ts";
import type { CompiledRing } from "../../src/ring/generator/compile.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import type { Scenario } from "../../src/ring/scenario/types.ts";
import { plainForm } from "../ring/scenario/plain_form.ts";
import { goldenText } from "./golden.ts";

/** spec 03 2.5: amounts may differ by this much, relative, with another mathematical library. */
const TOLERANCE = 1e-15;

/** A row of a table by column. */
export type Row = ReadonlyMap<string, string>;

/** The rows of a recorded table. */
export function recordedRows(...path: string[]): Row[] {
  const [header = [], ...rows] = parse(goldenText(...path));
  return rows.map((row) => new Map(header.map((name, i) => [name, row[i] ?? ""])));
}

/** The registry of a recorded sweep, or of one arm of it. */
export function recordedRegistry(...sweep: string[]): Row[] {
  const rows = recordedRows("sweeps", ...sweep, "registry", "experiments.csv");
  assert(rows.length > 0);
  return rows;
}

/** The scenario file of a recorded run, read. */
export function recordedScenario(id: string, ...sweep: string[]): Scenario {
  const text = goldenText("sweeps", ...sweep, "runs", id, "scenario.yaml");
  return loadScenarioText(text, id, { reference: true }).scenario;
}

/** How the defaults of a run were handled. */
export function defaultHandling(row: Row): "fail-fast" | "expel-agent" {
  const handling = row.get("default_handling");
  assert(handling === "fail-fast" || handling === "expel-agent");
  return handling;
}

/** The compiled scenario is the recorded one, and its totals are those of the registry. */
export function assertSameRing(ring: CompiledRing, expected: Scenario, row: Row): void {
  const id = row.get("run_id") ?? "";
  assertSameScenario(ring.scenario, expected, id);
  assertEquals(ring.s1.toString(), row.get("S1"), id);
  assertEquals(ring.l0.toString(), row.get("L0"), id);
}

/** Two scenarios are the same, their amounts up to what mathematical libraries differ by. */
export function assertSameScenario(ours: Scenario, theirs: Scenario, id: string): void {
  assertEquals(withoutAmounts(ours), withoutAmounts(theirs), id);
  const expected = amounts(theirs);
  const made = amounts(ours);
  assertEquals(made.length, expected.length, id);
  expected.forEach((amount, i) => {
    const difference = made[i]?.minus(amount).dividedBy(amount).toNumber() ?? NaN;
    assert(Math.abs(difference) <= TOLERANCE, `${id}: amount ${i} is ${made[i]}, recorded ${amount}`);
  });
}

function amounts(scenario: Scenario): Decimal[] {
  return scenario.initialActions.flatMap((action) => "amount" in action ? [action.amount] : []);
}

function withoutAmounts(scenario: Scenario): unknown {
  const initialActions = scenario.initialActions.map((action) =>
    "amount" in action ? { ...action, amount: null } : action
  );
  return plainForm({ ...scenario, initialActions });
}
