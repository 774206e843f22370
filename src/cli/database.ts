/**
 * Opening a recorded database for a command.
 *
 * @module
 */
import { NotFound } from "../core/errors.ts";
import { Database } from "../stores/duckdb/driver.ts";
import { from, isFileAt } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** Where commands look when they are given no database. */
export const DEFAULT_DATABASE = "simulation_data.db";

/** Opens a database that exists. @throws {NotFound}, and as {@linkcode Database.open}. */
export async function openDatabase(
  path: string | undefined,
  terminal: Terminal,
  { readOnly = true }: { readonly readOnly?: boolean } = {},
): Promise<Database> {
  const asked = path ?? DEFAULT_DATABASE;
  const place = from(terminal.directory, asked);
  if (!isFileAt(place)) throw new NotFound(`There is no database ${asked}; name another with --db`);
  return await Database.open(place, { readOnly });
}
