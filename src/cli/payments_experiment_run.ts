/**
 * `bilancio payments experiment run`: looks for cheaper payment policies (spec 08 12 to 20).
 *
 * @module
 */
import { Conflict, UsageError } from "../core/errors.ts";
import type { LiveEvent } from "../experiments/payments/course.ts";
import type { JsonMap, RecordedExperiment } from "../experiments/payments/contracts.ts";
import { type ExperimentSettings, PROPOSER_TYPES } from "../experiments/payments/settings.ts";
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, oneOf, onOff, path, text, wholeNumber } from "./flags.ts";
import type { Chosen, Inputs } from "./payments_experiment_resume.ts";
import type { OpenRecords } from "./payments_experiment_store.ts";
import { shownBy, VERBOSE_FLAGS } from "./payments_experiment_verbose.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "dry-run": onOff("check the file, and neither open the scenario nor run anything"),
  "resume": text("RUN_ID", "go on with an experiment that was cut off, in the way in which it was started"),
  "seed": wholeNumber("N", "master seed", {}, { fallback: "from the file" }),
  "proposer": oneOf(PROPOSER_TYPES, "who proposes policies", { fallback: "from the file, else search" }),
  "model": text("PROVIDER:NAME", "language model of --proposer llm", { fallback: "from the file" }),
  "reasoning-effort": text("WORD", "passed on to the language model"),
  "thinking-budget": wholeNumber("N", "passed on to the language model", { min: 1 }),
  "reference": onOff("behave as the reference implementation, defects included (docs/behaviours.md)"),
  "db": path("PATH", "where the experiment is recorded", {
    fallback: "from the file's output section, else nowhere",
    group: "Output",
  }),
  "run-id": text("ID", "what the experiment is recorded as", { fallback: "name, date, time and six random digits" }),
  "persist-bootstrap": onOff("record also the simulations that only test a policy: trials of proposals, and samples"),
  "html": path("FILE", "a page with charts and all proposals"),
  ...VERBOSE_FLAGS,
  "json": onOff("print one JSON object at the end; progress goes to standard error"),
};

type RunFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments experiment run",
  summary: "Looks for cheaper payment policies: evaluates, asks for proposals, keeps what proves better",
  positionals: [{ name: "FILE", summary: "experiment (YAML); with --resume from the record", optional: true }],
  flags: FLAGS,
  details: [
    "Proposals come from a search over the numeric parameters of the policies, which needs no network, from the file " +
    "(scripted), or from a language model at BILANCIO_LLM_BASE_URL (with BILANCIO_LLM_KEY where it needs one). The same " +
    "file and seed give the same experiment, a language model aside.",
    "Ctrl-C finishes the evaluation in flight. --resume goes through what is recorded again, asks no language model for " +
    "what it has answered already, and goes on; the records end up as if nothing had happened.",
  ],
  examples: [
    [
      "bilancio payments experiment run examples/payments/experiments/liquidity-search.yaml --html out/search.html",
      "searches, and writes a page",
    ],
    [
      "bilancio payments experiment run examples/payments/experiments/scripted.yaml --db out/experiments --json",
      "records the experiment for replay, results and charts",
    ],
    [
      "bilancio payments experiment run --resume scripted-20260101-120000-abc123 --db out/experiments",
      "goes on after Ctrl-C or a crash",
    ],
  ],
};

/** Everything that was read before the start. */
interface Prepared extends Inputs {
  readonly chosen: Chosen;
  readonly scenario: PaymentsScenario;
  readonly provenance: JsonMap;
}

/** What to run, and what is recorded of it already. */
interface Start {
  readonly prepared: Prepared;
  /** Null without records. */
  readonly records: OpenRecords | null;
  readonly runId: string;
  /** Null for a new experiment. */
  readonly recorded: RecordedExperiment | null;
}

async function run(file: string | undefined, flags: RunFlags, terminal: Terminal): Promise<number> {
  const chosen: Chosen = {
    reference: flags.reference,
    seed: flags.seed,
    model: flags.model,
    proposer: flags.proposer,
    reasoningEffort: flags["reasoning-effort"],
    thinkingBudget: flags["thinking-budget"],
    persistBootstrap: flags["persist-bootstrap"],
  };
  if (flags.resume !== undefined) return await resume(flags.resume, file, chosen, flags, terminal);
  if (file === undefined) {
    throw new UsageError("bilancio payments experiment run needs FILE: experiment (YAML), or --resume RUN_ID.");
  }
  const { newRunId, readExperiment } = await import("./payments_experiment_file.ts");
  if (flags["dry-run"]) {
    await readExperiment(file, chosen, terminal);
    terminal.out(flags.json ? `${JSON.stringify({ file, valid: true })}\n` : `${file} is valid\n`);
    return 0;
  }
  const prepared = await prepare(file, chosen, terminal);
  const { settings } = prepared;
  const runId = flags["run-id"] ?? newRunId(settings.name);
  const place = flags.db ?? await placeOf(file, settings);
  await using records = place === undefined ? null : await opened(place, runId, terminal);
  if (await records?.reader.loadExperiment(runId)) {
    throw new Conflict(
      `An experiment ${runId} is recorded there already; give another --run-id, or none, or go on with --resume.`,
    );
  }
  return await execute({ prepared, records, runId, recorded: null }, flags, terminal);
}

