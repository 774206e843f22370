/**
 * `bilancio payments experiment run`: looks for cheaper payment policies (spec 08 12 to 20).
 *
 * @module
 */
import type { LiveEvent } from "../experiments/payments/course.ts";
import { PROPOSER_TYPES } from "../experiments/payments/settings.ts";
import { type Command, commandOf } from "./command.ts";
import { type CommandShape, type FlagValues, oneOf, onOff, path, text, wholeNumber } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "dry-run": onOff("check the file, and neither open the scenario nor run anything"),
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
  "persist-bootstrap": onOff("record also the simulations that only test a proposal"),
  "html": path("FILE", "a page with charts and all proposals"),
  "verbose": onOff("show every event"),
  "json": onOff("print one JSON object at the end; progress goes to standard error"),
};

type RunFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments experiment run",
  summary: "Looks for cheaper payment policies: evaluates, asks for proposals, keeps what proves better",
  positionals: [{ name: "FILE", summary: "experiment (YAML)" }],
  flags: FLAGS,
  details: [
    "Proposals come from a search over the numeric parameters of the policies, which needs no network, from the file " +
    "(scripted), or from a language model at BILANCIO_LLM_BASE_URL (with BILANCIO_LLM_KEY where it needs one). The same " +
    "file and seed give the same experiment, a language model aside.",
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
  ],
};

async function run(file: string, flags: RunFlags, terminal: Terminal): Promise<number> {
  const { beside, newRunId, proposerOf, readExperiment, readExperimentScenario, readInitialPolicies } = await import(
    "./payments_experiment_file.ts"
  );
  const settings = await readExperiment(file, {
    reference: flags.reference,
    seed: flags.seed,
    model: flags.model,
    proposer: flags.proposer,
    reasoningEffort: flags["reasoning-effort"],
    thinkingBudget: flags["thinking-budget"],
  }, terminal);
  if (flags["dry-run"]) {
    terminal.out(flags.json ? `${JSON.stringify({ file, valid: true })}\n` : `${file} is valid\n`);
    return 0;
  }
  const scenario = await readExperimentScenario(file, settings, flags.reference, terminal);
  const initialPolicies = readInitialPolicies(file, settings, terminal);
  const proposer = await proposerOf(settings);
  const output = settings.output;
  const place = flags.db ?? (output === null ? undefined : beside(file, `${output.directory}/${output.database}`));
  await using records = place === undefined ? null : await openNew(place, flags["run-id"], terminal);
  const recorder = records?.recorder ?? null;
  const { Interrupt } = await import("./interrupt.ts");
  const { runExperiment } = await import("../experiments/payments/experiment.ts");
  const { CORRECTED, REFERENCE } = await import("../experiments/payments/behaviours.ts");
  const { MemoryRecorder } = await import("../experiments/payments/memory_recorder.ts");
  const { BothRecorders } = await import("../experiments/payments/both_recorders.ts");
  const { eventLine, resultText } = await import("./payments_experiment_display.ts");
  const runId = flags["run-id"] ?? newRunId(settings.name);
  const memory = flags.html === undefined ? null : new MemoryRecorder();
  const verbose = flags.verbose === true;
  using interrupt = new Interrupt(terminal);
  try {
    const outcome = await runExperiment({
      settings,
      scenario,
      proposer,
      runId,
      now: () => new Date().toISOString(),
      behaviours: flags.reference === true ? REFERENCE : CORRECTED,
      recorder: memory === null || recorder === null ? memory ?? recorder : new BothRecorders(recorder, memory),
      persistBootstrap: flags["persist-bootstrap"] === true,
      initialPolicies,
      signal: interrupt.stop,
      onEvent: (event: LiveEvent) => {
        const line = eventLine(event, verbose);
        if (line !== undefined) (flags.json ? terminal.error : terminal.out)(`${line}\n`);
      },
    });
    terminal.out(flags.json ? `${JSON.stringify(outcome)}\n` : resultText({ ...outcome }));
  } catch (error) {
    if (interrupt.status === undefined) throw error;
    terminal.error(`Interrupted. ${recorder === null ? "Nothing was recorded." : `${runId} is recorded so far.`}\n`);
    return interrupt.status;
  }
  const recorded = await memory?.loadExperiment(runId);
  if (flags.html !== undefined && recorded) {
    const { writeOutputs } = await import("./outputs.ts");
    const { policyExperimentPage } = await import("../reports/policy_experiment_page.ts");
    writeOutputs(terminal.directory, [{ path: flags.html, content: policyExperimentPage(recorded) }]);
  }
  return interrupt.status ?? 0;
}

/** The records at a place that does not have this experiment yet. @throws {Conflict} when it does. */
async function openNew(place: string, runId: string | undefined, terminal: Terminal) {
  const { openRecords } = await import("./payments_experiment_store.ts");
  const records = await openRecords(terminal.directory, place);
  if (runId !== undefined && await records.reader.loadExperiment(runId) !== null) {
    await records[Symbol.asyncDispose]();
    const { Conflict } = await import("../core/errors.ts");
    throw new Conflict(`An experiment ${runId} is recorded there already; give another --run-id, or none.`);
  }
  return records;
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => run(file, flags, terminal),
);
