import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CORRECTED, REFERENCE } from "../../src/payments/behaviours.ts";
import { DEFAULT_COST_RATES } from "../../src/payments/config.ts";
import type { PaymentsEngine } from "../../src/payments/engine/engine.ts";
import type { PaymentsBank } from "../../src/reports/payments_input.ts";
import { paymentsPage } from "../../src/reports/payments_page.ts";
import { PaymentsStory } from "../../src/reports/payments_story.ts";
import { PaymentsWatch } from "../../src/reports/payments_pages.ts";
import { action } from "../payments/policies/views.ts";
import { type Worked, workedEngine } from "../payments/policies/worked.ts";
import { faults, scriptsOf } from "./markup.ts";
import { readable } from "./readable.ts";

const HOSTILE = `</script><script>alert('x')</script>"><img src=x>&amp;`;

/** An engine that ran for so many ticks, watched. */
function watched(worked: Worked, ticks: number): { engine: PaymentsEngine; watch: PaymentsWatch } {
  const engine = workedEngine(worked);
  const watch = new PaymentsWatch(engine);
  for (let tick = 0; tick < ticks; tick++) {
    engine.tick();
    watch.look();
  }
  return { engine, watch };
}

const PAYMENTS = [{ amount: 60_000 }, { amount: 30_000 }, { amount: 40_000 }];

Deno.test("a payments page shows what arrived, what was settled, how long it took and what it cost", () => {
  const { watch } = watched({ payments: PAYMENTS }, 20);
  const page = readable(watch.page({ name: "Two banks", description: "One pays the other" }));
  assertEquals(faults(page), []);
  for (const text of ["20 of 20 ticks", "Settled, payments", "66.7%", "69.2%", "Who pays whom", "One pays the other"]) {
    assertStringIncludes(page, text);
  }
  assertStringIncludes(page, "A to B: 3 payments of 130,000 cents, 90,000 cents settled");
  assertStringIncludes(page, "<title>0: 2</title>");
  assertStringIncludes(page, "<title>open: 1</title>");
  assertStringIncludes(page, "Costs per bank");
  for (const script of scriptsOf(page)) new Function(script);
});

Deno.test("the parts of a split payment are told, the payment itself is not", () => {
  const trees = { payment_tree: action("A", "Split", { num_splits: 2 }) };
  const { engine } = watched({ trees, payments: [{ amount: 50_000 }] }, 2);
  const story = new PaymentsStory(engine.log, 2, 2);
  assertEquals(story.total, { count: 2, amount: 50_000 });
  assertEquals([story.banks[0]?.settled, story.banks[1]?.received], [50_000, 50_000]);
  assertEquals([story.arrived, story.settled, story.delays], [[50_000, 0], [50_000, 0], [2]]);
});

Deno.test("costs are told by kind and sum up to the total of the log", () => {
  const costRates = { ...DEFAULT_COST_RATES, overdraftBpsPerTick: 10, liquidityCostPerTickBps: 5 };
  for (const behaviours of [CORRECTED, REFERENCE]) {
    const worked = { payments: PAYMENTS, bank: { unsecuredCap: 200_000, liquidityPool: 9000 }, behaviours };
    const { engine } = watched({ ...worked, config: { costRates } }, 20);
    const story = new PaymentsStory(engine.log, 2, 20);
    const table = engine.log.table("CostAccrual");
    const totals = Array.from(table?.numbers("total").values.slice(0, table.length) ?? []);
    const [overdraft = 0, , , , , idle = 0] = story.banks[0]?.costs ?? [];
    assert(overdraft > 0 && idle > 0, `overdraft ${overdraft}, idle liquidity ${idle}`);
    const told = story.banks.flatMap(({ costs }) => costs).reduce((sum, cost) => sum + cost, 0);
    assertEquals(told, totals.reduce((sum, cost) => sum + cost, 0));
  }
});

Deno.test("names of banks and texts of a scenario are never taken for HTML", () => {
  const { watch } = watched({ payments: [] }, 1);
  const page = watch.page({ name: HOSTILE, description: HOSTILE, error: HOSTILE });
  assertEquals(faults(page), []);
  assert(!page.includes("<img src=x>"));
  assertStringIncludes(page, "stopped in tick 1");
});

Deno.test("a run without ticks has a page", () => {
  assertEquals(faults(watched({ payments: [] }, 0).watch.page({ name: "Nothing" })), []);
});

Deno.test("a few banks have a line each, many are shown as a range", () => {
  const input = watched({ payments: PAYMENTS }, 3).watch.pageInput({ name: "Banks" });
  const lines = (page: string) => [...page.matchAll(/<title>[^<]*at the end<\/title>/g)].length;
  const few = paymentsPage(input);
  assertStringIncludes(few, "Account of each bank after each tick");
  const banks = Array.from({ length: 40 }, (_, i) => ({ ...input.banks[0], id: `bank ${i}` }));
  const samples = input.samples.map((sample) => ({ ...sample, balances: banks.map((_, i) => i * 100) }));
  const many = paymentsPage({ ...input, banks: banks.flatMap((bank) => complete(bank)), samples });
  assertStringIncludes(many, "The range over 40 banks after each tick");
  assertEquals([lines(few), lines(many), faults(many)], [6, 7, []]);
});

function complete(bank: Partial<PaymentsBank>): PaymentsBank {
  const nothing = { openingBalance: 0, balance: 0, unsecuredCap: 0, postedCollateral: 0, queue1Length: 0 };
  return { id: "", ...nothing, ...bank };
}