async function resume(
  runId: string,
  file: string | undefined,
  given: Chosen,
  flags: RunFlags,
  terminal: Terminal,
): Promise<number> {
  const { checkSameInputs, refuseChoices, startedAs } = await import("./payments_experiment_resume.ts");
  refuseChoices(given);
  if (flags["run-id"] !== undefined) throw new UsageError("--resume and --run-id both name the experiment; give one.");
  const place = flags.db ?? (file === undefined ? undefined : await placeIn(file, terminal));
  if (place === undefined) throw new UsageError("--resume needs --db PATH: where the experiment is recorded.");
  await using records = await opened(place, runId, terminal);
  const recorded = await records.reader.loadExperiment(runId);
  const { file: first, chosen, provenance } = startedAs(runId, recorded);
  const prepared = await prepare(file ?? first, chosen, terminal);
  checkSameInputs(runId, provenance, prepared.provenance);
  await records.tidy(runId);
  return await execute({ prepared: { ...prepared, provenance }, records, runId, recorded }, flags, terminal);
}

async function prepare(file: string, chosen: Chosen, terminal: Terminal): Promise<Prepared> {
  const from = await import("./payments_experiment_file.ts");
  const { provenanceOf } = await import("./payments_experiment_resume.ts");
  const settings = await from.readExperiment(file, chosen, terminal);
  const scenario = await from.readExperimentScenario(file, settings, chosen.reference, terminal);
  const initialPolicies = from.readInitialPolicies(file, settings, terminal);
  const { dictionary, behaviours } = scenario;
  const inputs = { settings, dictionary, behaviours, initialPolicies };
  return { ...inputs, chosen, scenario, provenance: provenanceOf(file, chosen, inputs) };
}

/** Where the file says that the experiment is recorded; undefined for nowhere. */
async function placeOf(file: string, { output }: ExperimentSettings): Promise<string | undefined> {
  const { beside } = await import("./payments_experiment_file.ts");
  return output === null ? undefined : beside(file, `${output.directory}/${output.database}`);
}

async function placeIn(file: string, terminal: Terminal): Promise<string | undefined> {
  const { readExperiment } = await import("./payments_experiment_file.ts");
  // What the file says without effect is told when it is read for the run.
  return await placeOf(file, await readExperiment(file, {}, { ...terminal, error: () => {} }));
}

async function opened(place: string, runId: string, terminal: Terminal): Promise<OpenRecords> {
  const { openRecords } = await import("./payments_experiment_store.ts");
  return await openRecords(terminal.directory, place, runId);
}

async function execute({ prepared, records, runId, recorded }: Start, flags: RunFlags, terminal: Terminal) {
  const { settings, scenario, initialPolicies, chosen, provenance } = prepared;
  const { proposerOf } = await import("./payments_experiment_file.ts");
  const proposer = await proposerOf(settings);
  const { Interrupt } = await import("./interrupt.ts");
  const { breathing } = await import("../executors/event_loop.ts");
  const { runExperiment } = await import("../experiments/payments/experiment.ts");
  const { CORRECTED, REFERENCE } = await import("../experiments/payments/behaviours.ts");
  const { MemoryRecorder } = await import("../experiments/payments/memory_recorder.ts");
  const { eventLine, resultText, startLine } = await import("./payments_experiment_display.ts");
  const memory = records === null && flags.html !== undefined ? new MemoryRecorder() : null;
  const shown = shownBy(flags);
  const quiet = settings.output?.verbose === false;
  const tell = (line: string) => (flags.json ? terminal.error : terminal.out)(`${line}\n`);
  using interrupt = new Interrupt(terminal);
  // First of all: after a crash it is what --resume asks for.
  if (!quiet) tell(startLine(runId));
  try {
    const outcome = await runExperiment({
      settings,
      scenario,
      proposer,
      runId,
      now: () => new Date().toISOString(),
      behaviours: chosen.reference === true ? REFERENCE : CORRECTED,
      recorder: records?.recorder ?? memory,
      recorded,
      provenance,
      persistBootstrap: chosen.persistBootstrap === true,
      initialPolicies,
      signal: interrupt.stop,
      cut: interrupt.cut,
      breathe: breathing(),
      onEvent: (event: LiveEvent) => {
        const line = eventLine(event, shown, quiet);
        if (line !== undefined) tell(line);
      },
    });
    terminal.out(flags.json ? `${JSON.stringify(outcome)}\n` : resultText({ ...outcome }));
  } catch (error) {
    if (interrupt.status === undefined || ![interrupt.stop.reason, interrupt.cut.reason].includes(error)) throw error;
    const goOn = records === null ? "Nothing was recorded." : `${runId} is recorded so far; --resume ${runId} goes on.`;
    terminal.error(`Interrupted. ${goOn}\n`);
    return interrupt.status;
  }
  if (flags.html !== undefined) {
    const found = await (records?.reader ?? memory)?.loadExperiment(runId);
    const { writeOutputs } = await import("./outputs.ts");
    const { policyExperimentPage } = await import("../reports/policy_experiment_page.ts");
    if (found) writeOutputs(terminal.directory, [{ path: flags.html, content: policyExperimentPage(found) }]);
  }
  return interrupt.status ?? 0;
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file], flags }, terminal) => run(file, flags, terminal),
);
