import { assert, assertEquals } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { type ArrivalConfig, DEFAULT_COST_RATES } from "../../../src/payments/config.ts";
import type { PaymentsEngine } from "../../../src/payments/engine/engine.ts";
import { judgePolicy } from "../../../src/payments/policies/mod.ts";
import { agent } from "../engine/setting.ts";
import { workedEngine } from "./worked.ts";

const FOLDER = new URL("../../../examples/policies/", import.meta.url);

function exampleNames(): string[] {
  return Deno.readDirSync(FOLDER).toArray().map(({ name }) => name).filter((name) => name.endsWith(".json")).sort();
}

function textOf(name: string): string {
  return Deno.readTextFileSync(new URL(name, FOLDER));
}

Deno.test("every example policy is valid, for us and for the reference", () => {
  const names = exampleNames();
  assert(names.length >= 8, `${names.length} examples`);
  for (const name of names) {
    for (const behaviours of [CORRECTED, REFERENCE]) {
      const verdict = judgePolicy(textOf(name), behaviours);
      assertEquals(verdict.valid ? [] : verdict.problems.map(({ message }) => message), [], name);
    }
  }
});

Deno.test("every example policy is explained in the README, under its own heading", () => {
  const readme = textOf("README.md");
  const headings = [...readme.matchAll(/^## (\d\d) /gm)].map(([, number]) => number);
  assertEquals(headings, exampleNames().map((name) => name.slice(0, 2)));
  for (const name of exampleNames()) assert(readme.includes(`](${name})`), `README.md lists ${name}`);
});

const ARRIVALS: ArrivalConfig = {
  ratePerTick: 1.5,
  amountDistribution: { type: "Uniform", min: 5000, max: 160_000 },
  counterpartyWeights: new Map(),
  deadlineRange: [4, 12],
  priorityDistribution: { type: "Uniform", min: 1, max: 9 },
  divisible: false,
};

const BALANCE = 150_000;

/** Three banks with the same policy and little money, over two days of 20 ticks. */
function ranFor(name: string, behaviours: Behaviours): PaymentsEngine {
  const policy = { type: "FromJson", json: textOf(name) } as const;
  const bank = { policy, openingBalance: BALANCE, unsecuredCap: 60_000, arrivalConfig: ARRIVALS };
  const engine = workedEngine({
    payments: [],
    behaviours,
    config: {
      ticksPerDay: 20,
      rngSeed: 7n,
      agents: ["A", "B", "C"].map((id) => agent(id, bank)),
      costRates: { ...DEFAULT_COST_RATES, overdraftBpsPerTick: 20, delayCostPerTickPerCent: 0.001 },
    },
  });
  for (let tick = 0; tick < 40; tick++) engine.tick();
  return engine;
}

/** What each policy is there to do: events, and reasons to hold. */
const DOES: Readonly<Record<string, { readonly events: readonly string[]; readonly reasons?: readonly string[] }>> = {
  "01": { events: ["PolicySubmit"], reasons: ["InsufficientLiquidity"] },
  "02": { events: ["PolicySubmit"], reasons: ['Custom("DelayIsCheaper")'] },
  "03": { events: ["PolicySubmit"], reasons: ['Custom("KeepingReserve")'] },
  "04": { events: ["PolicySubmit", "PolicySplit"], reasons: ["InsufficientLiquidity"] },
  "05": { events: ["PolicySubmit", "CollateralPost", "CollateralTimerWithdrawn"] },
  "06": { events: ["PolicySubmit", "BankBudgetSet"], reasons: ["BudgetExhausted"] },
  "07": { events: ["PolicySubmit", "StateRegisterSet"], reasons: ["LowPriority"] },
  "08": { events: ["PolicySubmit", "RtgsWithdrawal", "RtgsResubmission"] },
  "09": { events: ["PolicySubmit", "PolicySplit"], reasons: ["AwaitingInflows"] },
  "10": { events: ["PolicySubmit", "TransactionReprioritized"], reasons: ["AwaitingInflows"] },
};

Deno.test("every example policy does what it is there for, and money stays what it was", () => {
  for (const name of exampleNames()) {
    const { events, reasons = [] } = DOES[name.slice(0, 2)] ?? { events: ["nothing is said of it"] };
    for (const behaviours of [CORRECTED, REFERENCE]) {
      const engine = ranFor(name, behaviours);
      const happened = new Set<unknown>();
      for (let event = 0; event < engine.log.length; event++) {
        const { kind, reason } = engine.log.object(event);
        happened.add(kind).add(reason);
      }
      for (const expected of [...events, ...reasons]) assert(happened.has(expected), `${name}: ${expected}`);
      assertEquals(engine.positions().reduce((sum, { balance }) => sum + balance, 0), 3 * BALANCE, name);
    }
  }
});
