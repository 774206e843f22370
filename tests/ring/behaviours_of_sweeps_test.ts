/** Switches that stand between a sweep and the scenarios that it makes. */
import { assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { planPairedSweep } from "../../src/experiments/paired_plan.ts";
import { comparisonSettings } from "../../src/experiments/paired_settings.ts";
import { checkedRingSource } from "../../src/experiments/ring_source.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";

/** The ticket size that the treatment of a comparison gets. */
function ticketSize(asked: string, behaviours: Behaviours): string | undefined {
  const ticketSize = Decimal.parse(asked);
  const source = checkedRingSource(planPairedSweep(comparisonSettings({ ticketSize, behaviours })).runs[1]?.source);
  return "spec" in source ? source.spec.dealer?.ticketSize : undefined;
}

Deno.test("behaviour sweepTicketsAreWhole: a ticket of 2.5 is cut to 2, and one of 0.5 to nothing", () => {
  assertEquals(["2.5", "0.5", "1.0"].map((size) => ticketSize(size, REFERENCE)), ["2", "0", "1"]);
  assertEquals(["2.5", "0.5", "1.0"].map((size) => ticketSize(size, CORRECTED)), ["2.5", "0.5", "1"]);
});
