/**
 * `bilancio payments replay`: prints from a database what `payments run` printed from the engine, byte by byte (spec 08
 * 9.1 and 11). A part of a run is marked as such.
 *
 * @module
 */
import { UsageError, ValidationError } from "../core/errors.ts";
import type { PaymentsRecording } from "../stores/duckdb/payments_recording.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, type FlagValues, onOff, path, text, wholeNumber } from "./flags.ts";
import type { DisplayMode } from "./payments_display.ts";
import type { ShownRun } from "./payments_figures.ts";
import type { FilterTexts } from "./payments_filter.ts";
import type { Range } from "./payments_replay_range.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "db": path("DB", "the database", { fallback: "simulation_data.db" }),
  "from-tick": wholeNumber("TICK", "the first tick to show", {}, { fallback: "0" }),
  "to-tick": wholeNumber("TICK", "the last tick to show", {}, { fallback: "the last" }),
  "stream": onOff("print one JSON object per tick", { group: "Output" }),
  "event-stream": onOff("show one line per event on standard error"),
  "json": onOff("with --event-stream: one JSON object per event on standard output, and one about the replay"),
  "reference": onOff("with --event-stream: these objects as the reference prints them, unfiltered, 1000 of a tick"),
  "verbose": onOff("show ticks, events and days on standard error"),
  "filter-event-type": text("A,B", "show only events of these kinds", {
    group: "Filters, for --verbose and --event-stream",
  }),
  "filter-agent": text("ID", "show only events of this agent"),
  "filter-tx": text("ID", "show only events of this payment"),
  "filter-tick-range": text("A-B", "show only events of these ticks: 10-50, 10- or -50"),
};

type ReplayFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments replay",
  summary: "Prints a recorded run again, as payments run printed it",
  positionals: [{ name: "ID", summary: "the simulation id that the run had" }],
  flags: FLAGS,
  details: ["Nothing is simulated: what is printed comes from the database alone."],
  examples: [
    ["bilancio payments replay first --db out/runs.duckdb", "prints the metrics of the recorded run"],
    ["bilancio payments replay first --db out/runs.duckdb --verbose --from-tick 3 --to-tick 5", "shows three ticks"],
    ["bilancio payments replay first --db out/runs.duckdb --event-stream --json", "prints every event for a program"],
  ],
};

async function replay(id: string, flags: ReplayFlags, terminal: Terminal): Promise<number> {
  const mode = modeOf(flags);
  if (flags.json || flags.reference) return await replayEvents(id, mode, flags, terminal);
  const { openDatabase } = await import("./database.ts");
  const { PaymentsRecording } = await import("../stores/duckdb/payments_recording.ts");
  await using database = await openDatabase(flags.db, terminal);
  const recording = await PaymentsRecording.find(database, id);
  const range = await rangeOf(recording, flags);
  const ticks = await showTicks(recording, range, mode, flags, terminal);
  if (recording.error !== null) {
    terminal.error(`${recording.error}\n`);
    return FAILED;
  }
  if (mode !== "stream") await showSummary(recording, range, mode, ticks, terminal);
  return 0;
}

/** `--event-stream` as JSON. */
async function replayEvents(id: string, mode: DisplayMode, flags: ReplayFlags, terminal: Terminal): Promise<number> {
  if (mode !== "event-stream") {
    throw new UsageError("--json and --reference choose the form of --event-stream; give that, too.");
  }
  const { printEvents } = await import("./payments_replay_events.ts");
  const { db, "from-tick": from, "to-tick": to, reference = false } = flags;
  return await printEvents(id, { db, from, to, reference, filter: filterTexts(flags) }, terminal);
}

function filterTexts(flags: ReplayFlags): FilterTexts {
  return {
    types: flags["filter-event-type"],
    agent: flags["filter-agent"],
    tx: flags["filter-tx"],
    tickRange: flags["filter-tick-range"],
  };
}

function modeOf(flags: ReplayFlags): DisplayMode {
  if (flags.verbose && flags["event-stream"]) {
    throw new ValidationError("--verbose and --event-stream exclude each other; give one of them", []);
  }
  if (flags.verbose) return "verbose";
  if (flags["event-stream"]) return "event-stream";
  const filtered = Object.entries(flags).some(([name, value]) => name.startsWith("filter-") && Boolean(value));
  if (filtered) {
    throw new ValidationError("Filters choose what --verbose or --event-stream shows; give one of those, too", []);
  }
  return flags.stream ? "stream" : "normal";
}

async function rangeOf(recording: PaymentsRecording, flags: ReplayFlags): Promise<Range> {
  const { checkedRange } = await import("./payments_replay_range.ts");
  return checkedRange(flags["from-tick"], flags["to-tick"], await recording.lastTick());
}

async function showTicks(
  recording: PaymentsRecording,
  { from, to, isWhole }: Range,
  mode: DisplayMode,
  flags: ReplayFlags,
  terminal: Terminal,
): Promise<number> {
  const { RunDisplay } = await import("./payments_display.ts");
  const { eventFilter } = await import("./payments_filter.ts");
  const filter = eventFilter(filterTexts(flags));
  const saving = { count: 0 };
  const display = new RunDisplay(mode, filter, saving, terminal);
  if (!isWhole) display.goOnFrom(await recording.totalsBefore(from));
  let ticks = 0;
  for await (const { line, events, totals, positions } of recording.showTicks(from, to, display.showsEvents)) {
    saving.count = totals.released;
    const run: ShownRun = {
      config: recording,
      agentIds: recording.agentIds,
      positions: () => positions,
      systemMetrics: () => ({ ...totals, settlement_rate: 0 }),
    };
    display.show(line, run, events);
    ticks++;
  }
  return ticks;
}

async function showSummary(
  recording: PaymentsRecording,
  { from, to, isWhole }: Range,
  mode: DisplayMode,
  shown: number,
  terminal: Terminal,
): Promise<void> {
  const { streamSummary, summaryLine } = await import("./payments_figures.ts");
  const run: ShownRun = {
    config: recording,
    agentIds: recording.agentIds,
    positions: () => recording.positions,
    systemMetrics: () => recording.metrics,
  };
  const { file, seed, ticks, seconds, lsmReleases, totalCost, simulationId, database } = recording;
  const figures = {
    file,
    seed,
    ticks,
    seconds,
    lsmReleases,
    totalCost,
    recorded: { simulationId, database },
    ...(isWhole ? {} : { replayed: { range: `${from}-${to}`, ticks: shown } }),
  };
  terminal.out(mode === "event-stream" ? streamSummary(run, figures) : summaryLine(run, figures));
}

/** The command. */
export const command: Command = commandOf(SHAPE, ({ positionals: [id = ""], flags }, terminal) => {
  if (id === "") throw new UsageError("bilancio payments replay needs the id of a simulation.");
  return replay(id, flags, terminal);
});
