import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadPaymentsScenario } from "../../src/payments/scenario/load.ts";
import { type PaymentsRun, runPayments } from "../../src/payments/script.ts";

const FOLDER = new URL("../../examples/payments/", import.meta.url);

function textOf(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

/** Runs an example, or a text that was made from one. */
async function runOf(name: string, text = textOf(name)): Promise<PaymentsRun> {
  const readPolicy = (path: string) => Deno.readTextFileSync(new URL(path, FOLDER));
  const { config, behaviours, warnings } = await loadPaymentsScenario(text, name, { readPolicy });
  assertEquals(warnings, []);
  const run = runPayments(config, { behaviours, keepTicks: true });
  assertEquals(run.error, undefined);
  return run;
}

function settled(run: PaymentsRun): number {
  return run.engine?.systemMetrics().total_settlements ?? -1;
}

function balance(run: PaymentsRun, agent: string): unknown {
  return run.engine?.agentState(agent).balance;
}

function cost(run: PaymentsRun, agent: string, part = "total_cost"): number {
  return Number(run.engine?.accumulatedCosts(agent)[part]);
}

function count(run: PaymentsRun, kind: string): number {
  return run.logs.reduce((sum, log) => {
    for (let event = 0; event < log.length; event++) if (log.kind(event) === kind) sum++;
    return sum;
  }, 0);
}

const EXPECTED: Record<string, (name: string) => Promise<void>> = {
  "01-two-banks.yaml": async (name) => {
    const run = await runOf(name);
    assertEquals(run.ticks.map((tick) => tick.numSettlements), [0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
    assertEquals([balance(run, "NORTH"), balance(run, "SOUTH"), run.engine?.queue2Length], [1000, 8000, 1]);
    assertEquals(count(run, "TransactionWentOverdue"), 1);
    const cap = textOf(name).replace("opening_balance: 5000", "opening_balance: 5000, unsecured_cap: 7000");
    assertEquals(settled(await runOf(name, cap)), 3);
  },
  "02-gridlock.yaml": async (name) => {
    const run = await runOf(name);
    assertEquals([count(run, "LsmCycleSettlement"), settled(run)], [1, 3]);
    assertEquals(["AVA", "BOB", "CAL"].map((bank) => balance(run, bank)), [0, 0, 0]);
    assertEquals(settled(await runOf(name, textOf(name).replace("enable_cycles: true", "enable_cycles: false"))), 0);
  },
  "03-liquidity-saving.yaml": async (name) => {
    const off = textOf(name).replace(
      "enable_bilateral: true, enable_cycles: true",
      "enable_bilateral: false, enable_cycles: false",
    );
    const [run, without] = [await runOf(name), await runOf(name, off)];
    assertEquals(run.ticks.map((tick) => tick.numArrivals), without.ticks.map((tick) => tick.numArrivals));
    assert(settled(run) > settled(without));
    assert(count(run, "LsmBilateralOffset") > 0);
  },
  "04-policies.yaml": async (name) => {
    const run = await runOf(name);
    assert(count(run, "CollateralPost") > 0, "PLEDGER posts");
    assert(count(run, "PolicyHold") > 0, "CAREFUL holds");
    assert(cost(run, "PLEDGER", "collateral_cost") > 0);
    assertEquals(cost(run, "EAGER", "collateral_cost"), 0);
  },
  "05-crisis.yaml": async (name) => {
    const run = await runOf(name);
    const queue = (tick: number) => run.ticks[tick]?.queue2 ?? 0;
    assert(queue(65) > queue(30), "the queue grows in the crisis");
    assert(queue(71) < queue(69), "the loan lets payments go");
    assertEquals(count(run, "ScenarioEventExecuted"), 4);
    assert(count(run, "BilateralLimitExceeded") > 0 && count(run, "PriorityEscalated") > 0);
  },
  "06-liquidity-pool.yaml": async (name) => {
    const run = await runOf(name);
    assertEquals([count(run, "LiquidityAllocation"), count(run, "LiquidityReturn")], [4, 6]);
    const spared = await runOf(name, textOf(name).replace("fraction: 1\n", "fraction: 0.25\n"));
    assert(cost(spared, "LAVISH") > 5 * cost(run, "LAVISH"));
  },
};

Deno.test("every example of the payments model is in the list of expectations, and in the README", () => {
  const files = [...Deno.readDirSync(FOLDER)].filter((entry) => entry.isFile).map((entry) => entry.name).sort();
  assertEquals(files, Object.keys(EXPECTED).sort());
  const readme = Deno.readTextFileSync(new URL("../README.md", FOLDER));
  for (const file of files) assertStringIncludes(readme, `(payments/${file})`);
});

for (const [name, check] of Object.entries(EXPECTED)) {
  Deno.test(`examples/payments/${name} does what its comments say`, () => check(name));
}
