import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import { RiskAssessor } from "../../../src/ring/dealers/risk.ts";
import { RISK_DEFAULTS } from "../../../src/ring/scenario/market_rules.ts";
import { decimal } from "../engine/written_scenarios.ts";

const TICKET = { issuer: 1, face: decimal("100") };

Deno.test("without a history a ticket is worth 0.95 of its face", () => {
  const assessor = new RiskAssessor(RISK_DEFAULTS);
  const expected = assessor.expectedValue(TICKET);
  assertEquals(expected.toString(), "95.00");
  const threshold = assessor.sellThreshold(decimal("1"), Decimal.ZERO, () => decimal("95"));
  assert(assessor.acceptsSale(decimal("0.97"), TICKET.face, expected, threshold));
  assert(!assessor.acceptsSale(decimal("0.9699"), TICKET.face, expected, threshold));
  assert(assessor.acceptsPurchase(decimal("0.91"), TICKET.face, expected));
  assert(!assessor.acceptsPurchase(decimal("0.9101"), TICKET.face, expected));
});

Deno.test("the chance of default counts what lies within the lookback window", () => {
  const assessor = new RiskAssessor(RISK_DEFAULTS);
  for (const day of [0, 1, 2, 3]) assessor.record(day, 1, day === 3);
  const chance = (day: number) => assessor.defaultProbability(1, day).toNumber();
  assertEquals([chance(3), chance(8), chance(9)], [1 / 3, 2 / 3, 0.05]);
});

Deno.test("an issuer's own payments count alone where the scenario says so", () => {
  const assessor = new RiskAssessor({ ...RISK_DEFAULTS, useIssuerSpecific: true });
  assessor.record(0, 1, true);
  assessor.record(0, 2, false);
  const chance = (issuer: number) => assessor.defaultProbability(issuer, 1).toNumber();
  assertEquals([chance(1), chance(2), chance(3)], [2 / 3, 1 / 3, 0.5]);
});

Deno.test("a seller in need asks for less, one without any wealth for nothing", () => {
  const assessor = new RiskAssessor(RISK_DEFAULTS);
  const asked = assessor.sellThreshold(decimal("10"), decimal("50"), () => decimal("90"));
  assertEquals(asked.toString(), "-0.030");
  assertEquals(assessor.sellThreshold(Decimal.ZERO, Decimal.ZERO, () => Decimal.ZERO).toString(), "-1");
});
