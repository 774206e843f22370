/**
 * Opening a recorded database for a command.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import { Database } from "../stores/duckdb/driver.ts";
import { requireSchema } from "../stores/duckdb/migrations.ts";
import { from, isFileAt } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** Where commands look when they are given no database. */
export const DEFAULT_DATABASE = "simulation_data.db";

/**
 * Opens a database that exists.
 *
 * @throws {NotFound} for a file that does not exist; {@linkcode StoreError} for one that has to be migrated first,
 * unless any schema will do; and as {@linkcode Database.open}.
 */
export async function openDatabase(
  path: string | undefined,
  terminal: Terminal,
  { readOnly = true, anySchema = false }: { readonly readOnly?: boolean; readonly anySchema?: boolean } = {},
): Promise<Database> {
  const asked = path ?? DEFAULT_DATABASE;
  const place = from(terminal.directory, asked);
  if (isDirectoryAt(place)) {
    throw new NotFound(`${asked} is a directory; this command takes one file: name one of those in it with --db`);
  }
  if (!isFileAt(place)) throw new NotFound(`There is no database ${asked}; name another with --db`);
  const database = await Database.open(place, { readOnly });
  try {
    if (!anySchema) await requireSchema(database);
    return database;
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens a database, or all parts of a directory as one, for reading. @throws As {@linkcode openDatabase}. */
export async function openSource(path: string | undefined, terminal: Terminal): Promise<Database> {
  const place = from(terminal.directory, path ?? DEFAULT_DATABASE);
  if (!isDirectoryAt(place)) return await openDatabase(path, terminal);
  const { openParts } = await import("../stores/duckdb/parts.ts");
  return await openParts(place);
}

/** Whether a directory is there. */
export function isDirectoryAt(place: string): boolean {
  try {
    return Deno.statSync(place).isDirectory;
  } catch {
    return false; // opening it says what is wrong
  }
}
