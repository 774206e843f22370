/**
 * `bilancio payments checkpoint save|load|list|delete`: saved states in a database (spec 08 8 and 12).
 *
 * @module
 */
import { NotFound, UsageError } from "../core/errors.ts";
import { type Command, commandOf } from "./command.ts";
import { DEFAULT_DATABASE, openDatabase } from "./database.ts";
import { FILE_FLAG, JSON_FLAG, plainJson, showRows } from "./db_shape.ts";
import { onOff, path, text, wholeNumber } from "./flags.ts";
import { from } from "./paths.ts";

const SIMULATION_FLAG = { "simulation-id": text("ID", "the simulation that states are of") };
const REFERENCE_FLAG = {
  "reference": onOff("read states as the reference implementation, which forgets much in them"),
};
const EXAMPLE_DB = "--db out/states.duckdb";

/** `bilancio payments checkpoint save`. */
export const saveCommand: Command = commandOf({
  name: "payments checkpoint save",
  summary: "Keeps a saved state in a database, and prints its id",
  positionals: [
    { name: "STATE", summary: "file of a state, from payments checkpoint --save" },
    { name: "FILE", summary: "the scenario that the state was saved with" },
  ],
  flags: {
    ...SIMULATION_FLAG,
    ...FILE_FLAG,
    "type": text("TYPE", "why it was saved: manual, auto, end_of_day or final", { fallback: "manual" }),
    "description": text("TEXT", "a note"),
    ...REFERENCE_FLAG,
  },
  examples: [[
    `bilancio payments checkpoint save out/state.json examples/payments/01-two-banks.yaml --simulation-id first ${EXAMPLE_DB}`,
    "keeps the state as one of the simulation first",
  ]],
}, async ({ positionals: [state = "", file = ""], flags }, terminal) => {
  const { "simulation-id": simulationId, type, description } = flags;
  if (simulationId === undefined) {
    throw new UsageError("--simulation-id is missing: it names the simulation of the state.");
  }
  const { readText } = await import("./read_text.ts");
  const { readPaymentsFile } = await import("./payments_file.ts");
  const { restoredEngine, saveCheckpoint } = await import("../stores/duckdb/checkpoints.ts");
  const { configJson } = await import("../stores/duckdb/config_text.ts");
  const { openRecording } = await import("./recording_file.ts");
  const content = readText(terminal.directory, state, "checkpoint");
  const options = flags.reference === undefined ? {} : { reference: flags.reference };
  const { dictionary, behaviours } = await readPaymentsFile(file, options, terminal);
  const config = configJson(dictionary, true);
  restoredEngine({ state: content, config }, behaviours);
  await using store = await openRecording(flags.db ?? DEFAULT_DATABASE, terminal);
  const checkpointId = await saveCheckpoint(store.database, {
    simulationId,
    state: content,
    config,
    createdBy: "cli",
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
  });
  terminal.out(`${plainJson({ checkpoint_id: checkpointId })}\n`);
  return 0;
});

/** `bilancio payments checkpoint load`. */
export const loadCommand: Command = commandOf({
  name: "payments checkpoint load",
  summary: "Checks a state of a database and writes it to a file, from which payments checkpoint --load goes on",
  positionals: [{ name: "CHECKPOINT", summary: "its id, or latest" }],
  flags: {
    ...FILE_FLAG,
    "simulation-id": text("ID", "with latest: the simulation whose latest state it is"),
    "out": path("STATE", "write the state here", { fallback: "standard output" }),
    ...REFERENCE_FLAG,
  },
  examples: [[
    `bilancio payments checkpoint load latest --simulation-id first ${EXAMPLE_DB} --out out/state.json`,
    "writes the latest state of first",
  ]],
}, async ({ positionals: [name = ""], flags }, terminal) => {
  const { latestCheckpoint, loadCheckpoint, restoredEngine } = await import("../stores/duckdb/checkpoints.ts");
  const { CORRECTED, REFERENCE } = await import("../payments/behaviours.ts");
  const { "simulation-id": simulationId } = flags;
  if (name === "latest" && simulationId === undefined) {
    throw new UsageError("latest needs a simulation: --simulation-id ID.");
  }
  await using database = await openDatabase(flags.db, terminal);
  const latest = name === "latest" ? await latestCheckpoint(database, simulationId ?? "") : name;
  if (latest === null) throw new NotFound(`There are no states of ${simulationId}`);
  const saved = await loadCheckpoint(database, latest);
  if (simulationId !== undefined && saved.simulationId !== simulationId) {
    throw new NotFound(`The checkpoint ${latest} is of ${saved.simulationId}, not of ${simulationId}`);
  }
  restoredEngine(saved, flags.reference === true ? REFERENCE : CORRECTED);
  const content = saved.state.endsWith("\n") ? saved.state : `${saved.state}\n`;
  if (flags.out === undefined) {
    terminal.out(content);
    return 0;
  }
  (await import("./outputs.ts")).writeOutputs(terminal.directory, [{ path: flags.out, content }]);
  const { checkpointId: checkpoint_id, simulationId: simulation_id, tick } = saved;
  terminal.out(`${plainJson({ checkpoint_id, simulation_id, tick, out: flags.out })}\n`);
  return 0;
});

