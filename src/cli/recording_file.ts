/**
 * The DuckDB file in which commands record simulations.
 *
 * @module
 */
import { DuckDbSimulations } from "../stores/duckdb/simulations.ts";
import { from } from "./paths.ts";
import type { Terminal } from "./terminal.ts";

/** Opens a database for recording; says which recordings in it were interrupted. */
export async function openRecording(path: string, terminal: Terminal, quiet = false): Promise<DuckDbSimulations> {
  const place = from(terminal.directory, path);
  const folder = place.replace(/[\\/][^\\/]*$/, "");
  if (folder !== place && folder !== "") Deno.mkdirSync(folder, { recursive: true });
  const store = await DuckDbSimulations.open(place);
  if (!quiet) {
    for (const id of store.interrupted) {
      terminal.error(
        `warning: the recording of ${id} was interrupted; bilancio db resume ${id} --db ${path} completes it, ` +
          `bilancio db delete ${id} --db ${path} removes it\n`,
      );
    }
  }
  return store;
}
