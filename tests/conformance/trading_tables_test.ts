/**
 * The tables about trading over the recorded balanced sweeps. The rows below were made by pandas 2.3.3 from the same
 * recordings, with the rules of specification 02 13.
 */
import { assert, assertEquals } from "@std/assert";
import type { ActiveFiles } from "../../src/experiments/active_runs.ts";
import { dealerUsage } from "../../src/experiments/dealer_usage.ts";
import { STRATEGIES, strategyOutcomes } from "../../src/experiments/strategy_outcomes.ts";
import { columnsCsv, type TableColumn } from "../../src/experiments/typed_columns.ts";
import { rowsByColumn } from "../experiments/trading_tables.ts";
import { goldenText, recorded } from "./golden.ts";

function recordedFiles(sweep: string): ActiveFiles {
  const read = (...path: string[]) => {
    try {
      return goldenText("sweeps", sweep, "active", "runs", ...path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  };
  return { has: (runId) => read(runId, "scenario.yaml") !== null, text: (runId, file) => read(runId, "out", file) };
}

function comparison(sweep: string): string {
  return goldenText("sweeps", sweep, "aggregate", "comparison.csv");
}

function lines(columns: readonly TableColumn[] | undefined | null): string[] {
  return columnsCsv(columns ?? []).split("\n");
}

const SWEEP = "balanced-n12";

recorded("strategy outcomes of a recorded sweep are those of the reference's table library", async () => {
  const found = await strategyOutcomes(comparison(SWEEP), recordedFiles(SWEEP), { reference: true });
  const byRun = lines(found?.byRun);
  const overall = lines(found?.overall);
  assertEquals(
    byRun.find((line) => line.startsWith("balanced_active_b8ac8601e123")),
    "balanced_active_b8ac8601e123,0.5,0.5,0.0,1.0,504,20,0.7013463892288861,0.7013463892288861,0.0,0,36,1634.0,10," +
      "1146.0,0.7013463892288861,33,1430.0,7,942.0,0.6587412587412588,0,0.0,0,0.0,0.0,3,204.0,3,204.0,1.0,0,0.0,0,0.0,0.0",
  );
  assert(overall.includes("no_trade,0.25,0.5,0.0,0.75,1185.0,1006.0,0.8489451476793249,1,0.0"));
  assert(overall.includes("sell_before,0.25,0.5,0.0,0.75,451.0,451.0,1.0,1,0.0"));
});

recorded("dealer usage of a recorded sweep is that of the reference's table library", async () => {
  const usage = lines(await dealerUsage(comparison(SWEEP), recordedFiles(SWEEP), { reference: true }));
  for (
    const line of [
      "balanced_active_b8ac8601e123,0.5,0.5,0.0,1.0,0.7013463892288861,0.7013463892288861,0.0,0,1,1,1,0.0,0.0,0.0,1.0," +
      "0.0,0.010666666666666666,0.0,1.0,0.17801047120418848,0.0",
      "balanced_active_915af281e92c,0.5,1.0,0.5,0.75,0.7957055214723926,0.7957055214723926,0.0,0,1,1,1,0.0,0.0,0.1,0.9," +
      "0.0,0.037167627154168194,0.0,1.0,0.12490362374710871,0.0",
    ]
  ) assert(usage.includes(line), line);
});

for (const sweep of ["balanced-n12", "balanced-n12-norisk", "balanced-n30", "balanced-n100"]) {
  recorded(`the tables of the recorded sweep ${sweep} agree with its comparison`, async () => {
    const pairs = rowsByColumn(comparison(sweep).replaceAll("\r", ""));
    const found = await strategyOutcomes(comparison(sweep), recordedFiles(sweep));
    const byRun = rowsByColumn(columnsCsv(found?.byRun ?? []));
    const usage = rowsByColumn(columnsCsv(await dealerUsage(comparison(sweep), recordedFiles(sweep)) ?? []));
    assertEquals(byRun.map((row) => row["run_id"]), pairs.map((pair) => pair["active_run_id"]));
    assertEquals(usage.map((row) => row["dealer_trade_count"]), pairs.map((pair) => pair["total_trades"]));
    const points = new Set(
      pairs.map((pair) => ["kappa", "concentration", "mu", "outside_mid_ratio"].map((key) => pair[key]).join()),
    );
    assertEquals(found?.overall[0]?.cells.length, points.size * STRATEGIES.length);
  });
}
