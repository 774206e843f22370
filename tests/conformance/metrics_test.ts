/**
 * The metrics of every recorded scenario and ring sweep, computed from the recorded events and balances, against the
 * recorded files; and the aggregates of the ring sweeps from the recorded registries.
 */
import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/csv";
import { fromFileUrl, join } from "@std/path";
import { Decimal } from "../../src/core/decimal.ts";
import { resultRows, resultsCsv } from "../../src/experiments/aggregate.ts";
import type { RegistryEntry } from "../../src/experiments/contracts.ts";
import {
  debtorSharesCsv,
  historyFromJsonLines,
  intradayCsv,
  metricsCsv,
  metricsJson,
  readTable,
  runSummary,
} from "../../src/ring/analytics/mod.ts";
import { MetricsComputer } from "../../src/ring/analytics/metrics_computer.ts";

const GOLDEN = Deno.env.get("BILANCIO_GOLDEN") ?? fromFileUrl(new URL("../../../shared/golden", import.meta.url));
const SCENARIOS = join(GOLDEN, "scenarios");
const SWEEPS = join(GOLDEN, "sweeps");
const RING_SWEEPS = ["ring-default", "ring-expel-n20", "ring-lhs-frontier"];
const ABSENT = !isFolder(GOLDEN);

/** Units of the 28th digit by which the reference's unordered sum of squares may differ. */
const HHI_TOLERANCE = 1e-26;

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

