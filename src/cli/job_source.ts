/**
 * Where commands about jobs look: the files below a directory, or the cloud, which is a Postgres, or a hosted database's
 * REST interface when only that is configured (spec 09 8).
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { CloudReader } from "../experiments/contracts.ts";
import type { LocalReader } from "../jobs/local_reader.ts";
import { openConfiguredPostgres } from "./database_url.ts";
import { type FlagValues, onOff, path } from "./flags.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** The flags that name the source. */
export const SOURCE_FLAGS = Object.freeze({
  "local": path("DIR", "look for sweeps below this directory", { fallback: "out", group: "Where to look" }),
  "cloud": onOff("look in the Postgres of BILANCIO_DATABASE_URL, or through the REST interface of a Supabase project"),
});

/** What a command reads from. */
export interface JobSource extends AsyncDisposable {
  readonly reader: CloudReader;
  /** Set when it is the files of a directory. */
  readonly local: LocalReader | undefined;
  /** As messages name it. */
  readonly name: string;
}

/**
 * Opens the source that the flags name.
 *
 * @throws {UsageError} for a directory that is not there, for both at once, and when no cloud is configured.
 */
export async function openSource(flags: FlagValues<typeof SOURCE_FLAGS>, terminal: Terminal): Promise<JobSource> {
  if (flags.cloud !== true) return await localSource(flags.local, terminal);
  if (flags.local !== undefined) throw new UsageError("--local and --cloud are two places; give one of them.");
  return await cloudSource(terminal);
}

async function localSource(given: string | undefined, terminal: Terminal): Promise<JobSource> {
  const shown = given ?? "out";
  const root = from(terminal.directory, shown);
  const { isDirectory } = await import("../stores/files/atomic_file.ts");
  if (given !== undefined && !isDirectory(root)) throw new UsageError(`There is no directory ${given}.`);
  const { LocalReader } = await import("../jobs/local_reader.ts");
  const reader = new LocalReader(root);
  return { reader, local: reader, name: shown, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() };
}

async function cloudSource(terminal: Terminal): Promise<JobSource> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { databaseUrl, supabaseOptions } = await import("../configuration/views.ts");
  const configuration = await processConfiguration(terminal.directory);
  if (databaseUrl(configuration) !== undefined) {
    const connection = await openConfiguredPostgres(undefined, terminal);
    const { PostgresRecords } = await import("../stores/postgres/records.ts");
    return {
      reader: new PostgresRecords(connection),
      local: undefined,
      name: connection.place,
      [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
    };
  }
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const supabase = supabaseOptions(configuration);
  if (supabase === undefined) {
    throw new UsageError(
      "No cloud is configured. Set BILANCIO_DATABASE_URL, or BILANCIO_SUPABASE_URL and BILANCIO_SUPABASE_ANON_KEY." +
        configuration.hint("database_url"),
    );
  }
  const { RestCloudReader } = await import("../stores/cloud/rest_reader.ts");
  const reader = new RestCloudReader(supabase);
  return {
    reader,
    local: undefined,
    name: `the REST interface at ${new URL(supabase.url).host}`,
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}
