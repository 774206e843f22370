import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dayLines } from "../src/cli/run_summary.ts";
import { runMetrics } from "../src/ring/analytics/run_metrics.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../src/ring/outcome.ts";
import { loadScenarioText } from "../src/ring/scenario/parse.ts";

const FOLDER = new URL("../examples/", import.meta.url);

function outcomeOf(name: string, options: Parameters<typeof simulateRing>[1] = {}): RingOutcome {
  const text = Deno.readTextFileSync(new URL(`scenarios/${name}`, FOLDER));
  const { scenario, warnings } = loadScenarioText(text, name);
  assertEquals(warnings, []);
  return simulateRing(scenario, { checkInvariants: "daily", ...options });
}

/** A cell of balances.csv as text. */
function balance(outcome: RingOutcome, agent: string, column: string): string {
  const row = outcome.balances().find((row) => row["agent_id"] === agent);
  return String(row?.[column] ?? "");
}

function kinds(outcome: RingOutcome, kind: string): number {
  let number = 0;
  for (let event = 0; event < outcome.log.length; event++) if (outcome.log.kind(event) === kind) number++;
  return number;
}

function days(outcome: RingOutcome): string[] {
  return dayLines(outcome).map((line) => `${line.day}: ${line.due} ${line.settled} ${line.defaults}`);
}

const EXPECTED: Record<string, (name: string) => void> = {
  "01-two-firms.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(outcome.stop.reason, "stable");
    assertEquals(days(outcome), ["0: 0 0 0", "1: 100 100 0", "2: 0 0 0", "3: 0 0 0"]);
    assertEquals(balance(outcome, "MILL", "assets_cash"), "100");
    assertEquals(balance(outcome, "BAKERY", "assets_cash"), "20");
  },
  "02-ring-with-enough-cash.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(days(outcome)[1], "1: 400 400 0");
    assertEquals(balance(outcome, "H1", "assets_cash"), "100");
    const { dayMetrics, summary } = runMetrics(outcome, behavioursOf(name));
    assertEquals(String(summary.phi_total), "1");
    assertEquals(dayMetrics.map((row) => [String(row.Mpeak_t), String(row.v_t)]), [["100", "4"]]);
  },
  "03-ring-that-jams.yaml": (name) => {
    const stopped = outcomeOf(name);
    assertEquals([stopped.stop.reason, stopped.day], ["stopped", 1]);
    assertEquals(days(stopped), ["0: 0 0 0", "1: 200 100 1", "2: 100 0 0", "3: 100 0 0"]);
    const expelled = outcomeOf(name, { defaultHandling: "expel-agent" });
    assertEquals(expelled.agents.filter((agent) => agent.defaulted).map((agent) => agent.id), ["H4"]);
    assertEquals(expelled.stop.reason, "stable");
  },
  "04-default-cascade.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(outcome.agents.filter((agent) => agent.defaulted).map((agent) => agent.id), ["F1", "F2", "F3"]);
    assertEquals(balance(outcome, "F4", "assets_cash"), "90");
    assertEquals(kinds(outcome, "PartialSettlement"), 3);
    assertEquals(kinds(outcome, "ObligationWrittenOff"), 1);
  },
  "05-banks-and-clearing.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(outcome.stop.reason, "stable");
    assertEquals([kinds(outcome, "InterbankCleared"), kinds(outcome, "InterbankOvernightCreated")], [1, 1]);
    assertEquals(balance(outcome, "B1", "assets_reserve_deposit"), "5");
    assertEquals(balance(outcome, "B2", "assets_reserve_deposit"), "125");
    assertEquals(balance(outcome, "H1", "assets_bank_deposit"), "130");
  },
  "06-delivery-of-goods.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(kinds(outcome, "DeliveryObligationSettled"), 1);
    assertEquals(balance(outcome, "MILL", "inventory_GRAIN_quantity"), "8");
    assertEquals(balance(outcome, "FARM", "inventory_GRAIN_quantity"), "2");
    assertEquals(balance(outcome, "FARM", "assets_cash"), "84");
  },
  "07-rollover.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals([outcome.stop.reason, outcome.openContracts], ["max-days", 3]);
    assertEquals(kinds(outcome, "PayableRolledOver"), 9);
    assertEquals(days(outcome).filter((line) => line.includes("300 0")), ["1: 300 300 0", "3: 0 300 0", "5: 0 300 0"]);
  },
  "08-generated-ring.yaml": (name) => {
    const outcome = outcomeOf(name);
    assertEquals(outcome.agents.length, 11);
    assertEquals(outcome.stop.reason, "stable");
    const due = dayLines(outcome).reduce((sum, line) => sum + line.due.toNumber(), 0);
    assert(Math.abs(due - 1000) < 1e-9, String(due));
    assertEquals(
      outcome.agents.filter((agent) => agent.defaulted).map((agent) => agent.id),
      ["H1", "H2", "H3", "H5", "H6", "H8", "H10"],
    );
  },
};

function behavioursOf(name: string) {
  const text = Deno.readTextFileSync(new URL(`scenarios/${name}`, FOLDER));
  return loadScenarioText(text, name).scenario.run.behaviours;
}

Deno.test("every example scenario is in the list of expectations", () => {
  const files = [...Deno.readDirSync(new URL("scenarios/", FOLDER))].map((entry) => entry.name).sort();
  assertEquals(files, Object.keys(EXPECTED).sort());
});

for (const [name, check] of Object.entries(EXPECTED)) {
  Deno.test(`examples/scenarios/${name} does what its comments say`, () => check(name));
}

Deno.test("examples/README.md links to every example", () => {
  const text = Deno.readTextFileSync(new URL("README.md", FOLDER));
  for (const folder of ["scenarios", "sweeps"]) {
    for (const entry of Deno.readDirSync(new URL(`${folder}/`, FOLDER))) {
      assertStringIncludes(text, `(${folder}/${entry.name})`);
    }
  }
});
