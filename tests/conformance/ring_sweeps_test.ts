/** The commands of golden/sweeps/ring-* made again: registry, aggregates and every file of every run. */
import { assert, assertEquals } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import { resultRows, resultsCsv } from "../../src/experiments/aggregate.ts";
import type { RegistryEntry } from "../../src/experiments/contracts.ts";
import { type RingSweepOverrides, ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { planRingSweep, runRingSweep } from "../../src/experiments/ring_sweep.ts";
import { PoolExecutor } from "../../src/executors/pool.ts";
import { REFERENCE } from "../../src/ring/behaviours.ts";
import { readTable } from "../../src/ring/analytics/tables.ts";
import { FileRegistryStore } from "../../src/stores/files/registry_store.ts";
import { FileResultStore } from "../../src/stores/files/result_store.ts";
import { Place } from "../stores/places.ts";
import { csvDifferences, csvRecords, eventDifferences, recordedText, renamedLines } from "./compare.ts";
import { GOLDEN, recorded } from "./golden.ts";

const list = (text: string): Decimal[] => text.split(",").map((part) => Decimal.parse(part) ?? Decimal.ZERO);
const float = (text: string): Decimal => Decimal.fromNumber(Number(text));

/** What the flags in `sweep.json` stand for. */
const FLAGS: Readonly<Record<string, (value: string) => RingSweepOverrides>> = {
  "--n-agents": (value) => ({ nAgents: Number(value) }),
  "--maturity-days": (value) => ({ maturityDays: Number(value) }),
  "--q-total": (value) => ({ qTotal: float(value) }),
  "--liquidity-mode": (value) => ({ liquidityMode: value === "uniform" ? "uniform" : "single_at" }),
  "--default-handling": (value) => ({ defaultHandling: value === "expel-agent" ? "expel-agent" : "fail-fast" }),
  "--kappas": (value) => ({ kappas: list(value) }),
  "--concentrations": (value) => ({ concentrations: list(value) }),
  "--mus": (value) => ({ mus: list(value) }),
  "--monotonicities": (value) => ({ monotonicities: list(value) }),
  "--base-seed": (value) => ({ baseSeed: Number(value) }),
  "--lhs": (value) => ({ lhs: Number(value) }),
  "--frontier-low": (value) => ({ frontierLow: float(value) }),
  "--frontier-high": (value) => ({ frontierHigh: float(value) }),
};

function overridesOf(command: readonly string[]): RingSweepOverrides {
  let overrides: RingSweepOverrides = { behaviours: REFERENCE };
  const words = command.slice(2).flatMap((word) => word.includes("=") ? word.split("=") : [word]);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--no-grid") overrides = { ...overrides, grid: false };
    else if (word === "--frontier") overrides = { ...overrides, frontier: true };
    else overrides = { ...overrides, ...(FLAGS[word]?.(words[++at] ?? "") ?? assert(false, word)) };
  }
  return overrides;
}

/** Rows without ids and paths, which the reference draws at random. */
function comparable(csv: string): string {
  const [header = [], ...rows] = csvRecords(csv);
  const kept = header.map((name, i) => /^run_id$|_(yaml|jsonl|csv|html)$/.test(name) ? -1 : i).filter((i) => i >= 0);
  return [header, ...rows].map((row) => kept.map((i) => row[i]).join(",")).join("\n");
}

/** The run ids of a registry by seed. */
function idsBySeed(csv: string): Map<string, string> {
  return new Map(readTable(csv).map((row) => [row["seed"] ?? "", row["run_id"] ?? ""]));
}

/** Tables of a run whose rows are compared in order; debtor shares come in any order (golden/sweeps/README). */
const TABLES = ["balances.csv", "metrics.csv", "intraday.csv"];

for (const sweep of ["ring-default", "ring-expel-n20", "ring-lhs-frontier"]) {
  recorded(`sweep ${sweep}: registry, results.csv and all files of all runs are as recorded`, async () => {
    using place = new Place();
    const settings = ringSweepSettings(
      overridesOf(JSON.parse(recordedText(GOLDEN, "sweeps", sweep, "sweep.json")).command),
    );
    const results = new FileResultStore(place.path);
    await using registry = new FileRegistryStore(place.path);
    await using executor = new PoolExecutor({ workers: 2, results });
    await runRingSweep(settings, planRingSweep(settings), { executor, registry });

    const theirs = recordedText(GOLDEN, "sweeps", sweep, "registry", "experiments.csv");
    const ours = place.read("registry/experiments.csv");
    // The spelling of every decimal counts here, too.
    assertEquals(comparable(ours).split("\n"), comparable(theirs).replaceAll("\r", "").split("\n"));

    const days = (entry: RegistryEntry) => readTable(place.read(entry.artifactPaths["metrics_csv"] ?? ""));
    const rows = await resultRows(await registry.listRuns(""), days, { reference: true });
    const recordedResults = recordedText(GOLDEN, "sweeps", sweep, "aggregate", "results.csv");
    assertEquals(csvDifferences(comparable(resultsCsv(rows)), comparable(recordedResults)), []);

    const ids = idsBySeed(ours);
    for (const [seed, theirId] of idsBySeed(theirs)) {
      const out = `runs/${ids.get(seed)}/out`;
      const file = (name: string) => recordedText(GOLDEN, "sweeps", sweep, "runs", theirId, "out", name);
      const events = renamedLines(place.read(`${out}/events.jsonl`));
      assertEquals(eventDifferences(events, renamedLines(file("events.jsonl.gz"))), [], `${seed} events`);
      for (const name of TABLES) {
        assertEquals(csvDifferences(place.read(`${out}/${name}`), file(name)), [], `seed ${seed} ${name}`);
      }
    }
  });
}
