/**
 * `bilancio payments run`: simulates one scenario of the payments model (spec 08 10).
 *
 * @module
 */
import { ValidationError } from "../core/errors.ts";
import type { PaymentsRun, RunOptions, TickLine } from "../payments/script.ts";
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import {
  type CommandShape,
  type FlagValues,
  onOff,
  path,
  text,
  UnreadableValue,
  valueOf,
  wholeNumber,
} from "./flags.ts";
import type { DisplayMode } from "./payments_display.ts";
import type { EventFilter } from "./payments_filter.ts";
import type { PaymentsPersistence } from "./payments_persist.ts";
import { type NamedPlace, namedPlace, PERSIST_FLAGS } from "./payments_place.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "ticks": wholeNumber("N", "run one day of N ticks", { min: 1 }, { fallback: "from the scenario" }),
  "run-ticks": wholeNumber("N", "simulate N ticks, fewer or more than the scenario's days have", { min: 0 }, {
    fallback: "all days",
  }),
  "seed": valueOf("N", "seed of the random numbers, 0 to 2^64 - 1", readSeed, { fallback: "from the scenario" }),
  "script": path("FILE", "calls between ticks, as JSON: submissions, withdrawals, collateral, policies, checkpoints"),
  "reference": onOff("behave as the reference implementation, defects included (docs/behaviours.md)"),
  "export-events": path("FILE", "events, one JSON object per line", { group: "Output" }),
  "export-final": path("FILE", "state, costs and metrics at the end, as JSON"),
  "html": path("FILE", "a page: balances and queues over the day, settlement and delay, costs, network"),
  "stream": onOff("print one JSON object per tick"),
  "event-stream": onOff("show one line per event on standard error"),
  "verbose": onOff("show ticks, events and days on standard error"),
  "quiet": onOff("no warnings"),
  ...PERSIST_FLAGS,
  "filter-event-type": text("A,B", "show only events of these kinds", {
    group: "Filters, for --verbose and --event-stream",
  }),
  "filter-agent": text("ID", "show only events of this agent"),
  "filter-tx": text("ID", "show only events of this payment"),
  "filter-tick-range": text("A-B", "show only events of these ticks: 10-50, 10- or -50"),
};

type RunFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments run",
  summary: "Simulates banks that pay each other through a central system with queues and liquidity saving",
  positionals: [{ name: "FILE", summary: "scenario (YAML or JSON), or an engine dictionary (JSON)" }],
  flags: FLAGS,
  details: [
    "Prints one JSON object at the end. A run that stops in the middle of a tick writes its files, with the error in " +
    "the one of --export-final, and exits with 1.",
  ],
  examples: [
    ["bilancio payments run examples/payments/01-two-banks.yaml", "prints the metrics of the run"],
    [
      "bilancio payments run examples/payments/01-two-banks.yaml --persist out/runs.duckdb --simulation-id first",
      "also records the run; bilancio payments replay first --db out/runs.duckdb prints it again",
    ],
    [
      "bilancio payments run examples/payments/01-two-banks.yaml --persist-to postgres --simulation-id first",
      "records the run in a Postgres (from a checkout: deno task -q online); Ctrl-C keeps the ticks so far",
    ],
    [
      "bilancio payments run examples/payments/03-liquidity-saving.yaml --html out/payments.html --event-stream " +
      "--filter-event-type LsmBilateralOffset,LsmCycleSettlement",
      "writes a page and shows what liquidity saving settles",
    ],
  ],
};

function readSeed(text: string): bigint {
  const seed = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (seed < 0n || seed >= 1n << 64n) throw new UnreadableValue("a whole number from 0 to 2^64 - 1");
  return seed;
}

async function run(file: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const mode = modeOf(flags);
  const filter = await filterOf(flags, mode);
  const place = namedPlace(flags);
  const { checkDistinct } = await import("./outputs.ts");
  const { "export-events": events, "export-final": final, html, script, ticks, seed, reference } = flags;
  checkDistinct(terminal.directory, [file, script, events, final, html]);
  const { readPaymentsFile } = await import("./payments_file.ts");
  const options = {
    ...(ticks === undefined ? {} : { ticks }),
    ...(seed === undefined ? {} : { seed }),
    ...(reference === undefined ? {} : { reference }),
  };
  const scenario = await readPaymentsFile(file, options, terminal, flags.quiet);
  const simulated = await recordedOrNot(file, scenario, place, { flags, mode, filter }, terminal);
  if ("stopped" in simulated) return simulated.stopped;
  const { writeExports } = await import("./payments_exports.ts");
  await writeExports(terminal.directory, simulated.run, { events, final });
  if (html !== undefined) {
    const { writeOutputs } = await import("./outputs.ts");
    writeOutputs(terminal.directory, [{ path: html, content: simulated.page ?? "" }]);
  }
  const { error } = simulated.run;
  if (error === undefined) return 0;
  const where = error.tick === undefined ? "" : `Tick ${error.tick}: `;
  terminal.error(`${where}${error.message}\n`);
  return FAILED;
}

function modeOf(flags: RunFlags): DisplayMode {
  if (flags.verbose && flags["event-stream"]) {
    throw new ValidationError("--verbose and --event-stream exclude each other; give one of them", []);
  }
  if (flags.verbose) return "verbose";
  if (flags["event-stream"]) return "event-stream";
  return flags.stream ? "stream" : "normal";
}

