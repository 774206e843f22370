/**
 * The commands of golden/sweeps/comparison-* and balanced-* made again by the program as a user types them: registries,
 * comparison.csv, summary.json and every file of every run. Run ids are random in the recordings: rows are matched by
 * seed, of which every pair has one.
 */
import { assert, assertEquals } from "@std/assert";
import { readTable, type TableRow } from "../../src/ring/analytics/tables.ts";
import { bilancio, Folder } from "../e2e/program.ts";
import {
  csvDifferences,
  eventDifferences,
  IdRenaming,
  recordedText,
  recordedTextIfAny,
  renamedLines,
  sameCell,
} from "./compare.ts";
import { GOLDEN, recorded } from "./golden.ts";

const SWEEPS: readonly (readonly [name: string, arms: readonly [string, string]])[] = [
  ["comparison-n12-failfast", ["control", "treatment"]],
  ["comparison-n30", ["control", "treatment"]],
  ["comparison-n100", ["control", "treatment"]],
  ["balanced-n12", ["passive", "active"]],
  ["balanced-n12-norisk", ["passive", "active"]],
  ["balanced-n30", ["passive", "active"]],
  ["balanced-n100", ["passive", "active"]],
];

const TOLERANCE = 1e-9;

/** Rows by seed; the recordings' own order is that of the seeds. */
function bySeed(text: string): Map<string, TableRow> {
  return new Map(readTable(text).map((row) => [row["seed"] ?? "", row]));
}

/** Cells that hold ids or paths with ids, which are random in the recordings. */
const NAMED = /run_id$|_(yaml|jsonl|csv|html)$/;
/** Maps by bucket, whose order is arbitrary in the recordings. */
const MAPS = /_(final|final_pct)$/;

function rowDifferences(ours: Map<string, TableRow>, theirs: Map<string, TableRow>): string[] {
  const found: string[] = [];
  for (const [seed, row] of theirs) {
    const other = ours.get(seed) ?? {};
    for (const [column, cell] of Object.entries(row)) {
      if (NAMED.test(column)) continue;
      const mine = other[column] ?? "(none)";
      const same = MAPS.test(column) && cell !== "" ? sameJson(mine, cell) : sameCell(mine, cell, TOLERANCE);
      if (!same) found.push(`seed ${seed}, ${column}: ours ${mine}, recorded ${cell}`);
    }
  }
  return found.slice(0, 10);
}

function sameJson(ours: string, theirs: string): boolean {
  return sameTree(JSON.parse(ours), JSON.parse(theirs));
}

/** Whether two values of JSON say the same: keys in any order, numbers within a relative error. */
function sameTree(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return sameCell(String(a), String(b), TOLERANCE);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))];
  return left.size === right.size &&
    [...left].every(([key, value]) => right.has(key) && sameTree(value, right.get(key)));
}

const METRICS = ["balances.csv", "metrics.csv", "intraday.csv"];
const MARKET = ["trades.csv", "inventory_timeseries.csv", "system_state_timeseries.csv", "repayment_events.csv"];

/** Ids of tickets and payables as the log names them, ids of runs as one. */
function nameless(text: string, renaming: IdRenaming): string {
  return renaming.renameBeside(text.replace(/\b(?:balanced|comparison)_[a-z]+_[0-9a-f]{12}\b/g, "RUN"));
}

function runDifferences(
  ours: (name: string) => string | undefined,
  theirs: (name: string) => string | undefined,
): string[] {
  const [mine, recordings] = [new IdRenaming(), new IdRenaming()];
  const log = eventDifferences(
    renamedLines(ours("out/events.jsonl") ?? "", mine),
    renamedLines(theirs("out/events.jsonl.gz") ?? "", recordings),
  );
  if (log.length > 0) return log.map((line) => `events: ${line}`);
  const found: string[] = [];
  for (const name of [...METRICS, ...MARKET]) {
    const [left, right] = [ours(`out/${name}`), theirs(`out/${name}`)];
    if (left === undefined || right === undefined) {
      if (left !== right) found.push(`${name}: only ${left === undefined ? "recorded" : "ours"}`);
      continue;
    }
    const differences = MARKET.includes(name)
      ? csvDifferences(nameless(left, mine), nameless(right, recordings))
      : csvDifferences(left, right);
    found.push(...differences.slice(0, 3).map((line) => `${name}: ${line}`));
  }
  const [figures, recordedFigures] = [ours("out/dealer_metrics.json"), theirs("out/dealer_metrics.json")];
  if (recordedFigures === undefined ? figures !== undefined : !sameJson(figures ?? "null", recordedFigures)) {
    found.push(`dealer_metrics.json: ours ${figures}, recorded ${recordedFigures}`);
  }
  return found;
}

function textIfAny(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

for (const [name, arms] of SWEEPS) {
  recorded(
    `golden/sweeps/${name}: registries, comparison.csv, summary.json and all files are as recorded`,
    async () => {
      using folder = new Folder();
      const { command } = JSON.parse(recordedText(GOLDEN, "sweeps", name, "sweep.json"));
      const { code, error } = await bilancio(folder.path, ...command, "--reference", "--quiet", "--out-dir", "s");
      assertEquals([code, error], [0, ""]);

      const comparison = bySeed(folder.read("s/aggregate/comparison.csv"));
      const theirs = bySeed(recordedText(GOLDEN, "sweeps", name, "aggregate", "comparison.csv"));
      assert(theirs.size > 1);
      assertEquals([...comparison.keys()], [...theirs.keys()]);
      assertEquals(Object.keys([...comparison.values()][0] ?? {}), Object.keys([...theirs.values()][0] ?? {}));
      assertEquals(rowDifferences(comparison, theirs), []);

      const summary = folder.read("s/aggregate/summary.json");
      const theirSummary = recordedText(GOLDEN, "sweeps", name, "aggregate", "summary.json");
      assert(sameJson(summary, theirSummary), `${summary} is recorded as ${theirSummary}`);

      for (const arm of arms) {
        const registry = bySeed(folder.read(`s/${arm}/registry/experiments.csv`));
        const recordedRegistry = bySeed(recordedText(GOLDEN, "sweeps", name, arm, "registry", "experiments.csv"));
        assertEquals(rowDifferences(registry, recordedRegistry), [], `${arm} registry`);
        for (const [seed, row] of recordedRegistry) {
          const runs = `${folder.path}/s/${arm}/runs/${registry.get(seed)?.["run_id"]}`;
          const differences = runDifferences(
            (file) => textIfAny(`${runs}/${file}`),
            (file) => recordedTextIfAny(GOLDEN, "sweeps", name, arm, "runs", row["run_id"] ?? "", file),
          );
          assertEquals(differences, [], `${arm}, seed ${seed}`);
        }
      }
    },
  );
}