async function readText(path: string): Promise<string> {
  const file = await Deno.open(path);
  const stream = path.endsWith(".gz") ? file.readable.pipeThrough(new DecompressionStream("gzip")) : file.readable;
  return await new Response(stream).text();
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function recorded(name: string, check: () => Promise<void>): void {
  const label = ABSENT ? `${name} (recordings are missing: set BILANCIO_GOLDEN to their folder)` : name;
  Deno.test({ name: label, ignore: ABSENT, fn: check });
}

const computer = new MetricsComputer({ loadText: readText, exists: (path) => Promise.resolve(isFile(path)) });

async function checkFolder(folder: string): Promise<void> {
  const events = join(folder, "events.jsonl.gz");
  const metrics = await computer.compute({ events_jsonl: events, balances_csv: join(folder, "balances.csv") });
  if (!isFile(join(folder, "metrics.csv"))) {
    assertEquals(metrics.days, [], folder);
    return;
  }
  assertEquals(metricsCsv(metrics.dayMetrics), await readText(join(folder, "metrics.csv")), folder);
  assertEquals(intradayCsv(metrics.intraday), await readText(join(folder, "intraday.csv")), folder);
  assertSameShares(debtorSharesCsv(metrics.debtorShares), await readText(join(folder, "debtor_shares.csv")), folder);
  assertSameJson(metricsJson(metrics.dayMetrics), await readText(join(folder, "metrics.json")), folder);
  const totals = runSummary(historyFromJsonLines(await readText(events)), null);
  const { phi_total, delta_total, max_day } = metrics.summary;
  assertEquals(`${totals.phi_total} ${totals.delta_total} ${totals.max_day}`, `${phi_total} ${delta_total} ${max_day}`);
}

/** The reference keeps the agents of a day in hash order: days in order, rows of a day as a set (spec 02 3.8). */
function assertSameShares(actual: string, expected: string, folder: string): void {
  const days = (text: string) => readTable(text).map((row) => row.day);
  assertEquals(days(actual), days(expected), folder);
  assertEquals(actual.split("\r\n").sort(), expected.split("\r\n").sort(), folder);
}

function assertSameJson(actual: string, expected: string, folder: string): void {
  const pattern = /"HHIplus_t": "?([0-9.E-]+)"?/g;
  assertEquals(actual.replaceAll(pattern, ""), expected.replaceAll(pattern, ""), folder);
  const ours = [...actual.matchAll(pattern)];
  const theirs = [...expected.matchAll(pattern)];
  assertEquals(ours.length, theirs.length, folder);
  for (let i = 0; i < ours.length; i++) {
    const a = Decimal.parse(ours[i]?.[1] ?? "");
    const b = Decimal.parse(theirs[i]?.[1] ?? "");
    assert(a !== undefined && b !== undefined, folder);
    assert(Math.abs(a.minus(b).toNumber()) <= HHI_TOLERANCE, `${folder}: HHIplus_t ${a} instead of ${b}`);
  }
}

function foldersOf(path: string): string[] {
  return ABSENT
    ? []
    : [...Deno.readDirSync(path)].filter((entry) => entry.isDirectory).map((entry) => entry.name).sort();
}

recorded("metric files of every recorded scenario are the recorded ones", async () => {
  const folders = foldersOf(SCENARIOS).filter((name) => isFile(join(SCENARIOS, name, "events.jsonl.gz")));
  assert(folders.length > 60, "the scenarios are incomplete");
  for (const name of folders) await checkFolder(join(SCENARIOS, name));
});

for (const sweep of RING_SWEEPS) {
  const runs = join(SWEEPS, sweep, "runs");

  recorded(`metric files of every run of ${sweep} are the recorded ones`, async () => {
    for (const run of foldersOf(runs)) await checkFolder(join(runs, run, "out"));
  });

  recorded(`results.csv of ${sweep} follows from its registry as recorded`, async () => {
    const registry = await readRegistry(join(SWEEPS, sweep, "registry", "experiments.csv"));
    const rows = await resultRows(registry, (entry) => days(runs, entry, "metrics.csv"), { reference: true });
    assertEquals(resultsCsv(rows), await readText(join(SWEEPS, sweep, "aggregate", "results.csv")));
  });

  recorded(`results.csv of ${sweep} from exact totals shows the same six decimals`, async () => {
    const registry = await readRegistry(join(SWEEPS, sweep, "registry", "experiments.csv"));
    const rows = await resultRows(registry, (entry) => days(runs, entry, "metrics.csv"));
    assertEquals(resultsCsv(rows), await readText(join(SWEEPS, sweep, "aggregate", "results.csv")));
    for (const row of rows) {
      const entry = registry.find((entry) => entry.runId === row.run_id);
      assertEquals(`${row.phi_total ?? ""}`, entry?.metrics.phi_total);
    }
  });

  recorded(`totals of ${sweep} equal the text of its registry to the last digit`, async () => {
    for (const entry of await readRegistry(join(SWEEPS, sweep, "registry", "experiments.csv"))) {
      const totals = runSummary(
        historyFromJsonLines(await readText(join(runs, entry.runId, "out", "events.jsonl.gz"))),
        null,
      );
      assertEquals(`${totals.phi_total ?? ""}`, entry.metrics.phi_total, entry.runId);
      assertEquals(`${totals.delta_total ?? ""}`, entry.metrics.delta_total, entry.runId);
      assertEquals(`${totals.max_day}`, entry.metrics.time_to_stability, entry.runId);
    }
  });
}

async function days(runs: string, entry: RegistryEntry, file: string) {
  return readTable(await readText(join(runs, entry.runId, "out", file)));
}

const METRICS = ["phi_total", "delta_total", "time_to_stability"];

async function readRegistry(path: string): Promise<RegistryEntry[]> {
  const [header = [], ...records] = parse(await readText(path));
  return records.map((record) => {
    const row = Object.fromEntries(header.map((column, i) => [column, record[i] ?? ""]));
    const { run_id = "", experiment_id = "", status, metrics_csv = "", ...rest } = row;
    assert(status === "completed" || status === "failed");
    return {
      runId: run_id,
      experimentId: experiment_id,
      status,
      parameters: Object.fromEntries(Object.entries(rest).filter(([column]) => !METRICS.includes(column))),
      metrics: Object.fromEntries(METRICS.map((column) => [column, rest[column] ?? ""])),
      artifactPaths: { metrics_csv },
      error: null,
    };
  });
}
