import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Conflict, NotFound } from "../../src/core/errors.ts";
import { BALANCED_COLUMNS, COMPARISON_COLUMNS, comparisonCsv } from "../../src/experiments/comparison.ts";
import { BALANCED, COMPARISON, planPairedSweep } from "../../src/experiments/paired_plan.ts";
import { balancedSettings, comparisonSettings } from "../../src/experiments/paired_settings.ts";
import { pairedSummary, summaryObject } from "../../src/experiments/paired_summary.ts";
import { executeRing } from "../../src/executors/ring_run.ts";
import { failedProduct, type RunFunction } from "../../src/executors/run_product.ts";
import { REFERENCE } from "../../src/ring/behaviours.ts";
import { readTable } from "../../src/ring/analytics/tables.ts";
import { Place } from "../stores/places.ts";
import { decimals, isTrading, pairedSweep, product, tradingHelps } from "./pairs.ts";

/** Four pairs. */
const GRID = { kappas: decimals("0.50", "1"), concentrations: decimals("1"), mus: decimals("0", "0.5") };
const BALANCED_SMALL = balancedSettings({ ...GRID, outsideMidRatios: decimals("0.9") });
const COMPARISON_SMALL = comparisonSettings(GRID);

Deno.test("both arms are sweeps of their own below the directory, with one plan and one lock above them", async () => {
  using place = new Place();
  const { outcome } = await pairedSweep(place, BALANCED_SMALL, { artifacts: "all" });
  assertEquals(outcome, { runs: 8, skipped: 0, completed: 8, failed: 0, isInterrupted: false });
  const names = place.names("s").filter((name) => !name.includes("/runs/"));
  assertEquals(names, [
    "s/active/",
    "s/active/registry/",
    "s/active/registry/experiments.csv",
    "s/active/registry/journal.jsonl",
    "s/aggregate/",
    "s/aggregate/.lock",
    "s/passive/",
    "s/passive/registry/",
    "s/passive/registry/experiments.csv",
    "s/passive/registry/journal.jsonl",
    "s/plan.jsonl",
  ]);
  const rows = readTable(place.read("s/active/registry/experiments.csv"));
  assertEquals(rows.map((row) => [row["seed"], row["regime"], row["outside_mid_ratio"], row["total_trades"]]), [
    ["42", "active", "0.9", "3"],
    ["43", "active", "0.9", "3"],
    ["44", "active", "0.9", "3"],
    ["45", "active", "0.9", "3"],
  ]);
  assertEquals(rows[0]?.["run_html"], `../runs/${rows[0]?.["run_id"]}/run.html`);
  assert(Deno.statSync(`${place.path}/s/active/registry/${rows[0]?.["run_html"]}`).isFile);
});

Deno.test("a row of comparison.csv has both deltas, the effect, its relief, and what the dealers made", async () => {
  using place = new Place();
  const { rows } = await pairedSweep(place, BALANCED_SMALL);
  const { passive_run_id: passive, active_run_id: active, ...row } = readTable(comparisonCsv(rows, BALANCED))[2] ?? {};
  assertEquals(row, {
    kappa: "1",
    concentration: "1",
    mu: "0",
    monotonicity: "0",
    seed: "44",
    face_value: "20",
    outside_mid_ratio: "0.9",
    big_entity_share: "0.25",
    delta_passive: "0.5",
    delta_active: "0.4",
    trading_effect: "0.1",
    trading_relief_ratio: "0.2",
    phi_passive: "0.5",
    phi_active: "0.6",
    passive_status: "completed",
    active_status: "completed",
    dealer_total_pnl: "-1.5",
    dealer_total_return: "",
    total_trades: "3",
  });
  assert(passive?.startsWith("balanced_passive_") && active?.startsWith("balanced_active_"));
});

Deno.test("the tables have the columns of the reference, in its order", () => {
  assertEquals(COMPARISON_COLUMNS.length, 33);
  assertEquals(
    COMPARISON_COLUMNS.slice(9, 16).join(),
    [
      "phi_control,phi_treatment,control_run_id,control_status",
      "treatment_run_id,treatment_status,dealer_total_pnl",
    ].join(),
  );
  assertEquals(BALANCED_COLUMNS.length, 21);
});

Deno.test("as in the reference the registry has its columns alone, and the dealers' numbers come from the run's file", async () => {
  using place = new Place();
  const settings = comparisonSettings({ ...GRID, behaviours: REFERENCE });
  const dealer = { dealer_total_pnl: 2, dealer_profitable: true, total_trades: 4 };
  const run: RunFunction = (request, control) => product(request, control, "0.5", isTrading(request) ? dealer : {});
  const { rows } = await pairedSweep(place, settings, { run, artifacts: "all" });
  const [header = ""] = place.read("s/treatment/registry/experiments.csv").split("\r\n");
  assertEquals(header.split(",").length, 26);
  assertEquals(rows.map((row) => [row["dealer_total_pnl"], row["dealer_profitable"], row["total_trades"]]), [
    ["2.0", "True", "4"],
    ["2.0", "True", "4"],
    ["2.0", "True", "4"],
    ["2.0", "True", "4"],
  ]);
});