async function filterOf(flags: RunFlags, mode: DisplayMode): Promise<EventFilter | undefined> {
  const texts = {
    types: flags["filter-event-type"],
    agent: flags["filter-agent"],
    tx: flags["filter-tx"],
    tickRange: flags["filter-tick-range"],
  };
  if (!Object.values(texts).some((text) => text !== undefined && text !== "")) return undefined;
  if (mode !== "verbose" && mode !== "event-stream") {
    throw new ValidationError("Filters choose what --verbose or --event-stream shows; give one of those, too", []);
  }
  const { eventFilter } = await import("./payments_filter.ts");
  return eventFilter(texts);
}

/** How a run is shown. */
interface Showing {
  readonly flags: RunFlags;
  readonly mode: DisplayMode;
  readonly filter: EventFilter | undefined;
  readonly persistence?: PaymentsPersistence;
  readonly signal?: AbortSignal;
}

/** Simulates; with `--persist` between opening and closing the database. */
async function recordedOrNot(
  file: string,
  scenario: PaymentsScenario,
  place: NamedPlace | undefined,
  showing: Showing,
  terminal: Terminal,
): Promise<Simulated | Stopped> {
  if (place === undefined) return await simulate(file, scenario, showing, terminal);
  const { "simulation-id": id } = showing.flags;
  const { PaymentsPersistence } = await import("./payments_persist.ts");
  const { Interrupt } = await import("./interrupt.ts");
  using interrupt = new Interrupt(terminal, "Stopping: the ticks so far are recorded.");
  await using persistence = await PaymentsPersistence.open(place, id, file, scenario, showing.flags, terminal);
  try {
    return await simulate(file, scenario, { ...showing, persistence, signal: interrupt.stop }, terminal);
  } catch (error) {
    if (interrupt.status === undefined || error !== interrupt.stop.reason) throw error;
    terminal.error(`Interrupted: ${await persistence.goOn()}\n`);
    return { stopped: interrupt.status };
  }
}

/** A recorded run that a signal stopped. */
interface Stopped {
  /** The exit status. */
  readonly stopped: number;
}

interface Simulated {
  readonly run: PaymentsRun;
  readonly page: string | undefined;
}

async function simulate(
  file: string,
  { config, behaviours }: PaymentsScenario,
  { flags, mode, filter, persistence, signal }: Showing,
  terminal: Terminal,
): Promise<Simulated> {
  const { runPayments } = await import("../payments/script.ts");
  const { SavingCounter, streamSummary, summaryLine } = await import("./payments_figures.ts");
  const { RunDisplay } = await import("./payments_display.ts");
  const watching = flags.html === undefined ? undefined : (await import("../reports/payments_pages.ts")).PaymentsWatch;
  const saving = new SavingCounter();
  const display = new RunDisplay(mode, filter, saving, terminal);
  let watch: InstanceType<NonNullable<typeof watching>> | undefined;
  let watched: unknown;
  let ticks = 0;
  let totalCost = 0;
  const onTick = (line: TickLine, engine: NonNullable<PaymentsRun["engine"]>): void => {
    ticks++;
    totalCost += line.totalCost;
    saving.look(engine.log);
    display.tick(line, engine);
    persistence?.recorder.tick(line, engine, saving.count);
    if (watching === undefined) return;
    if (watched !== engine) watch = new watching(engine);
    watched = engine;
    watch?.look();
  };
  const script = flags.script === undefined ? undefined : await readScript(flags.script, terminal);
  const { readEngineDictionary } = await import("../payments/scenario/engine_dictionary.ts");
  const reference = flags.reference === true;
  const { "run-ticks": runTicks } = flags;
  const planned = runTicks === undefined ? {} : { plannedTicks: runTicks };
  const started = performance.now();
  const options: RunOptions = {
    behaviours,
    onTick,
    readConfig: (dictionary) => readEngineDictionary(dictionary, { reference }).config,
    ...(script === undefined ? {} : { script }),
    ...(runTicks === undefined ? {} : { ticks: runTicks }),
    ...(signal === undefined ? {} : { signal }),
  };
  const result = persistence === undefined
    ? runPayments(config, options)
    : await recorded(persistence, config, options);
  const seconds = (performance.now() - started) / 1000;
  const { engine, error } = result;
  const lsmReleases = saving.count;
  const database = await persistence?.database() ?? "";
  await persistence?.recorder.finish(result, { ticks, seconds, totalCost, lsmReleases, database });
  if (engine !== undefined && error === undefined && mode !== "stream") {
    const { rngSeed: seed } = config;
    const recorded = persistence === undefined
      ? {}
      : { recorded: { simulationId: persistence.simulationId, database } };
    const figures = { file, seed, ticks, seconds, lsmReleases, totalCost, ...recorded };
    terminal.out(mode === "event-stream" ? streamSummary(engine, figures) : summaryLine(engine, figures));
  }
  const stopped = error === undefined ? {} : { error: error.message };
  return { run: result, page: watch?.page({ name: fileNameOf(file), ...planned, ...stopped }) };
}

async function recorded(persistence: PaymentsPersistence, config: PaymentsScenario["config"], options: RunOptions) {
  const { runRecorded } = await import("../executors/recorded_payments.ts");
  const { breathing } = await import("../executors/event_loop.ts");
  const breathe = breathing();
  return await runRecorded(persistence.recorder, config, options, () => {
    persistence.check();
    return breathe();
  });
}

async function readScript(file: string, terminal: Terminal) {
  const { parseScript } = await import("../payments/script_file.ts");
  const { readText } = await import("./read_text.ts");
  return parseScript(readText(terminal.directory, file, "script"), fileNameOf(file));
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => run(file, flags, terminal),
);
