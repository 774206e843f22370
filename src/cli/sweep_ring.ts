/**
 * `bilancio sweep ring`: a plan of ring simulations, an executor, a directory (spec 03 8.1, 09 5). This file puts the
 * parts together; each of them is tested on its own.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { ArtifactPolicy, RunResult, SimulationExecutor } from "../experiments/contracts.ts";
import type { Plan, PlannedRun } from "../experiments/plan.ts";
import type { RingSweepSettings } from "../experiments/ring_settings.ts";
import type { SweepConfig } from "../experiments/sweep_config.ts";
import type { ResultRow } from "../experiments/aggregate.ts";
import type { SweepOutcome } from "../experiments/sweep_runner.ts";
import type { SweepDirectory } from "../stores/files/sweep_directory.ts";
import { type Command, commandOf } from "./command.ts";
import { fileNameOf, from } from "./paths.ts";
import { settingsFromFlags, SWEEP_RING, type SweepRingFlags } from "./sweep_flags.ts";
import type { Terminal } from "./terminal.ts";

/** Where a sweep goes when nobody says: a directory named after the local time. */
export function defaultDirectory(now: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `out/experiments/${day}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}_ring`;
}

/** Runs up to which all files are kept unless something else is asked for (spec 09 3.2.6). */
const KEEP_ALL = 1000;

/** What the flags and the sweep file come down to. */
interface Request {
  readonly settings: RingSweepSettings;
  readonly plan: Plan;
  /** The directory as the caller wrote it. */
  readonly directory: string;
  readonly artifacts: ArtifactPolicy;
  readonly executor: "local" | "pool";
  readonly workers: number | undefined;
  readonly flags: SweepRingFlags;
}

async function sweepRing(flags: SweepRingFlags, terminal: Terminal): Promise<number> {
  refuseContradictions(flags);
  const request = await requestOf(flags, terminal);
  const { SweepDirectory } = await import("../stores/files/sweep_directory.ts");
  const started = new Date();
  await using directory = await SweepDirectory.open(from(terminal.directory, request.directory), request.plan, {
    resume: flags.resume === true,
    force: flags.force === true,
    name: "sweep ring",
    startedAt: started.toISOString(),
  });
  for (const warning of directory.warnings) terminal.error(`warning: ${warning}\n`);
  return await runIn(directory, request, terminal);
}

function refuseContradictions(flags: SweepRingFlags): void {
  if (flags.cloud === true) {
    throw new UsageError("--cloud comes with a later version; --executor pool uses all cores of this machine.");
  }
  if (flags.resume === true && flags.force === true) {
    throw new UsageError("--resume goes on with a sweep and --force starts over: give one of them.");
  }
  if (flags["job-id"] !== undefined && !/^[a-z]+(-[a-z]+)+$/.test(flags["job-id"])) {
    throw new UsageError(`--job-id expects words such as castle-river-mountain, but got "${flags["job-id"]}".`);
  }
}

async function requestOf(flags: SweepRingFlags, terminal: Terminal): Promise<Request> {
  const { ringSweepSettings } = await import("../experiments/ring_settings.ts");
  const { planRingSweep } = await import("../experiments/ring_sweep.ts");
  const file = flags.config === undefined ? null : await sweepFile(flags.config, flags.reference === true, terminal);
  const behaviours = flags.reference === true ? (await import("../ring/behaviours.ts")).REFERENCE : undefined;
  const settings = ringSweepSettings({ ...settingsFromFlags(flags), behaviours }, file?.overrides ?? {});
  const plan = planRingSweep(settings);
  if (plan.runs.length === 0 && !settings.frontier) {
    throw new UsageError("Nothing to run: the grid is off, --lhs is 0 and the frontier is off.");
  }
  return {
    settings,
    plan,
    directory: flags["out-dir"] ?? file?.outDir ?? defaultDirectory(new Date()),
    artifacts: flags.artifacts ?? (plan.runs.length <= KEEP_ALL ? "all" : "failed"),
    executor: flags.executor ?? "local",
    workers: flags.workers ?? workersOfEnvironment(),
    flags,
  };
}