Deno.test("maps by bucket go through the registry as one line of JSON", async () => {
  using place = new Place();
  const dealer = { dealer_mid_final: '{"short": 1.0, "mid": 0.95}' };
  const run: RunFunction = (request, control) => product(request, control, "0.5", isTrading(request) ? dealer : {});
  const { rows } = await pairedSweep(place, COMPARISON_SMALL, { run });
  assertEquals(rows[0]?.["dealer_mid_final"], '{"short": 1.0, "mid": 0.95}');
});

Deno.test("a pair is never half-counted: an interrupted sweep has whole pairs only, and goes on with the others", async () => {
  using place = new Place();
  const stop = new AbortController();
  let made = 0;
  const first = await pairedSweep(place, BALANCED_SMALL, {
    ports: { stop: stop.signal },
    run: (request, control) => {
      if (++made === 5) stop.abort();
      return tradingHelps(request, control);
    },
  });
  assertEquals([first.outcome.completed, first.outcome.isInterrupted, first.rows.length], [5, true, 2]);
  const rest = await pairedSweep(place, BALANCED_SMALL);
  assertEquals([rest.outcome.skipped, rest.outcome.completed, rest.rows.length], [5, 3, 4]);
  using whole = new Place();
  assertEquals(rest.rows, (await pairedSweep(whole, BALANCED_SMALL)).rows);
});

Deno.test("a sweep that is there keeps every row when it is started again, 1 written as 1.0 too", async () => {
  using place = new Place();
  const first = await pairedSweep(place, BALANCED_SMALL);
  const respelt = balancedSettings({ ...GRID, kappas: decimals("0.5", "1.0"), outsideMidRatios: decimals("0.90") });
  const again = await pairedSweep(place, respelt, { resume: true });
  assertEquals([again.outcome.skipped, again.outcome.completed, again.rows.length], [8, 0, 4]);
  const numbers = (row: Readonly<Record<string, string>>) => [row["delta_active"], row["seed"], row["total_trades"]];
  assertEquals(again.rows.map(numbers), first.rows.map(numbers));
});

Deno.test("another grid in the same directory is refused by its difference; nothing there changes", async () => {
  using place = new Place();
  await pairedSweep(place, BALANCED_SMALL);
  const before = place.names("s").filter((name) => !name.endsWith("/")).map((name) => place.read(name));
  const other = balancedSettings({ ...GRID, kappas: decimals("0.5", "1", "2"), outsideMidRatios: decimals("0.9") });
  const error = await assertRejects(() => pairedSweep(place, other), Conflict);
  assertStringIncludes(error.message, "kappas: 0.5,1 -> 0.5,1,2".replace("0.5,1 ->", "0.50,1 ->"));
  assertEquals(place.names("s").filter((name) => !name.endsWith("/")).map((name) => place.read(name)), before);
});

Deno.test("a comparison.csv that no plan stands behind is not written over", async () => {
  using place = new Place();
  place.write("s/aggregate/comparison.csv", "kappa\r\n1\r\n");
  const error = await assertRejects(() => pairedSweep(place, BALANCED_SMALL), Conflict);
  assertStringIncludes(error.message, "a comparison.csv without a plan.jsonl");
  assertEquals(place.read("s/aggregate/comparison.csv"), "kappa\r\n1\r\n");
  await assertRejects(() => pairedSweep(place, BALANCED_SMALL, { resume: true }), NotFound);
});

Deno.test("two sweeps into one directory at once: the second is refused with the name of the first", async () => {
  using place = new Place();
  const seen: string[] = [];
  await pairedSweep(place, BALANCED_SMALL, {
    run: async (request, control) => {
      const error = await assertRejects(() => pairedSweep(place, BALANCED_SMALL), Conflict);
      seen.push(error.message);
      return tradingHelps(request, control);
    },
  });
  assertEquals(seen.length, 8);
  assertStringIncludes(seen[0] ?? "", `${place.path}/s is in use by process ${Deno.pid} (sweep balanced,`);
});

