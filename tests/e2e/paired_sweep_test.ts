import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readTable } from "../../src/ring/analytics/tables.ts";
import { bilancio, type Finished, Folder, programArguments, ROOT } from "./program.ts";

/** Four pairs of eight agents. */
const SMALL = ["--n-agents", "8", "--maturity-days", "5", "--q-total", "800", "--kappas", "0.5,1"];
const POINTS = ["--concentrations", "1", "--mus", "0.25,0.75", "--default-handling", "expel-agent"];

function balanced(folder: Folder, ...flags: string[]): Promise<Finished> {
  const grid = [...SMALL, ...POINTS, "--outside-mid-ratios", "0.9"];
  return bilancio(folder.path, "sweep", "balanced", ...grid, "--out-dir", "s", ...flags);
}

function comparison(folder: Folder, ...flags: string[]): Promise<Finished> {
  return bilancio(folder.path, "sweep", "comparison", ...SMALL, ...POINTS, "--out-dir", "s", ...flags);
}

Deno.test("bilancio sweep balanced writes both arms and the aggregates, and says what trading did", async () => {
  using folder = new Folder();
  const { code, out } = await balanced(folder);
  assertEquals(code, 0);
  assertMatch(out, /^Done: 8 runs completed, of 8 \(job [a-z]+-[a-z]+-[a-z]+\)\n/m);
  assertMatch(out, /over 4 pairs: trading lowered it in \d, changed nothing in \d, raised it in \d\n/);
  assertMatch(out, /\neffect of trading +-?\d\.\d{3} +\d\.\d{3} +-?\d\.\d{3} to -?\d\.\d{3}\n/);
  assertStringIncludes(out, "Both runs of a pair share their seed");
  assertMatch(out, /\nkappa \(cash per debt\) +pairs +passive +active +effect +std\. error\n0\.5 +2 /);
  const rows = readTable(folder.read("s/aggregate/comparison.csv"));
  assertEquals(rows.length, 4);
  const names = folder.names();
  for (const name of ["scenario.yaml", "run.html", "out/events.jsonl", "out/dealer_metrics.json"]) {
    assert(names.includes(`s/active/runs/${rows[0]?.["active_run_id"]}/${name}`), name);
  }
  // The detailed tables are on unless they are switched off, and only where there are dealers.
  assert(names.includes(`s/active/runs/${rows[0]?.["active_run_id"]}/out/repayment_events.csv`));
  assert(!names.includes(`s/passive/runs/${rows[0]?.["passive_run_id"]}/out/dealer_metrics.json`));
  assertEquals(JSON.parse(folder.read("s/aggregate/summary.json")).total_pairs, 4);
});

Deno.test("the links of a paired dashboard lead to the pages of the runs of both arms", async () => {
  using folder = new Folder();
  await comparison(folder, "--quiet");
  const page = folder.read("s/aggregate/dashboard.html");
  const files = ["comparison.csv", "summary.json", "../control/registry/experiments.csv"];
  for (const file of files) assertStringIncludes(page, `href="${file}"`);
  const rows = readTable(folder.read("s/aggregate/comparison.csv"));
  for (const row of rows) {
    assert(Deno.statSync(`${folder.path}/s/control/runs/${row["control_run_id"]}/run.html`).isFile);
    assert(Deno.statSync(`${folder.path}/s/treatment/runs/${row["treatment_run_id"]}/run.html`).isFile);
  }
});

Deno.test("the same paired sweep again runs nothing and keeps every row; another is refused by its difference", async () => {
  using folder = new Folder();
  await balanced(folder);
  const before = folder.read("s/aggregate/comparison.csv");
  const again = await balanced(folder, "--kappas", "0.50,1.0", "--resume");
  assertEquals(again.code, 0);
  assertStringIncludes(again.out, "Done: 0 runs completed, 8 there before, of 8");
  const numbers = (csv: string) =>
    readTable(csv).map((row) => [row["seed"], row["delta_active"], row["active_run_id"]]);
  assertEquals(numbers(folder.read("s/aggregate/comparison.csv")), numbers(before));
  const other = await balanced(folder, "--kappas", "0.5,1,2");
  assertEquals([other.code, other.out], [1, ""]);
  assertStringIncludes(other.error, "kappas: 0.5,1 -> 0.5,1,2");
});

