/**
 * `bilancio payments checkpoint`: stops a run of the payments model and goes on with it later (spec 05 17, 08 12).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { PaymentsRun } from "../payments/script.ts";
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { type Command, commandOf } from "./command.ts";
import { FAILED } from "./errors.ts";
import { type CommandShape, type FlagValues, onOff, path, wholeNumber } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

const FLAGS = {
  "save": path("STATE", "save the state to this file"),
  "at": wholeNumber("TICK", "stop before this tick", { min: 0 }, { fallback: "after the last day" }),
  "load": path("STATE", "go on from this file instead of starting at tick 0"),
  "db": path(
    "DB",
    "keep states in this DuckDB database: --save names a simulation, --load a simulation or a state's id",
  ),
  "reference": onOff("behave as the reference implementation, whose checkpoints forget much (docs/behaviours.md)"),
  "export-events": path("FILE", "events since the start or the load, one JSON object per line", { group: "Output" }),
  "export-final": path("FILE", "state, costs and metrics where it stops, as JSON"),
};

type CheckpointFlags = FlagValues<typeof FLAGS>;

const SHAPE: CommandShape<typeof FLAGS> = {
  name: "payments checkpoint",
  summary: "Saves a run of the payments model between two ticks, or goes on with a saved one",
  positionals: [{ name: "FILE", summary: "scenario (YAML or JSON), or an engine dictionary (JSON)" }],
  flags: FLAGS,
  details: [
    "A saved state goes on with the scenario that it was saved with and no other: the hash of the configuration is " +
    "checked. It continues to the same events as a run that was never stopped.",
    "States in a database: bilancio payments checkpoint save, load, list and delete.",
  ],
  examples: [
    [
      "bilancio payments checkpoint examples/payments/01-two-banks.yaml --at 20 --save out/state.json",
      "runs ticks 0 to 19",
    ],
    [
      "bilancio payments checkpoint examples/payments/01-two-banks.yaml --load out/state.json --export-final out/final.json",
      "runs the others",
    ],
  ],
};

async function checkpoint(file: string, flags: CheckpointFlags, terminal: Terminal): Promise<number> {
  if (flags.save === undefined && flags.load === undefined) {
    throw new UsageError("bilancio payments checkpoint needs --save STATE, --load STATE, or both.");
  }
  const { checkDistinct, writeOutputs } = await import("./outputs.ts");
  const states = flags.db === undefined ? [flags.load, flags.save] : [flags.db];
  checkDistinct(terminal.directory, [file, ...states, flags["export-events"], flags["export-final"]]);
  const { readPaymentsFile } = await import("./payments_file.ts");
  const { reference } = flags;
  const scenario = await readPaymentsFile(file, reference === undefined ? {} : { reference }, terminal);
  const run = await stretch(scenario, flags, terminal);
  const { writeExports } = await import("./payments_exports.ts");
  await writeExports(terminal.directory, run, { events: flags["export-events"], final: flags["export-final"] });
  const { engine, error } = run;
  if (error !== undefined || engine === undefined) {
    terminal.error(`${error?.message ?? "the run has no engine"}\n`);
    return FAILED;
  }
  let checkpointId: string | undefined;
  if (flags.save !== undefined && flags.db !== undefined) {
    const { storeCheckpoint } = await import("./payments_persist.ts");
    checkpointId = await storeCheckpoint(flags.db, flags.save, engine.save(), scenario, terminal);
  } else if (flags.save !== undefined) {
    writeOutputs(terminal.directory, [{ path: flags.save, content: `${engine.save()}\n` }]);
  }
  const summary = {
    tick: engine.currentTick,
    config_hash: engine.configHash,
    saved: flags.save ?? null,
    ...(checkpointId === undefined ? {} : { checkpoint_id: checkpointId }),
    payments: engine.paymentCount,
    queue2: engine.queue2Length,
  };
  terminal.out(`${JSON.stringify(summary)}\n`);
  return 0;
}

/** Runs from the start or a saved state to where the caller says. */
async function stretch(
  { config, behaviours }: PaymentsScenario,
  { load, at, db }: CheckpointFlags,
  terminal: Terminal,
): Promise<PaymentsRun> {
  const { runPayments } = await import("../payments/script.ts");
  const saved = load === undefined ? undefined : await savedState(load, db, terminal);
  return runPayments(config, {
    behaviours,
    ...(at === undefined ? {} : { ticks: at }),
    ...(saved === undefined ? {} : { checkpoint: saved }),
  });
}

/** The text of a saved state: from a file, or from a database. */
async function savedState(load: string, db: string | undefined, terminal: Terminal): Promise<string> {
  if (db === undefined) {
    const { readText } = await import("./read_text.ts");
    return readText(terminal.directory, load, "checkpoint");
  }
  const { storedCheckpoint } = await import("./payments_persist.ts");
  return await storedCheckpoint(db, load, terminal);
}

/** The command. */
export const command: Command = commandOf(
  SHAPE,
  ({ positionals: [file = ""], flags }, terminal) => checkpoint(file, flags, terminal),
);