Deno.test("a run that fails makes a pair without effect, which the statistics leave out", async () => {
  using place = new Place();
  const run: RunFunction = (request, control) =>
    isTrading(request) && request.parameters?.["kappa"] === "0.50"
      ? failedProduct(request, new Error("the market is closed"))
      : tradingHelps(request, control);
  const { outcome, pairs, rows } = await pairedSweep(place, COMPARISON_SMALL, { run });
  assertEquals([outcome.completed, outcome.failed, pairs.length], [6, 2, 4]);
  assertEquals([rows[0]?.["control_status"], rows[0]?.["treatment_status"], rows[0]?.["delta_reduction"]], [
    "completed",
    "failed",
    "",
  ]);
  const summary = pairedSummary(pairs);
  assertEquals([summary.total, summary.completed, summary.failedTradingRuns], [4, 2, 2]);
  // Made again, the pair counts.
  const again = await pairedSweep(place, COMPARISON_SMALL);
  assertEquals([again.outcome.skipped, again.outcome.completed, pairedSummary(again.pairs).completed], [6, 2, 4]);
});

Deno.test("a completed run without dues keeps its status; the reference calls it failed", async () => {
  using place = new Place();
  const run: RunFunction = (request, control) => product(request, control, null);
  const ours = await pairedSweep(place, COMPARISON_SMALL, { run });
  assertEquals(ours.rows.map((row) => row["control_status"]), Array(4).fill("completed"));
  using other = new Place();
  const theirs = await pairedSweep(other, comparisonSettings({ ...GRID, behaviours: REFERENCE }), {
    run,
    artifacts: "all",
  });
  assertEquals(theirs.rows.map((row) => row["control_status"]), Array(4).fill("failed"));
});

Deno.test("relief is 0 where nothing defaulted without trading", async () => {
  using place = new Place();
  const run: RunFunction = (request, control) => product(request, control, isTrading(request) ? "0.25" : "0");
  const { rows } = await pairedSweep(place, COMPARISON_SMALL, { run });
  assertEquals([rows[0]?.["delta_reduction"], rows[0]?.["relief_ratio"]], ["-0.25", "0"]);
});

Deno.test("summary.json has the reference's keys first and ours behind them, none of ours under --reference", async () => {
  using place = new Place();
  const { pairs } = await pairedSweep(place, BALANCED_SMALL);
  const { header } = planPairedSweep(BALANCED_SMALL);
  const object = summaryObject(pairedSummary(pairs), BALANCED, header);
  const theirs = summaryObject(pairedSummary(pairs), BALANCED, { ...header, reference: true });
  assertEquals(Object.keys(theirs), [
    "total_pairs",
    "completed_pairs",
    "mean_delta_passive",
    "mean_delta_active",
    "mean_trading_effect",
    "mean_relief_ratio",
    "pairs_with_improvement",
    "pairs_unchanged",
    "pairs_worsened",
    "config",
  ]);
  assertEquals(Object.keys(object).slice(0, 10), Object.keys(theirs));
  // Effects 0.05, 0.05, 0.1, 0.1: mean 0.075, sample deviation 0.0288..., over the root of 4.
  assertEquals(object["pairs_used"], 4);
  assert(Math.abs(Number(object["mean_trading_effect"]) - 0.075) < 1e-12);
  assert(Math.abs(Number(object["paired_standard_error_effect"]) - 0.05 / Math.sqrt(12)) < 1e-12);
  assertEquals(object["correlation_of_arms"], null);
  const improved = [object["pairs_with_improvement"], object["pairs_unchanged"], object["pairs_worsened"]];
  assertEquals(improved, [4, 0, 0]);
});

Deno.test("summary.json of a comparison counts failed runs and lists the grid", () => {
  const settings = comparisonSettings(GRID);
  const object = summaryObject(pairedSummary([]), COMPARISON, planPairedSweep(settings).header);
  assertEquals(JSON.parse(JSON.stringify(object)).config, {
    n_agents: 100,
    maturity_days: 10,
    Q_total: "10000.0",
    base_seed: 42,
    kappas: ["0.50", "1"],
    concentrations: ["1"],
    mus: ["0", "0.5"],
  });
  assertEquals([object["total_pairs"], object["failed_control_runs"], object["mean_delta_control"]], [0, 0, null]);
});

Deno.test("the passive arm of a balanced sweep is a real simulation", async () => {
  using place = new Place();
  const settings = balancedSettings({
    ...GRID,
    outsideMidRatios: decimals("0.9"),
    nAgents: 6,
    maturityDays: 4,
    defaultHandling: "expel-agent",
  });
  const run: RunFunction = (request, control) =>
    isTrading(request) ? tradingHelps(request, control) : executeRing(request, control);
  const { outcome } = await pairedSweep(place, settings, { run, artifacts: "all" });
  assertEquals([outcome.completed, outcome.failed], [8, 0]);
  const [row] = readTable(place.read("s/passive/registry/experiments.csv"));
  // spec 03 17.9: holders own 37.5 percent more claims than the ring has.
  assertEquals(Number(row?.["S1"]), 13750);
  assert(Number(row?.["delta_total"]) > 0);
});