Deno.test("local and pool give the same pairs, with files or without", async () => {
  using folder = new Folder();
  const tables: string[] = [];
  for (const [i, flags] of [[], ["--executor", "pool", "--workers", "2"], ["--artifacts", "none"]].entries()) {
    assertEquals((await balanced(folder, "--quiet", ...flags, "--out-dir", `s${i}`)).code, 0);
    tables.push(folder.read(`s${i}/aggregate/comparison.csv`));
  }
  assertEquals(tables[1], tables[0]);
  assertEquals(tables[2], tables[0]);
  assert(!folder.names().some((name) => name.startsWith("s2/active/runs/")));
});

Deno.test("--json prints one object per run and one for the pairs; --quiet nothing; --verbose a line per run", async () => {
  using folder = new Folder();
  const json = await comparison(folder, "--json");
  assertEquals([json.code, json.error], [0, ""]);
  const objects = json.out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.length, 9);
  // The arms have a journal each: which of two runs is on the disk first is the disk's affair.
  const regimes = objects.slice(0, 8).map((object) => object.parameters.regime).sort();
  assertEquals(regimes, [...Array(4).fill("control"), ...Array(4).fill("treatment")]);
  const { sweep, type, runs, total_pairs, pairs_used } = objects[8];
  assertEquals([sweep, type, runs, total_pairs, pairs_used], ["s", "comparison", 8, 4, 4]);
  assertEquals(await comparison(folder, "--quiet", "--out-dir", "q"), { code: 0, out: "", error: "" });
  const verbose = await comparison(folder, "--verbose", "--out-dir", "v");
  assertMatch(verbose.error, /^comparison_control_\w+ kappa=0\.5 concentration=1 mu=0\.25 monotonicity=0 seed=42: /m);
  assertEquals(verbose.error.trim().split("\n").length, 8);
});

Deno.test("a ticket of nothing makes the treatment's runs fail, each with its sentence (spec 03 17.16)", async () => {
  using folder = new Folder();
  const { code, out, error } = await comparison(folder, "--dealer-ticket-size", "0.5", "--reference");
  assertEquals(code, 1);
  assertStringIncludes(out, "Done: 4 runs completed, 4 failed, of 8");
  assertMatch(error, /4 runs failed\. The first was comparison_treatment_\w+: .*ticket_size must be positive/);
  const [row] = readTable(folder.read("s/treatment/registry/experiments.csv"));
  assertEquals(row?.["status"], "failed");
  assertStringIncludes(
    row?.["error"] ?? "",
    "Configuration validation failed:\n  - dealer -> ticket_size: Value error, ticket_size must be positive",
  );
  const [pair] = readTable(folder.read("s/aggregate/comparison.csv"));
  assertEquals([pair?.["control_status"], pair?.["treatment_status"]], ["completed", "failed"]);
  // Corrected, half a unit of money is a ticket.
  assertEquals((await comparison(folder, "--dealer-ticket-size", "0.5", "--quiet", "--out-dir", "half")).code, 0);
});

Deno.test("what cannot be swept is refused in one sentence before anything is written", async () => {
  using folder = new Folder();
  const refused = async (sentence: string, ...args: string[]) => {
    const { code, out, error } = await bilancio(folder.path, "sweep", ...args);
    assertEquals([code, out], [2, ""], error);
    assertStringIncludes(error, sentence);
    assertEquals(error.trim().split("\n").length, 1);
  };
  await refused("sweep balanced needs --out-dir DIR", "balanced");
  await refused(
    "--outside-mid-ratios expects numbers above 0 and up to 1, but got 1.5.",
    ...["balanced", "--out-dir", "s", "--outside-mid-ratios", "1,1.5"],
  );
  await refused("--mus expects numbers from 0 to 1, but got 2.", "comparison", "--out-dir", "s", "--mus", "2");
  await refused("--vbt-share expects a number from 0 to 1", "comparison", "--out-dir", "s", "--vbt-share", "1.2");
  await refused("--face-value expects a number above 0, but got 0.", "balanced", "--out-dir", "s", "--face-value", "0");
  for (const [kind, highest] of [["balanced", "9007199254740367"], ["comparison", "9007199254740867"]] as const) {
    await refused(
      `--base-seed expects a whole number up to ${highest}, as each of`,
      ...[kind, "--out-dir", "s", "--base-seed", "9007199254740991"],
    );
  }
  await refused("did you mean --outside-mid-ratios", "balanced", "--outside-mid-ratio", "1");
  await refused("There is no sweep file nope.yaml", "balanced", "--config", "nope.yaml");
  await refused("needs a liquidity agent", "balanced", "--out-dir", "s", "--liquidity-mode", "single_at");
  assertEquals(folder.names(), []);
});

