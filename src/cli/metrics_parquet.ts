/**
 * Measures of runs as a Parquet file, written by DuckDB in memory.
 *
 * @module
 */
import type { MeasuredCloudRun } from "../experiments/contracts.ts";
import { Database } from "../stores/duckdb/driver.ts";
import { removeQuietly, writeFailure } from "../stores/files/atomic_file.ts";
import { directoryOf } from "../stores/files/paths.ts";
import { measureColumns } from "./metrics_rows.ts";

/**
 * Writes the file; it appears complete or not at all.
 *
 * @throws {StoreError} when it cannot be written, or DuckDB cannot be loaded.
 */
export async function writeMeasuresParquet(path: string, measured: readonly MeasuredCloudRun[]): Promise<void> {
  const columns = measureColumns(measured);
  const temporary = `${path}.part-${Deno.pid}`;
  await using database = await Database.open(":memory:");
  try {
    Deno.mkdirSync(directoryOf(path), { recursive: true });
    await database.exclusively(async (session) => {
      await session.run(`CREATE TABLE measures (${columns.map(({ name, type }) => `"${name}" ${type}`).join(", ")})`);
      await session.append("measures", columns.map(({ type }) => type), columns.map(({ values }) => values));
      await session.run(`COPY measures TO '${temporary.replaceAll("'", "''")}' (FORMAT PARQUET, COMPRESSION ZSTD)`);
    });
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailure(error, path);
  }
}
