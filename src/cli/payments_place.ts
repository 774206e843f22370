/**
 * Where `payments run` records: in a DuckDB file, or in the Postgres of the configuration.
 *
 * @module
 */
import { UsageError, ValidationError } from "../core/errors.ts";
import type { RunStore } from "../stores/duckdb/run_store.ts";
import { type FlagValues, oneOf, onOff, path, text } from "./flags.ts";
import type { Terminal } from "./terminal.ts";

/** The flags about recording. */
export const PERSIST_FLAGS = Object.freeze({
  "persist": path("DB", "record the run in this DuckDB database, which is made where it is missing"),
  "persist-to": oneOf(
    ["duckdb", "postgres"],
    "where: in the file of --persist, or, without one, in the Postgres of BILANCIO_DATABASE_URL",
    { fallback: "duckdb" },
  ),
  "full-replay": onOff("when the run is recorded: also decisions, balances, costs and queues of every tick"),
  "simulation-id": text("ID", "the name of the recorded run", { fallback: "sim- and eight random digits" }),
});

/** The flags as they were given. */
type PersistFlags = FlagValues<typeof PERSIST_FLAGS>;

/** Which place the flags name. */
export type NamedPlace = { readonly file: string } | "postgres";

/** An open place. */
export interface PaymentsPlace extends AsyncDisposable {
  readonly store: RunStore;
  /** As the caller named it; of a Postgres the part that is no secret. */
  readonly name: string;
  /** What can be done about a run that was stopped. */
  goOn(simulationId: string): string;
}

/** Which place is meant; undefined for none. @throws {UsageError} or {ValidationError} for flags that do not go together. */
export function namedPlace(flags: PersistFlags): NamedPlace | undefined {
  const { persist, "persist-to": kind } = flags;
  if (kind === "postgres") {
    if (persist === undefined) return "postgres";
    throw new UsageError("--persist names a file, and --persist-to postgres is a server: give one of them.");
  }
  if (persist !== undefined) return { file: persist };
  // Spec 08 10: this is refused as a wrong input is, not as a wrong command line.
  if (flags["full-replay"]) {
    throw new ValidationError("--full-replay records more of a run; give --persist DB, too", []);
  }
  if (flags["simulation-id"] !== undefined) {
    throw new UsageError("--simulation-id names a recorded run; give --persist DB, too.");
  }
  if (kind !== undefined) {
    throw new UsageError("--persist-to duckdb needs the name of the file; give --persist DB, too.");
  }
  return undefined;
}

/**
 * Opens a place.
 *
 * @throws {Conflict} when another process holds the file; {@linkcode UsageError} when no Postgres is configured.
 */
export async function openPlace(place: NamedPlace, terminal: Terminal, quiet = false): Promise<PaymentsPlace> {
  if (place === "postgres") return await openServer(terminal);
  const { file } = place;
  const { openRecording } = await import("./recording_file.ts");
  const store = await openRecording(file, terminal, quiet);
  const command = (verb: string, id: string) => `bilancio db ${verb} ${id} --db ${file}`;
  return {
    store,
    name: file,
    goOn: (id) => `${command("resume", id)} completes it, ${command("delete", id)} removes it`,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

async function openServer(terminal: Terminal): Promise<PaymentsPlace> {
  const { openConfiguredPostgres } = await import("./database_url.ts");
  const { PostgresSimulations } = await import("../stores/postgres/simulations.ts");
  const connection = await openConfiguredPostgres(undefined, terminal);
  return {
    store: new PostgresSimulations(connection),
    name: connection.place,
    goOn: () => "there it cannot be completed: record it again under another --simulation-id",
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