Deno.test("a sweep killed at its work goes on: every pair once, the same table as of one that was not killed", async () => {
  using folder = new Folder();
  const flags = ["--artifacts", "all", "--json"];
  const args = ["sweep", "balanced", ...SMALL, ...POINTS, "--outside-mid-ratios", "0.9", "--out-dir", "s", ...flags];
  for (const lines of [1, 2, 2]) {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...programArguments(folder.path), ...args],
      cwd: ROOT,
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await heard(child.stdout, lines);
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it had ended
    }
    await child.status;
  }
  const last = await balanced(folder);
  assertEquals(last.code, 0);
  assertMatch(last.out, /Done: \d runs? completed(, \d there before)?, of 8/);
  await balanced(folder, "--out-dir", "whole", "--quiet");
  assertEquals(folder.read("s/aggregate/comparison.csv"), folder.read("whole/aggregate/comparison.csv"));
  for (const arm of ["passive", "active"]) {
    const rows = readTable(folder.read(`s/${arm}/registry/experiments.csv`));
    assertEquals(
      rows.map((row) => [row["seed"], row["status"]]),
      [42, 43, 44, 45].map((seed) => [`${seed}`, "completed"]),
    );
  }
});

/** Reads a stream until it has given so many lines, then lets it go. */
async function heard(stream: ReadableStream<Uint8Array>, lines: number): Promise<void> {
  const reader = stream.getReader();
  let count = 0;
  while (count < lines) {
    const { done, value } = await reader.read();
    if (done) break;
    count += value.filter((byte) => byte === 0x0a).length;
  }
  await reader.cancel();
}

Deno.test("export reads both arms of a paired sweep", async () => {
  using folder = new Folder();
  await balanced(folder, "--quiet");
  const registry = await bilancio(folder.path, "export", "registry", "s", "--format", "csv");
  assertEquals(registry.code, 0);
  assertEquals(readTable(registry.out).map((row) => row["regime"]), [
    ...Array(4).fill("passive"),
    ...Array(4).fill("active"),
  ]);
  const metrics = await bilancio(folder.path, "export", "metrics", "s", "--format", "csv");
  assertEquals([metrics.code, new Set(readTable(metrics.out).map((row) => row["run_id"])).size], [0, 8]);
});

Deno.test("the tables of strategies and of the dealers' use are made from a finished balanced sweep", async () => {
  using folder = new Folder();
  await balanced(folder, "--quiet");
  const usage = await bilancio(folder.path, "sweep", "dealer-usage", "--experiment", "s");
  assertEquals(usage, { code: 0, out: "Written: s/aggregate/dealer_usage_by_run.csv (4 rows)\n", error: "" });
  const outcomes = await bilancio(folder.path, "sweep", "strategy-outcomes", "--experiment", "s", "-v");
  assertEquals([outcomes.code, outcomes.error], [0, ""]);
  assertStringIncludes(outcomes.out, "Written: s/aggregate/strategy_outcomes_overall.csv (16 rows)\n");
  assertEquals(readTable(folder.read("s/aggregate/strategy_outcomes_by_run.csv")).length, 4);

  await comparison(folder, "--quiet", "--out-dir", "c");
  const other = await bilancio(folder.path, "sweep", "dealer-usage", "--experiment", "c");
  assertEquals([other.code, other.out], [2, ""]);
  assertStringIncludes(other.error, "only a balanced sweep can be evaluated");
  await balanced(folder, "--quiet", "--artifacts", "none", "--out-dir", "bare");
  const bare = await bilancio(folder.path, "sweep", "strategy-outcomes", "--experiment", "bare");
  assertEquals(bare.code, 1);
  assertStringIncludes(bare.error, "make the sweep with --detailed-logging and --artifacts all");
});

Deno.test("examples/sweeps/balanced.yaml shows that trading helps, and where", async () => {
  using folder = new Folder();
  const config = ["--config", `${ROOT}examples/sweeps/balanced.yaml`, "--out-dir", "s", "--json"];
  const { code, out } = await bilancio(folder.path, "sweep", "balanced", ...config, "--artifacts", "none");
  assertEquals(code, 0);
  const summary = JSON.parse(out.trim().split("\n").at(-1) ?? "");
  assertEquals([summary.runs, summary.total_pairs, summary.completed_pairs], [120, 60, 60]);
  assert(summary.pairs_with_improvement > 2 * summary.pairs_worsened, out);
  assert(summary.paired_standard_error_effect < summary.unpaired_standard_error_effect);
});
