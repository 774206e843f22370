import { assertEquals } from "@std/assert";
import { CostRules, penaltyOn } from "../../../src/payments/engine/cost_rules.ts";
import { FREE } from "./setting.ts";

Deno.test("costs are rounded once, half up (spec 06 5.8)", () => {
  const overdraft = (rate: number) => new CostRules({ ...FREE, overdraftBpsPerTick: rate });
  assertEquals(overdraft(1).overdraft(-10_000_000), 1000);
  assertEquals(overdraft(0.8).overdraft(-11_767_926), 941);
  assertEquals(overdraft(0.001).overdraft(-5_000_000), 1);
  assertEquals(overdraft(0.0004).overdraft(-5_000_000), 0);
  assertEquals(overdraft(167).overdraft(-1e12), 16_700_000_000);
  const collateral = (rate: number) => new CostRules({ ...FREE, collateralCostPerTickBps: rate });
  assertEquals(collateral(0.0005).collateral(6_494_424), 0);
  assertEquals(collateral(2).collateral(100_000_000), 20_000);
  assertEquals(collateral(0.0002).collateral(100_000_000), 2);
  const pool = new CostRules({ ...FREE, liquidityCostPerTickBps: 15 });
  assertEquals([pool.opportunity(1_000_000), pool.opportunity(1000)], [1500, 2]);
});

Deno.test("waiting costs by lateness and band, in one rounding (spec 06 5.8)", () => {
  const delay = (place: number, overdue: number, bands?: [number, number, number]) => {
    const rules = new CostRules({
      ...FREE,
      delayCostPerTickPerCent: 0.0001,
      overdueDelayMultiplier: overdue,
      priorityDelayMultipliers: bands &&
        { lowMultiplier: bands[0], normalMultiplier: bands[1], urgentMultiplier: bands[2] },
    });
    const sums = new Float64Array(6);
    sums[place] = 1_000_000;
    return rules.delay(sums);
  };
  assertEquals(delay(1, 5), 100);
  assertEquals(delay(4, 5), 500);
  assertEquals(delay(2, 5, [0.5, 1, 1.5]), 150);
  assertEquals(delay(3, 1.5, [0.5, 1, 1]), 75);
});

Deno.test("products beyond 2^53 stay exact", () => {
  const rules = new CostRules({ ...FREE, delayCostPerTickPerCent: 0.123457, overdueDelayMultiplier: 3.333 });
  const sums = Float64Array.of(0, 9_007_199_254_740_991, 0, 0, 9_007_199_254_740_991, 0);
  const exact = (9_007_199_254_740_991n * 4333n * 123_457n + 500_000_000n) / 1_000_000_000n;
  assertEquals(rules.delay(sums), Number(exact));
});

Deno.test("a penalty by rate is cut off, not rounded (spec 06 5.3)", () => {
  const rate = (bpsPerEvent: number, amount: number) => penaltyOn({ mode: "rate", bpsPerEvent }, amount);
  assertEquals(rate(8.2, 1_000_100_000_000), 820_081_899);
  assertEquals([rate(100, 1_000_000), rate(100, 100), rate(100, -1_000_000)], [10_000, 1, 10_000]);
  assertEquals([rate(NaN, 100), rate(-1, 100)], [0, 0]);
});
