/**
 * Every recorded scenario and sweep with a dealer market, run with the reference's behaviours: events line by line,
 * balances, how the run ended, and the files of the market.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { eventLines } from "../../src/core/json_lines.ts";
import { balancesCsv } from "../../src/ring/balances.ts";
import { dealerMetricsText, marketTables } from "../../src/ring/dealers/outcome.ts";
import { simulateRing, type SimulateRingOptions } from "../../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import type { DefaultHandling } from "../../src/ring/scenario/types.ts";
import {
  csvDifferences,
  eventDifferences,
  goldenFolder,
  IdRenaming,
  recordedText,
  recordedTextIfAny,
  renamedLines,
} from "./compare.ts";

const GOLDEN = goldenFolder() ?? "";
const ABSENT = GOLDEN === "";

interface RecordedCase {
  readonly case: string;
  readonly days: number;
  readonly outcome: "stable" | "max-days" | "stopped" | "refused";
}

interface RecordedOptions {
  readonly default_handling: DefaultHandling | null;
  readonly max_days: number;
  readonly quiet_days: number;
  readonly agents: readonly string[] | null;
}

/** Where a run was recorded and how it was stamped. */
interface Recording {
  /** Folder of events, balances and dealer files. */
  readonly folder: string;
  readonly runId: string;
  readonly regime: string;
}

const TABLES = ["trades.csv", "repayment_events.csv", "inventory_timeseries.csv", "system_state_timeseries.csv"];

/** The reference's zeros have a sign; ours have none. */
const NEGATIVE_ZERO = /(?<=,)-0(?=[,\r])/g;

/** Asserts that a run gives the recorded events, balances and market files; returns the renaming of ids of both. */
function assertRecorded(outcome: RingOutcome, { folder, runId, regime }: Recording): readonly [IdRenaming, IdRenaming] {
  const renamings = [new IdRenaming(), new IdRenaming()] as const;
  const [ours, theirs] = renamings;
  const lines = renamedLines(eventLines(outcome.log), ours);
  const recorded = renamedLines(recordedText(folder, "events.jsonl.gz"), theirs);
  assertEquals(eventDifferences(lines, recorded), [], runId);
  assertEquals(csvDifferences(balancesCsv(outcome), recordedText(folder, "balances.csv")), [], runId);
  const { market } = outcome;
  assertEquals(market !== undefined, regime === "active" || regime === "treatment", runId);
  if (market === undefined) return renamings;
  const metrics: unknown = JSON.parse(recordedText(folder, "dealer_metrics.json"));
  assertEquals<unknown>(JSON.parse(dealerMetricsText(market)), metrics, runId);
  const files = new Map(
    marketTables(market, outcome.log, { runId, regime: "active" }).map(({ name, content }) => [name, content]),
  );
  // Some sweeps were recorded without the detailed tables.
  if (TABLES.every((name) => recordedTextIfAny(folder, name) === undefined)) return renamings;
  for (const name of TABLES) {
    const text = recordedTextIfAny(folder, name);
    const own = files.get(name);
    assertEquals(own === undefined, text === undefined, `${runId}: ${name}`);
    // The chapter fixes every digit of these files, trailing zeros included.
    assertEquals(
      own && ours.renameBeside(own),
      text && theirs.renameBeside(text.replaceAll(NEGATIVE_ZERO, "0")),
      `${runId}: ${name}`,
    );
  }
  return renamings;
}

function simulateText(text: string, options: SimulateRingOptions): RingOutcome {
  const { scenario } = loadScenarioText(text, "scenario.yaml", { reference: true });
  return simulateRing(scenario, { defaultHandling: scenario.run.defaultHandling, ...options });
}

const cases: readonly RecordedCase[] = ABSENT ? [] : JSON.parse(recordedText(GOLDEN, "scenarios", "index.json"));

for (const { case: name, outcome: end, days } of cases) {
  if (!/dealer|balanced/.test(name) || end === "refused") continue;
  Deno.test(`${name} gives the recorded events, balances, end and market files`, () => {
    const folder = join(GOLDEN, "scenarios", name);
    const options: RecordedOptions = JSON.parse(recordedText(folder, "options.json"));
    const outcome = simulateText(recordedText(folder, "scenario.yaml"), {
      maxDays: options.max_days,
      quietDays: options.quiet_days,
      ...(options.default_handling === null ? {} : { defaultHandling: options.default_handling }),
      ...(options.agents === null ? {} : { displayed: options.agents }),
    });
    const active = recordedTextIfAny(folder, "dealer_metrics.json") !== undefined;
    const recording = { folder, runId: name, regime: active ? "active" : "passive" };
    const [ours, theirs] = assertRecorded(outcome, recording);
    assertEquals(outcome.stop.reason, end);
    assertEquals(
      outcome.days.length + (outcome.log.time(outcome.log.length - 1) === outcome.days.length ? 1 : 0),
      days,
    );
    const recordedError = recordedTextIfAny(folder, "error.txt")?.match(/^first_line: (.*)$/m)?.[1];
    const error = outcome.stop.error?.message.split("\n")[0];
    assertEquals(error && ours.renameBeside(error), recordedError && theirs.renameBeside(recordedError));
  });
}

const SWEEPS = [
  "comparison-n12-failfast",
  "comparison-n30",
  "comparison-n100",
  "balanced-n12",
  "balanced-n12-norisk",
  "balanced-n30",
  "balanced-n100",
];

for (const sweep of ABSENT ? [] : SWEEPS) {
  Deno.test(`every run of the sweep ${sweep} gives the recorded events, balances and market files`, () => {
    let count = 0;
    for (const { name: regime } of Deno.readDirSync(join(GOLDEN, "sweeps", sweep))) {
      const runs = join(GOLDEN, "sweeps", sweep, regime, "runs");
      if (regime === "aggregate" || regime.includes(".")) continue;
      for (const { name: runId } of Deno.readDirSync(runs)) {
        const outcome = simulateText(recordedText(runs, runId, "scenario.yaml"), { checkInvariants: "daily" });
        assertRecorded(outcome, { folder: join(runs, runId, "out"), runId, regime });
        count++;
      }
    }
    assert(count >= 4);
  });
}
