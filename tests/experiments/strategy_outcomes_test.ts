/** Outcomes of debts by strategy (specification 02 13.2 and 13.3). */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../src/core/errors.ts";
import { STRATEGIES, strategyOutcomes } from "../../src/experiments/strategy_outcomes.ts";
import { columnsCsv } from "../../src/experiments/typed_columns.ts";
import { activeFiles, comparison, repayments, rowsByColumn, type RunTexts } from "./trading_tables.ts";

const SWEEP = comparison(
  "1,1,0.5,42,20,0.9,0.5,0.3,0.2,0.4,a",
  "1,1,0.5,43,20,0.9,0.5,0.4,0.1,0.2,b",
  "0.5,1,0.5,44,20,0.9,0.6,0.6,0,0,c",
  "2,1,0.5,45,20,0.9,0.6,,,,",
);

const RUNS: RunTexts = {
  a: {
    "repayment_events.csv": repayments(
      "10,repaid,0,0,no_trade",
      "30,defaulted,0,0,no_trade",
      "20,repaid,0,1,sell_before",
      "x,defaulted,1,1,round_trip",
    ),
  },
  b: { "repayment_events.csv": repayments("5,defaulted,0,2,sell_before") },
  c: { "repayment_events.csv": repayments("8,repaid,1,0,hold_to_maturity") },
};

async function outcomes(sweep = SWEEP, runs = RUNS) {
  const found = await strategyOutcomes(sweep, activeFiles(runs));
  if (found === null) throw new Error("there are outcomes");
  return { byRun: rowsByColumn(columnsCsv(found.byRun)), overall: rowsByColumn(columnsCsv(found.overall)) };
}

Deno.test("each run has its debts and defaults by strategy, weighted by face", async () => {
  const { byRun } = await outcomes();
  assertEquals(byRun.map(({ run_id: id }) => id), ["a", "b", "c"]);
  const [a = {}] = byRun;
  assertEquals(a, {
    ...{ run_id: "a", kappa: "1.0", concentration: "1", mu: "0.5", outside_mid_ratio: "0.9", seed: "42" },
    ...{ face_value: "20", delta_passive: "0.5", delta_active: "0.3", trading_effect: "0.2" },
    ...{ trading_relief_ratio: "0.4", total_liabilities: "4", total_face_value: "60.0", default_count_total: "2" },
    ...{ default_face_total: "30.0", default_rate_total: "0.5" },
    ...{ count_no_trade: "2", face_no_trade: "40.0", default_count_no_trade: "1", default_face_no_trade: "30.0" },
    ...{ default_rate_no_trade: "0.75", count_hold_to_maturity: "0", face_hold_to_maturity: "0.0" },
    ...{ default_count_hold_to_maturity: "0", default_face_hold_to_maturity: "0.0" },
    ...{ default_rate_hold_to_maturity: "0.0", count_sell_before: "1", face_sell_before: "20.0" },
    ...{ default_count_sell_before: "0", default_face_sell_before: "0.0", default_rate_sell_before: "0.0" },
    ...{ count_round_trip: "1", face_round_trip: "0.0", default_count_round_trip: "1" },
    ...{ default_face_round_trip: "0.0", default_rate_round_trip: "0.0" },
  });
});

Deno.test("groups stand in ascending order with four strategies each; the effect is that of the runs that used it", async () => {
  const { overall } = await outcomes();
  assertEquals(
    overall.map((row) => `${row["kappa"]} ${row["strategy"]}`),
    ["0.5", "1.0"].flatMap((kappa) => STRATEGIES.map((strategy) => `${kappa} ${strategy}`)),
  );
  const sold = overall.find((row) => row["kappa"] === "1.0" && row["strategy"] === "sell_before");
  assertEquals(sold, {
    ...{ strategy: "sell_before", kappa: "1.0", concentration: "1", mu: "0.5", outside_mid_ratio: "0.9" },
    ...{ total_face: "25.0", default_face: "5.0", default_rate: "0.2", runs_using_strategy: "2" },
    mean_trading_effect: "0.15000000000000002",
  });
  const unused = overall.find((row) => row["kappa"] === "0.5" && row["strategy"] === "round_trip");
  assertEquals([unused?.["runs_using_strategy"], unused?.["mean_trading_effect"]], ["0", "0.0"]);
});

Deno.test("runs without repayments are left out, a file that cannot be read with a warning", async () => {
  const warnings: string[] = [];
  const runs = { ...RUNS, b: {}, c: { "repayment_events.csv": "face_value\n3\n" } };
  const found = await strategyOutcomes(SWEEP, activeFiles(runs), { onWarning: (text) => warnings.push(text) });
  assertEquals(found?.byRun[0]?.cells, ["a"]);
  assertEquals(warnings, ["c: repayment_events.csv cannot be read: the table has no column outcome"]);
});

Deno.test("there are no tables when there is nothing to count", async () => {
  assertEquals(await strategyOutcomes(SWEEP, activeFiles({})), null);
  assertEquals(await strategyOutcomes(SWEEP, activeFiles({ a: { "repayment_events.csv": repayments() } })), null);
  assertEquals(await strategyOutcomes("", activeFiles(RUNS)), null);
});

Deno.test("the table of another design is refused", async () => {
  await assertRejects(
    () => strategyOutcomes("kappa,treatment_run_id\n1,t\n", activeFiles(RUNS)),
    UsageError,
    "only a balanced sweep",
  );
});

Deno.test("digits beyond the 17th count, but for the reference", async () => {
  const sweep = comparison("1,1,0.5,42,20,0.9,0.9,0.9,0,-0.03477300952118117841865599560,a");
  const relief = async (reference: boolean) => {
    const found = await strategyOutcomes(sweep, activeFiles(RUNS), { reference });
    return rowsByColumn(columnsCsv(found?.byRun ?? []))[0]?.["trading_relief_ratio"];
  };
  assertEquals([await relief(true), await relief(false)], ["-0.0347730095211811", "-0.034773009521181175"]);
});

const debt = fc.tuple(
  fc.integer({ min: 0, max: 1000 }),
  fc.constantFrom("repaid", "defaulted"),
  fc.constantFrom(...STRATEGIES),
).map(([face, outcome, strategy]) => `${face},${outcome},0,0,${strategy}`);

Deno.test("strategies partition the debts of a run, and rates lie between 0 and 1", async () => {
  await fc.assert(fc.asyncProperty(fc.array(debt, { minLength: 1, maxLength: 200 }), async (debts) => {
    const runs = { a: { "repayment_events.csv": repayments(...debts) } };
    const [row = {}] = (await outcomes(SWEEP, runs)).byRun;
    const number = (name: string) => Number(row[name]);
    const total = (name: string) => STRATEGIES.reduce((all, strategy) => all + number(`${name}_${strategy}`), 0);
    assertEquals(total("count"), number("total_liabilities"));
    assertEquals(total("face"), number("total_face_value"));
    assertEquals(total("default_count"), number("default_count_total"));
    assertEquals(total("default_face"), number("default_face_total"));
    const rates = ["total", ...STRATEGIES].map((name) => number(`default_rate_${name}`));
    assertEquals(rates.filter((rate) => !(rate >= 0 && rate <= 1)), []);
  }));
});
