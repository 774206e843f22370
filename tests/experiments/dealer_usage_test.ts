/** Use of the dealers (specification 02 13.4). */
import { assertEquals } from "@std/assert";
import { dealerUsage } from "../../src/experiments/dealer_usage.ts";
import { columnsCsv } from "../../src/experiments/typed_columns.ts";
import { activeFiles, comparison, repayments, rowsByColumn, type RunTexts } from "./trading_tables.ts";

const SWEEP = comparison("1,1,0.5,42,20,0.9,0.5,0.3,0.2,0.4,a", "1,1,0.5,43,20,0.9,0.5,0.4,0.1,0.2,b");

const lines = (...rows: string[]) => [...rows, ""].join("\r\n");

const TRADED: RunTexts = {
  a: {
    "trades.csv": lines(
      "trader_id,face_value,price",
      "H1,20,18.5",
      "dealer_mid,20,17",
      "H2,20,19",
      "H1,20,0.5",
    ),
    "inventory_timeseries.csv": lines(
      "day,bucket,dealer_inventory,is_at_zero,hit_vbt_this_step",
      "0,short,0,True,False",
      "0,mid,0,True,False",
      "1,short,2,False,False",
      "1,mid,0,True,True",
      "2,short,0,True,False",
      "2,mid,0,False,False",
      "3,short,1,False,True",
      "3,mid,1,False,False",
    ),
    "system_state_timeseries.csv": lines("day,total_face_value,debt_to_money", "0,400,0.5", "1,300,0.25", "2,100,0.75"),
    "repayment_events.csv": repayments(
      "10,repaid,0,1,sell_before",
      "30,repaid,0,0,no_trade",
      "0,defaulted,1,0,hold_to_maturity",
    ),
  },
};

async function usage(runs: RunTexts): Promise<Record<string, string>[]> {
  return rowsByColumn(columnsCsv(await dealerUsage(SWEEP, activeFiles(runs)) ?? []));
}

Deno.test("trades, inventories, system states and repayments of a run are counted", async () => {
  assertEquals(await usage(TRADED), [{
    ...{ run_id: "a", kappa: "1", concentration: "1", mu: "0.5", outside_mid_ratio: "0.9", delta_passive: "0.5" },
    ...{ delta_active: "0.3", trading_effect: "0.2", trading_relief_ratio: "0.4" },
    ...{ dealer_trade_count: "4", trader_dealer_trade_count: "3", n_traders_using_dealer: "2" },
    ...{ total_face_traded: "60.0", total_cash_volume: "38.0" },
    ...{ dealer_active_fraction: "0.5", dealer_empty_fraction: "0.25", vbt_usage_fraction: "0.5" },
    ...{ mean_debt_to_money: "0.5", final_debt_to_money: "0.75", debt_shrink_rate: "0.75" },
    ...{ frac_defaulted_that_traded: "0.0", frac_repaid_that_traded: "0.25" },
  }]);
});

Deno.test("without files counts are 0 and fractions are empty", async () => {
  const [row = {}] = await usage({ b: {} });
  assertEquals(Object.values(row).slice(9), ["0", "0", "0", "0.0", "0.0", ...new Array<string>(8).fill("")]);
});

Deno.test("an outcome that no debt had leaves its fraction empty, a debt that began at 0 did not shrink", async () => {
  const [row = {}] = await usage({
    b: {
      "repayment_events.csv": repayments("10,repaid,1,0,hold_to_maturity"),
      "system_state_timeseries.csv": lines("day,total_face_value,debt_to_money", "0,0,0", "1,5,0.1"),
    },
  });
  assertEquals([row["frac_defaulted_that_traded"], row["frac_repaid_that_traded"]], ["", "1.0"]);
  assertEquals(row["debt_shrink_rate"], "0.0");
});

Deno.test("a file that cannot be read counts as missing, with a warning", async () => {
  const warnings: string[] = [];
  const runs = { a: { "trades.csv": 'trader_id,face_value,price\nH1,"20,3\n' } };
  const found = await dealerUsage(SWEEP, activeFiles(runs), { onWarning: (text) => warnings.push(text) });
  assertEquals(found?.find(({ name }) => name === "dealer_trade_count")?.cells, [0]);
  assertEquals(warnings.length, 1);
});

Deno.test("a sweep of which no active run was kept has no table", async () => {
  assertEquals(await dealerUsage(SWEEP, activeFiles({})), null);
});
