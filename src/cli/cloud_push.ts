/**
 * `bilancio cloud push`: sends what sweeps could not send to their database while they ran (spec 09 6).
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import type { CloudStorageClient } from "../experiments/contracts.ts";
import type { PushOutcome } from "../jobs/push_outbox.ts";
import { openTargets, TARGET_FLAGS } from "./cloud_targets.ts";
import { type Command, commandOf } from "./command.ts";
import { DONE, errorText, FAILED } from "./errors.ts";
import { type FlagValues, onOff } from "./flags.ts";
import { Interrupt } from "./interrupt.ts";
import { from, withoutDots } from "./paths.ts";
import type { Terminal } from "./terminal.ts";
import { transferBar, TransferLine } from "./transfer_line.ts";
import { counted } from "./volume_table.ts";

const FLAGS = {
  ...TARGET_FLAGS,
  "quiet": onOff("no progress and no summary"),
  "json": onOff("one JSON object per directory, and one at the end"),
};
type PushFlags = FlagValues<typeof FLAGS>;

/** Where to look when nobody says. */
const DEFAULT_ROOT = "out";

/** The directories below a root whose outbox holds something, with their outboxes. */
async function waitingIn(root: string): Promise<string[]> {
  const { sweepDirectories } = await import("../stores/files/job_store.ts");
  const { Outbox } = await import("../jobs/outbox.ts");
  return [...sweepDirectories(root)].filter((directory) => !new Outbox(directory).isEmpty());
}

async function pushed(
  directory: string,
  client: CloudStorageClient,
  flags: PushFlags,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<PushOutcome> {
  const { pushOutbox } = await import("../jobs/push_outbox.ts");
  using line = new TransferLine(terminal, { quiet: flags.quiet === true || flags.json === true });
  return await pushOutbox(directory, client, {
    signal,
    onProgress: (sent, total) => line.tell(() => transferBar(sent, total, "records", directory)),
  });
}

/** Tells what became of one directory; returns whether all of it was sent. */
function tell(shown: string, { sent, waiting, failures }: PushOutcome, flags: PushFlags, terminal: Terminal): boolean {
  const errors = failures.map(({ jobId, error }) => ({ jobId, error: errorText(error, false).trimEnd() }));
  if (flags.json === true) terminal.out(`${JSON.stringify({ directory: shown, sent, waiting, errors })}\n`);
  else if (flags.quiet !== true) {
    const left = waiting === 0 ? "" : `, ${waiting} still wait`;
    terminal.out(`${shown}: ${counted(sent, "record")} sent${left}\n`);
  }
  for (const { jobId, error } of errors) terminal.error(`${jobId}: ${error}\n`);
  return waiting === 0;
}

/** `bilancio cloud push`. */
export const command: Command = commandOf({
  name: "cloud push",
  summary: "Sends the records of sweeps whose database did not answer",
  positionals: [{ name: "DIR", summary: "a sweep, or a directory with sweeps; default out", optional: true }],
  flags: FLAGS,
  details: [
    "A sweep with --persist-to postgres keeps what it cannot send in outbox.jsonl of its directory. Records go in their " +
    "order; one that the database refuses holds up its own job and no other. Pushing again, or while the sweep runs, " +
    "changes nothing.",
  ],
  examples: [["bilancio cloud push out/trading", "sends what waits there"], [
    "bilancio cloud push",
    "sends what waits in any sweep below out/",
  ]],
}, async ({ positionals: [given], flags }, terminal) => {
  const shown = given ?? DEFAULT_ROOT;
  const root = withoutDots(from(terminal.directory, shown));
  const { isDirectory } = await import("../stores/files/atomic_file.ts");
  if (given !== undefined && !isDirectory(root)) throw new NotFound(`There is no directory ${given}`);
  const directories = await waitingIn(root);
  if (directories.length === 0) {
    terminal.out(
      flags.json === true ? `${JSON.stringify({ sent: 0, waiting: 0 })}\n` : `Nothing waits below ${shown}.\n`,
    );
    return DONE;
  }
  await using targets = await openTargets(flags, terminal, { database: "required", storage: "unused" });
  using interrupt = new Interrupt(terminal, "Stopping: what was sent is sent; the same command goes on.");
  const { CompositeStorageClient } = await import("../stores/cloud/composite.ts");
  const { PostgresRecords } = await import("../stores/postgres/records.ts");
  const records = targets.database === undefined ? undefined : new PostgresRecords(targets.database);
  await using client = new CompositeStorageClient({ records });
  const total = { sent: 0, waiting: 0 };
  for (const directory of directories) {
    if (interrupt.status !== undefined) break;
    const outcome = await pushed(directory, client, flags, interrupt.stop, terminal);
    total.sent += outcome.sent;
    total.waiting += outcome.waiting;
    const below = directory === root ? "" : directory.slice(root.length);
    tell(`${shown.replace(/(?<=.)\/+$/, "")}${below}`, outcome, flags, terminal);
  }
  if (flags.json === true) terminal.out(`${JSON.stringify(total)}\n`);
  return interrupt.status ?? (total.waiting === 0 ? DONE : FAILED);
});
