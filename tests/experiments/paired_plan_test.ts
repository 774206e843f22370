import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/core/errors.ts";
import { BALANCED, COMPARISON, plannedPairs, planPairedSweep } from "../../src/experiments/paired_plan.ts";
import { balancedSettings, comparisonSettings } from "../../src/experiments/paired_settings.ts";
import { planDifferences } from "../../src/experiments/plan.ts";
import { checkedRingSource } from "../../src/experiments/ring_source.ts";
import { decimals } from "./pairs.ts";

/** The dealer section of the second run of the first pair. */
function dealerOf(plan: ReturnType<typeof planPairedSweep>): unknown {
  const source = checkedRingSource(plan.runs[1]?.source);
  return "spec" in source ? source.spec.dealer : undefined;
}

Deno.test("the default comparison has 125 pairs, one seed for both runs, control first", () => {
  const { header, runs } = planPairedSweep(comparisonSettings());
  const pairs = plannedPairs(COMPARISON, runs);
  assertEquals([header.kind, runs.length, pairs.length], ["comparison", 250, 125]);
  assertEquals(runs.slice(0, 3).map(({ phase, seed }) => `${phase} ${seed}`), [
    "comparison_control 42",
    "comparison_treatment 42",
    "comparison_control 43",
  ]);
  pairs.forEach(({ baseline, trading }, i) => assertEquals([baseline.seed, trading.seed], [42 + i, 42 + i]));
  assertEquals(new Set(runs.map((run) => run.runId)).size, 250);
});

Deno.test("the default balanced sweep has 625 pairs, the ratio outermost", () => {
  const { runs } = planPairedSweep(balancedSettings());
  const pairs = plannedPairs(BALANCED, runs);
  assertEquals(pairs.length, 625);
  const point = (i: number) =>
    ["outside_mid_ratio", "kappa", "concentration", "mu", "seed"].map((name) => pairs[i]?.baseline.parameters[name]);
  assertEquals(point(0), ["1.0", "0.25", "0.2", "0", 42]);
  assertEquals(point(1), ["1.0", "0.25", "0.2", "0.25", 43]);
  assertEquals(point(125), ["0.9", "0.25", "0.2", "0", 167]);
});

Deno.test("the treatment has the dealer section of spec 03 6, the active arm that of section 7", () => {
  assertEquals(dealerOf(planPairedSweep(comparisonSettings())), {
    enabled: true,
    ticketSize: "1",
    dealerShare: "0.25",
    vbtShare: "0.5",
    riskAssessment: { enabled: true },
  });
  assertEquals(dealerOf(planPairedSweep(balancedSettings())), {
    enabled: true,
    ticketSize: "20",
    dealerShare: "0",
    vbtShare: "0.50",
    riskAssessment: {
      enabled: true,
      lookbackWindow: 5,
      baseRiskPremium: "0.02",
      urgencySensitivity: "0.10",
      buyPremiumMultiplier: "2.0",
    },
  });
  assertEquals(dealerOf(planPairedSweep(comparisonSettings({ riskAssessment: false }))), {
    enabled: true,
    ticketSize: "1",
    dealerShare: "0.25",
    vbtShare: "0.5",
    riskAssessment: { enabled: false },
  });
});

Deno.test("1 and 1.0 are one value: the same ids, the same plan", () => {
  const plan = (kappa: string) => planPairedSweep(balancedSettings({ kappas: decimals(kappa), mus: decimals("0") }));
  assertEquals(plan("1").runs.map((run) => run.runId), plan("1.0").runs.map((run) => run.runId));
  assertEquals(planDifferences(plan("1").header, plan("1.0").header), []);
  assertEquals(plan("1.0").runs[0]?.parameters["kappa"], "1.0");
});

Deno.test("ids depend on what the run depends on: the baseline does not know the dealers", () => {
  const ids = (ticket: string) =>
    planPairedSweep(comparisonSettings({ ticketSize: decimals(ticket)[0] })).runs.slice(0, 2).map((run) => run.runId);
  const [[control, treatment], [otherControl, otherTreatment]] = [ids("1"), ids("3")];
  assertEquals(control, otherControl);
  assertNotEquals(treatment, otherTreatment);
  const passive = (share: string) =>
    planPairedSweep(balancedSettings({ vbtSharePerBucket: decimals(share)[0] })).runs[0]?.runId;
  assertNotEquals(passive("0.25"), passive("0.3"));
});

Deno.test("detailed logging is no part of a run's identity", () => {
  const plan = (detailedLogging: boolean) => planPairedSweep(balancedSettings({ detailedLogging }));
  assertEquals(plan(true).runs[1]?.runId, plan(false).runs[1]?.runId);
  assertEquals(planDifferences(plan(true).header, plan(false).header), []);
});

Deno.test("flags win over the file, risk settings one by one", () => {
  const settings = balancedSettings(
    { nAgents: 7, risk: { baseRiskPremium: decimals("0.5")[0] } },
    { nAgents: 8, maturityDays: 9, risk: { baseRiskPremium: decimals("0.4")[0], lookbackWindow: 2 } },
  );
  assertEquals([settings.nAgents, settings.maturityDays], [7, 9]);
  assertEquals([String(settings.risk.baseRiskPremium), settings.risk.lookbackWindow], ["0.5", 2]);
  assertEquals(String(settings.risk.urgencySensitivity), "0.10");
});

Deno.test("single_at without an agent is refused before anything runs", () => {
  assertThrows(() => comparisonSettings({ liquidityMode: "single_at" }), UsageError, "needs a liquidity agent");
});
