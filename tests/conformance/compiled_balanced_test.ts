/** The scenario of every run of the recorded paired sweeps, generated again from its parameters and seed. */
import { assert, assertEquals } from "@std/assert";
import { parseYaml } from "../../src/core/yaml_text.ts";
import { REFERENCE } from "../../src/ring/behaviours.ts";
import { type CompiledRing, compileRing } from "../../src/ring/generator/compile.ts";
import type { DealerText, RiskAssessmentText } from "../../src/ring/generator/dealer_text.ts";
import { ringSpecFromText, type RingSpecText } from "../../src/ring/generator/spec.ts";
import { scenarioDocument } from "../../src/ring/scenario/document.ts";
import {
  assertSameRing,
  defaultHandling,
  recordedRegistry,
  recordedRows,
  recordedScenario,
  type Row,
} from "./compiled.ts";
import { goldenText, recorded } from "./golden.ts";

function compiled(row: Row, changes: Partial<RingSpecText> & { readonly namePrefix: string }): CompiledRing {
  const cell = (name: string) => row.get(name) ?? "";
  const spec = ringSpecFromText({
    nAgents: Number(cell("n_agents")),
    seed: cell("seed"),
    kappa: cell("kappa"),
    qTotal: cell("Q_total"),
    concentration: cell("concentration"),
    monotonicity: cell("monotonicity"),
    maturityDays: Number(cell("maturity_days")),
    mu: cell("mu"),
    defaultHandling: defaultHandling(row),
    ...changes,
  });
  return compileRing(spec, REFERENCE, { throughDoubles: true });
}

/** spec 03 6. */
const TREATMENT: DealerText = {
  enabled: true,
  ticketSize: "1",
  dealerShare: "0.25",
  vbtShare: "0.5",
  riskAssessment: { enabled: true },
};

for (const sweep of ["comparison-n12-failfast", "comparison-n30", "comparison-n100"]) {
  recorded(`every scenario of the recorded sweep ${sweep} comes out of the generator, on both arms`, () => {
    for (const row of recordedRegistry(sweep, "control")) {
      const ring = compiled(row, { namePrefix: "Dealer Comparison (Control)" });
      assertSameRing(ring, recordedScenario(row.get("run_id") ?? "", sweep, "control"), row);
    }
    for (const row of recordedRegistry(sweep, "treatment")) {
      const ring = compiled(row, { namePrefix: "Dealer Comparison (Treatment)", dealer: TREATMENT });
      assertSameRing(ring, recordedScenario(row.get("run_id") ?? "", sweep, "treatment"), row);
    }
  });
}

/** spec 03 8.3. */
const RISK: RiskAssessmentText = {
  baseRiskPremium: "0.02",
  urgencySensitivity: "0.10",
  buyPremiumMultiplier: "2.0",
  lookbackWindow: 5,
};

/** The sweeps with their risk assessment; one was asked to do without. */
const BALANCED: Readonly<Record<string, RiskAssessmentText>> = {
  "balanced-n12": RISK,
  "balanced-n12-norisk": { enabled: false },
  "balanced-n30": RISK,
  "balanced-n100": RISK,
};

/** The outside-mid ratio of each run, which its registry does not have. */
function ratios(sweep: string): Map<string, string> {
  return new Map(
    recordedRows("sweeps", sweep, "aggregate", "comparison.csv").flatMap((row) =>
      ["passive_run_id", "active_run_id"].map((column): [string, string] => [
        row.get(column) ?? "",
        row.get("outside_mid_ratio") ?? "",
      ])
    ),
  );
}

function balanced(row: Row, outsideMidRatio: string, riskAssessment: RiskAssessmentText | null): CompiledRing {
  return compiled(row, {
    variant: "balanced",
    namePrefix: `Balanced Comparison (${riskAssessment === null ? "Passive" : "Active"})`,
    balanced: { faceValue: "20", outsideMidRatio },
    dealer: riskAssessment === null
      ? null
      : { enabled: true, ticketSize: "20", dealerShare: "0", vbtShare: "0.50", riskAssessment },
  });
}

for (const [sweep, risk] of Object.entries(BALANCED)) {
  recorded(`every scenario of the recorded sweep ${sweep} comes out of the balanced generator, on both arms`, () => {
    const ratioOf = ratios(sweep);
    for (const arm of ["passive", "active"]) {
      for (const row of recordedRegistry(sweep, arm)) {
        const id = row.get("run_id") ?? "";
        const ring = balanced(row, ratioOf.get(id) ?? "", arm === "passive" ? null : risk);
        assertSameRing(ring, recordedScenario(id, sweep, arm), row);
      }
    }
  });
}

recorded("a balanced scenario is written with the top-level keys of the recorded file", () => {
  const sweep = "balanced-n12";
  const [row = new Map<string, string>()] = recordedRegistry(sweep, "active");
  const id = row.get("run_id") ?? "";
  const theirs = parseYaml(goldenText("sweeps", sweep, "active", "runs", id, "scenario.yaml"), id);
  assert(typeof theirs === "object" && theirs !== null);
  const ours = scenarioDocument(balanced(row, ratios(sweep).get(id) ?? "", RISK).scenario);
  assertEquals(Object.keys(ours).toSorted(), Object.keys(theirs).toSorted());
});
