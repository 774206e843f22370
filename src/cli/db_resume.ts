/**
 * `bilancio db resume`: brings an interrupted recording to its end.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import { DEFAULT_DATABASE, isDirectoryAt, openDatabase } from "./database.ts";
import { EXAMPLE_DB, FILE_FLAG, ID, JSON_FLAG, plainJson } from "./db_shape.ts";
import { FAILED } from "./errors.ts";
import { from } from "./paths.ts";

/** The command. */
export const command: Command = commandOf({
  name: "db resume",
  summary: "Completes the recording of a payments run that was interrupted",
  positionals: ID,
  flags: { ...FILE_FLAG, ...JSON_FLAG },
  details: [
    "The run is made again from what the database holds: its configuration, policies and switches. The rows of the " +
    "interrupted recording are replaced in one step when the run is over. A run that this version would make otherwise " +
    "is refused.",
  ],
  examples: [[`bilancio db resume first ${EXAMPLE_DB}`, "leaves the rows of an uninterrupted run"]],
}, async ({ positionals: [id = ""], flags }, terminal) => {
  const asked = flags.db ?? DEFAULT_DATABASE;
  const place = from(terminal.directory, asked);
  if (isDirectoryAt(place)) {
    throw new UsageError("bilancio db resume takes one database file, not a directory of parts.");
  }
  await (await openDatabase(flags.db, terminal, { anySchema: true }))[Symbol.asyncDispose]();
  const { DuckDbSimulations } = await import("../stores/duckdb/simulations.ts");
  const { resumePaymentsRun } = await import("../executors/recorded_payments.ts");
  await using store = await DuckDbSimulations.open(place);
  const { logs, error } = await resumePaymentsRun(store, id, asked);
  const events = logs.reduce((sum, log) => sum + log.length, 0);
  const status = error === undefined ? "completed" : "failed";
  if (flags.json === true) terminal.out(`${plainJson({ simulation_id: id, status, events })}\n`);
  else terminal.out(`${id} is recorded to its end: ${events} events, ${status}\n`);
  return error === undefined ? 0 : FAILED;
});