async function sweepFile(path: string, reference: boolean, terminal: Terminal): Promise<SweepConfig> {
  const { readText } = await import("./read_text.ts");
  const { loadSweepConfig } = await import("../experiments/sweep_config.ts");
  const { issueText } = await import("./issue_text.ts");
  const file = loadSweepConfig(readText(terminal.directory, path, "sweep file"), fileNameOf(path), { reference });
  for (const warning of file.warnings) terminal.error(`warning: ${issueText(warning)}\n`);
  return file;
}

function workersOfEnvironment(): number | undefined {
  const text = Deno.env.get("BILANCIO_WORKERS");
  if (text === undefined || text === "") return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1024) {
    throw new UsageError(`BILANCIO_WORKERS expects a whole number from 1 to 1024, but is "${text}".`);
  }
  return number;
}

async function executorOf(request: Request, directory: SweepDirectory): Promise<SimulationExecutor> {
  if (request.executor === "pool") {
    const { PoolExecutor } = await import("../executors/pool.ts");
    const { workers } = request;
    return new PoolExecutor({ results: directory.results, ...(workers === undefined ? {} : { workers }) });
  }
  const { LocalExecutor } = await import("../executors/local.ts");
  const { executeRing } = await import("../executors/ring_run.ts");
  return new LocalExecutor(executeRing, directory.results);
}

async function runIn(directory: SweepDirectory, request: Request, terminal: Terminal): Promise<number> {
  const { runRingSweep } = await import("../experiments/ring_sweep.ts");
  const { Interrupt } = await import("./interrupt.ts");
  const { followed } = await import("./sweep_progress.ts");
  const { flags } = request;
  using interrupt = new Interrupt((sentence) => terminal.error(`${sentence}\n`));
  using progress = followed(terminal, { json: flags.json === true, quiet: flags.quiet === true });
  await using executor = await executorOf(request, directory);
  let rows: readonly ResultRow[] = [];
  const outcome = await runRingSweep(request.settings, request.plan, {
    executor,
    registry: directory.registry,
    artifacts: request.artifacts,
    appendToPlan: (runs) => directory.plan.append(runs),
    writeAggregates: async () => {
      const { writeAggregates } = await import("./sweep_aggregates.ts");
      rows = await writeAggregates(directory.path, request.plan.header, await directory.registry.listRuns(""));
    },
    onPlanned: (runs, done) => progress.planned(runs, done),
    onRun: (run: PlannedRun, result: RunResult) => progress.finished(run, result),
    stop: interrupt.stop,
    signal: interrupt.cut,
  });
  progress.end();
  await report(directory, request, outcome, rows, terminal);
  return interrupt.status ?? (outcome.failed > 0 ? 1 : 0);
}

async function report(
  directory: SweepDirectory,
  request: Request,
  outcome: SweepOutcome,
  rows: readonly ResultRow[],
  terminal: Terminal,
): Promise<void> {
  const { flags } = request;
  if (flags.quiet === true && flags.json !== true) return;
  const { sweepObject, sweepText } = await import("./sweep_report.ts");
  const shown = shownDirectory(directory.path, request.directory, terminal.directory);
  const finished = { directory: shown, outcome, rows, jobId: flags["job-id"] ?? null };
  terminal.out(flags.json === true ? `${JSON.stringify(sweepObject(finished))}\n` : sweepText(finished));
}

/** The directory as the caller would write it; under --force it can be another than the one asked for. */
function shownDirectory(path: string, asked: string, caller: string): string {
  if (path === from(caller, asked)) return asked;
  return caller !== "" && path.startsWith(`${caller}/`) ? path.slice(caller.length + 1) : path;
}

/** The command. */
export const command: Command = commandOf(SWEEP_RING, ({ flags }, terminal) => sweepRing(flags, terminal));