/** `bilancio payments checkpoint list`. */
export const listCommand: Command = commandOf({
  name: "payments checkpoint list",
  summary: "Lists the states of a database by tick",
  positionals: [],
  flags: {
    ...SIMULATION_FLAG,
    ...FILE_FLAG,
    "type": text("TYPE", "only those that were saved for this reason"),
    "limit": wholeNumber("N", "how many", { min: 1 }, { fallback: "50" }),
    ...JSON_FLAG,
  },
  examples: [[`bilancio payments checkpoint list ${EXAMPLE_DB}`, "shows ids, ticks, sizes and notes"]],
}, async ({ flags }, terminal) => {
  const { listCheckpoints } = await import("../stores/duckdb/checkpoints.ts");
  const { "simulation-id": simulationId, type, limit = 50 } = flags;
  await using database = await openDatabase(flags.db, terminal);
  const rows = await listCheckpoints(database, {
    limit,
    ...(simulationId === undefined ? {} : { simulationId }),
    ...(type === undefined ? {} : { type }),
  });
  const shown = ["checkpoint_id", "simulation_id", "checkpoint_tick", "checkpoint_day", "checkpoint_type"];
  const more = ["num_agents", "num_transactions", "total_size_bytes", "checkpoint_timestamp", "description"];
  const short = rows.map((row) => Object.fromEntries([...shown, ...more].map((name) => [name, row[name] ?? null])));
  showRows(flags.json === true ? rows : short, flags.json, terminal);
  return 0;
});

/** `bilancio payments checkpoint delete`. */
export const deleteCommand: Command = commandOf({
  name: "payments checkpoint delete",
  summary: "Deletes one state of a database, or all of a simulation",
  positionals: [{ name: "CHECKPOINT", summary: "its id", optional: true }],
  flags: {
    "simulation-id": text("ID", "delete all states of this simulation instead"),
    ...FILE_FLAG,
    "yes": onOff("do not ask"),
  },
  examples: [[
    `bilancio payments checkpoint delete --simulation-id first --yes ${EXAMPLE_DB}`,
    "deletes without asking",
  ]],
}, async ({ positionals: [checkpointId], flags }, terminal) => {
  const { "simulation-id": simulationId } = flags;
  if ((checkpointId === undefined) === (simulationId === undefined)) {
    throw new UsageError("bilancio payments checkpoint delete takes CHECKPOINT or --simulation-id ID, one of them.");
  }
  const { deleteCheckpoint, deleteCheckpoints, listCheckpoints } = await import("../stores/duckdb/checkpoints.ts");
  // Looked at first, so that no question is asked about what is not there.
  await (await openDatabase(flags.db, terminal))[Symbol.asyncDispose]();
  const { Database } = await import("../stores/duckdb/driver.ts");
  await using database = await Database.open(from(terminal.directory, flags.db ?? DEFAULT_DATABASE));
  const all = { limit: Number.MAX_SAFE_INTEGER, ...(simulationId === undefined ? {} : { simulationId }) };
  const found = (await listCheckpoints(database, all))
    .filter((row) => checkpointId === undefined || row["checkpoint_id"] === checkpointId);
  if (found.length === 0) {
    throw new NotFound(
      checkpointId === undefined ? `There are no states of ${simulationId}` : `Checkpoint ${checkpointId} not found`,
    );
  }
  const what = found.length === 1 ? "1 state" : `${found.length} states`;
  const { confirmed } = await import("./confirmation.ts");
  if (flags.yes !== true && !confirmed(`Delete ${what}?`, terminal)) {
    terminal.out("Nothing was deleted\n");
    return 0;
  }
  if (simulationId !== undefined) await deleteCheckpoints(database, simulationId);
  else await deleteCheckpoint(database, checkpointId ?? "");
  terminal.out(`${what} deleted\n`);
  return 0;
});
