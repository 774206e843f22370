/** The recorded expectations of specification 03 17.4 to 17.8, and the switches of the generator on both sides. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { ValidationError } from "../../../src/core/errors.ts";
import { CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { compileRing } from "../../../src/ring/generator/compile.ts";
import { dueDays } from "../../../src/ring/generator/maturity.ts";
import { roundHalfEven } from "../../../src/ring/generator/rounding.ts";
import { ringSpecFromText, type RingSpecText } from "../../../src/ring/generator/spec.ts";
import type { Scenario } from "../../../src/ring/scenario/types.ts";
import { ringSpec } from "./ring_specs.ts";

function payableTexts(scenario: Scenario): string[] {
  return scenario.initialActions.flatMap((action) =>
    action.type === "create_payable" ? [action.amount.toString()] : []
  );
}

function cashTexts(scenario: Scenario): string[] {
  return scenario.initialActions.flatMap((action) =>
    action.type === "mint_cash" ? [`${action.to} ${action.amount.normalized()}`] : []
  );
}

function compiled(changes: Partial<RingSpecText>, behaviours = REFERENCE) {
  return compileRing(ringSpec(changes), behaviours);
}

function compileError(changes: Partial<RingSpecText>): string {
  const error = assertThrows(
    () => compiled(changes),
    ValidationError,
    "Failed to compile generator 'ring_explorer_v1'",
  );
  return error.issues.map(({ message }) => message).join("; ");
}

Deno.test("a ring of 4 with seed 7 has the recorded amounts, one cash action and the recorded name", () => {
  const { scenario, s1, l0 } = compiled({
    nAgents: 4,
    seed: 7,
    kappa: "2",
    qTotal: "400",
    allocation: { mode: "single_at", agent: "H1" },
  });
  assertEquals(payableTexts(scenario), [
    "93.03050504238751303725585013",
    "38.87459129928544083367971302",
    "250.2184630779959542872985882",
    "17.8764405803310918417658486",
  ]);
  assert(s1.equals(Decimal.integer(400)));
  assertEquals(cashTexts(scenario), ["H1 8E+2"]);
  assert(l0.equals(Decimal.integer(800)));
  assertEquals(scenario.name, "Test Sweep (n=4, kappa=2, c=1, mu=0)");
  assertEquals(
    scenario.description,
    "Ring of 4 agents with total dues S1=400; initial liquidity L0=800 (kappa=2); " +
      "Dirichlet concentration c=1; maturity mu=0 over 1 day horizon",
  );
});

const DRAWN = [
  "49.82015634859616586110025535",
  "110.9286478222931353295864888",
  "218.1040632210655067765208984",
  "23.08141101082039121470451490",
  "98.0657215972248008180878425",
];

Deno.test("monotonicity 0 keeps the drawn amounts, 1 sorts them down, -1 up, 0.5 swaps ten neighbours", () => {
  const descending = DRAWN.toSorted((a, b) => Number(b) - Number(a));
  assertEquals(payableTexts(compiled({}).scenario), DRAWN);
  assertEquals(payableTexts(compiled({ monotonicity: "1" }).scenario), descending);
  assertEquals(payableTexts(compiled({ monotonicity: "-1" }).scenario), descending.toReversed());
  assertEquals(
    payableTexts(compiled({ monotonicity: "0.5" }).scenario),
    [DRAWN[2], DRAWN[1], DRAWN[0], DRAWN[3], DRAWN[4]].map((text) => text ?? ""),
  );
});

const UNEQUAL = { seed: 43, concentration: "0.2", qTotal: "500.0" };

Deno.test("behaviour floorExcessChargedToLast: the reference's sum exceeds the total", () => {
  const { scenario, s1 } = compiled(UNEQUAL, REFERENCE);
  assertEquals(payableTexts(scenario), [
    "0.01",
    "0.1981740141857596912616790101",
    "438.4762880359049728586822565",
    "61.32525648117870798925616458",
    "0.01",
  ]);
  assertEquals(s1.toString(), "500.0197185312694405392001001");
});

Deno.test("behaviour floorExcessChargedToLast, corrected: the largest amount pays and the sum is the total", () => {
  const { scenario, s1 } = compiled(UNEQUAL, CORRECTED);
  const amounts = payableTexts(scenario);
  assert(s1.equals(Decimal.integer(500)), `${s1}`);
  const kept = ["0.01", "0.1981740141857596912616790101", "61.32525648117870798925616458", "0.01"];
  assertEquals(amounts.filter((_, i) => i !== 2), kept);
  assertEquals(Number(amounts[2]).toFixed(10), (438.4762880359049728 - 0.01971853126944).toFixed(10));
});

Deno.test("corrected: a total that cannot give every agent 0.01 is refused, the reference exceeds it", () => {
  const tiny = { qTotal: "0.03" };
  assertThrows(() => compiled(tiny, CORRECTED), ValidationError, "too small for 5 payables of at least 0.01");
  assert(compiled(tiny).s1.toNumber() > 0.05);
});

Deno.test("behaviour sweepAmountsAreDoubles: a sweep's amounts are doubles in the reference and exact here", () => {
  const spec = ringSpec({ allocation: { mode: "uniform" } });
  const exact = compileRing(spec, CORRECTED, { throughDoubles: true });
  const rounded = compileRing(spec, REFERENCE, { throughDoubles: true });
  const file = compileRing(spec, REFERENCE);
  assertEquals(payableTexts(exact.scenario), DRAWN);
  assertEquals(payableTexts(file.scenario), DRAWN);
  assertEquals(payableTexts(rounded.scenario)[0], "49.820156348596164");
  assertEquals(cashTexts(rounded.scenario)[0], "H1 1E+2");
  assertEquals(rounded.s1.toString(), exact.s1.toString());
});

Deno.test("due days follow the lead-lag rule, halves of the lead go to the even day", () => {
  assertEquals(dueDays(5, 3, 0.25), [1, 1, 1, 1, 1]);
  assertEquals(dueDays(5, 3, 0.5), [3, 1, 2, 3, 1]);
  assertEquals(dueDays(5, 3, 0.75), [2, 1, 3, 2, 1]);
  assertEquals(dueDays(5, 3, 1), [2, 1, 3, 2, 1]);
  assertEquals(dueDays(12, 10, 0.5), [7, 1, 5, 9, 3, 7, 1, 5, 9, 3, 7, 1]);
  assertEquals(dueDays(12, 10, 0.75), [4, 1, 8, 5, 2, 9, 6, 3, 10, 7, 4, 1]);
  assertEquals(dueDays(12, 10, 1), [2, 1, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assertEquals(dueDays(4, 2, 0.5), [1, 1, 1, 1]);
  assertEquals(dueDays(4, 2, 0.51), [2, 1, 2, 1]);
  assertEquals(dueDays(3, 1, 1), [1, 1, 1]);
});

Deno.test("halves round to the even number", () => {
  assertEquals([0.5, 1.5, 2.5, 4.5, 2.4999, 2.5001, 7].map(roundHalfEven), [0, 2, 2, 4, 2, 3, 7]);
});

Deno.test("a vector spreads the given cash, and the dues stay as given", () => {
  const { scenario, s1 } = compiled({
    nAgents: 3,
    qTotal: "150",
    kappa: "1.5",
    liquidityTotal: "120",
    allocation: { mode: "vector", vector: ["1", "2", "3"] },
  });
  assertEquals(cashTexts(scenario), ["H1 2E+1", "H2 4E+1", "H3 6E+1"]);
  assert(s1.equals(Decimal.integer(150)));
});

Deno.test("with the liquidity alone the dues are liquidity divided by kappa", () => {
  const { s1, l0 } = compiled({ nAgents: 3, qTotal: null, kappa: "1.5", liquidityTotal: "120" });
  assert(s1.equals(Decimal.integer(80)));
  assert(l0.equals(Decimal.integer(120)));
});

Deno.test("the scenario has the ring's agents, aliases, run settings and files", () => {
  const { scenario } = compiled({ nAgents: 3, maturityDays: 40, mu: "0.5", mopRank: { household: ["cash"] } });
  assertEquals(scenario.agents.map(({ id, kind, name }) => `${id} ${kind} ${name}`), [
    "CB central_bank Central Bank",
    "H1 household Agent 1",
    "H2 household Agent 2",
    "H3 household Agent 3",
  ]);
  assertEquals(
    scenario.initialActions.map((action) => "alias" in action ? action.alias : null),
    ["LIQ_H1", "LIQ_H2", "LIQ_H3", "P_H1_H2", "P_H2_H3", "P_H3_H1"],
  );
  assertEquals(scenario.mopRank, { household: ["cash"] });
  const { behaviours, ...run } = scenario.run;
  assertEquals(behaviours, REFERENCE);
  assertEquals(run, {
    mode: "until_stable",
    maxDays: 45,
    quietDays: 2,
    defaultHandling: "fail-fast",
    rolloverEnabled: false,
    show: { balances: ["H1", "H2", "H3"], events: "detailed" },
    export: { balancesCsv: "out/balances.csv", eventsJsonl: "out/events.jsonl" },
  });
});

Deno.test("the days of a short horizon are at least thirty", () => {
  assertEquals(compiled({ maturityDays: 3 }).scenario.run.maxDays, 30);
});

Deno.test("a ring that cannot exist says why", () => {
  assertEquals(compileError({ qTotal: null }), "Either params.Q_total or params.liquidity.total must be provided");
  assertEquals(compileError({ qTotal: "-5" }), "Derived Q_total and liquidity must be positive");
  assertEquals(compileError({ concentration: "1e-300" }), "Failed to draw positive Dirichlet weights");
  assertEquals(
    compileError({ allocation: { mode: "single_at", agent: "H6" } }),
    "liquidity allocation agent 'H6' not in ring",
  );
  assertEquals(
    compileError({ allocation: { mode: "single_at", agent: "CB" } }),
    "liquidity allocation agent 'CB' not in ring",
  );
  assertEquals(
    compileError({ allocation: { mode: "vector", vector: ["1", "2"] } }),
    "liquidity.vector must have length equal to n_agents",
  );
});

Deno.test("a plain spec lists everything that is wrong with it, with the paths of a generator file", () => {
  const error = assertThrows(
    () =>
      ringSpecFromText({
        namePrefix: "x",
        nAgents: 2,
        seed: "4.5",
        kappa: "0",
        liquidityTotal: "-1",
        qTotal: "much",
        concentration: "0",
        monotonicity: "-3",
        maturityDays: 0,
        mu: "2",
        allocation: { mode: "vector", vector: ["1", "0"] },
      }),
    ValidationError,
    "Generator validation failed",
  );
  assertEquals(error.issues.map(({ path, message }) => `${path.slice(2).join(".")}: ${message}`).sort(), [
    "Q_total: Input should be a valid decimal",
    "inequality.concentration: Value error, inequality.concentration must be positive",
    "inequality.monotonicity: Input should be greater than or equal to -1",
    "kappa: Input should be greater than 0",
    "liquidity.allocation: Value error, liquidity.allocation.vector must contain positive values",
    "liquidity.total: Value error, liquidity.total must be positive when provided",
    "maturity.days: Input should be greater than or equal to 1",
    "maturity.mu: Input should be less than or equal to 1",
    "n_agents: Input should be greater than or equal to 3",
    "seed: Input should be a valid integer",
  ]);
});

Deno.test("a seed of any size is exact as a text", () => {
  assertEquals(
    ringSpecFromText({ namePrefix: "x", kappa: "1", seed: "-123456789012345678901234567890" }).seed,
    -123456789012345678901234567890n,
  );
});
