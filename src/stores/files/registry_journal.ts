/**
 * The journal of a registry: one line per upsert, appended and flushed, never rewritten. When the table has been
 * written to `experiments.csv`, a marker line says so, and only what follows it is read again. Source: spec 09 3.2.2.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type { RegistryEntry } from "../../experiments/contracts.ts";
import { isRecord, isValues } from "../../experiments/plan.ts";
import { isMissing, readFailure, writeAll, writeFailure } from "./atomic_file.ts";
import type { ColumnRole } from "./registry_table.ts";
import { isRunStatus, isTexts } from "./result_text.ts";

/** What stands at the start of a marker line. */
const MARKER = '{"compacted":';

/** How much is read at a time, from the end, in search of the last marker. */
const BLOCK = 4 * 1024 * 1024;

/** Says that everything above it stands in `experiments.csv`. */
export interface CompactionMarker {
  /** Size of the CSV file, by which a file that was replaced by hand is noticed. */
  readonly csvBytes: number;
  readonly roles: Readonly<Record<string, ColumnRole>>;
}

/** What a journal has to say. */
export interface JournalTail {
  /** The last marker, null when there is none or it does not belong to the CSV file that is there. */
  readonly marker: CompactionMarker | null;
  /** The entries behind it. */
  readonly entries: readonly RegistryEntry[];
  /** Length of the readable part; what follows was torn by a crash. */
  readonly validBytes: number;
}

/** The line of an entry, with its end. */
export function entryLine(entry: RegistryEntry): string {
  return JSON.stringify({
    run_id: entry.runId,
    experiment_id: entry.experimentId,
    status: entry.status,
    parameters: entry.parameters,
    metrics: entry.metrics,
    artifact_paths: entry.artifactPaths,
    artifact_sizes: entry.artifactSizes,
    error: entry.error,
  }) + "\n";
}

/** The line of a marker, with its end. */
export function markerLine(marker: CompactionMarker): string {
  return `${MARKER}${JSON.stringify({ csv_bytes: marker.csvBytes, roles: marker.roles })}}\n`;
}

/**
 * Reads what the CSV file does not hold yet.
 *
 * @param csvBytes size of `experiments.csv`, null when there is none; undefined reads everything
 * @throws {StoreError} when the journal is damaged in its middle, which no crash does.
 */
export function readJournal(path: string, csvBytes?: number | null): JournalTail {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (isMissing(error)) return { marker: null, entries: [], validBytes: 0 };
    throw readFailure(error, path);
  }
  using _closed = file;
  const size = file.statSync().size;
  if (csvBytes !== undefined) {
    const { start, bytes } = tailFromMarker(file, size);
    const tail = parseLines(bytes, start, path);
    if (start === 0 && tail.marker === null || tail.marker?.csvBytes === csvBytes) return tail;
  }
  const whole = parseLines(readRange(file, 0, size), 0, path);
  return { ...whole, marker: null };
}

/** The bytes from the last marker on, or all of them. */
function tailFromMarker(file: Deno.FsFile, size: number): { start: number; bytes: Uint8Array } {
  const singleBytes = new TextDecoder("latin1");
  for (let length = Math.min(BLOCK, size);; length = Math.min(length * 2, size)) {
    const bytes = readRange(file, size - length, length);
    // One character per byte, so that positions are offsets.
    const text = singleBytes.decode(bytes);
    let at = text.lastIndexOf(`\n${MARKER}`);
    // A torn marker marks nothing.
    while (at >= 0 && text.indexOf("\n", at + 1) < 0) at = text.lastIndexOf(`\n${MARKER}`, at - 1);
    if (at >= 0) return { start: size - length + at + 1, bytes: bytes.subarray(at + 1) };
    if (length === size) return { start: 0, bytes };
  }
}

function readRange(file: Deno.FsFile, start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  file.seekSync(start, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) return bytes.subarray(0, filled);
    filled += count;
  }
  return bytes;
}

function parseLines(bytes: Uint8Array, start: number, path: string): JournalTail {
  const entries: RegistryEntry[] = [];
  let marker: CompactionMarker | null = null;
  const lines = new TextDecoder().decode(bytes).split("\n");
  // What stands behind the last line end was never finished.
  const torn = lines.pop() ?? "";
  let validBytes = start + bytes.length - new TextEncoder().encode(torn).length;
  for (const [i, line] of lines.entries()) {
    const parsed = parsedLine(line);
    if (parsed === undefined) {
      if (lines.slice(i + 1).some((later) => parsedLine(later) !== undefined)) throw damaged(path, line);
      validBytes = start + new TextEncoder().encode(lines.slice(0, i).map((whole) => whole + "\n").join("")).length;
      break;
    }
    if ("csvBytes" in parsed) marker = parsed;
    else entries.push(parsed);
  }
  return { marker, entries, validBytes };
}

function damaged(path: string, line: string): StoreError {
  return new StoreError(
    `${path} is damaged: no record of a run in the line ${
      JSON.stringify(line.slice(0, 60))
    }; restore it from a backup or move it away`,
    { store: "files", retryable: false },
  );
}

function parsedLine(line: string): RegistryEntry | CompactionMarker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  return "compacted" in value ? parsedMarker(value["compacted"]) : parsedEntry(value);
}

function parsedMarker(value: unknown): CompactionMarker | undefined {
  if (!isRecord(value) || typeof value["csv_bytes"] !== "number" || !isRecord(value["roles"])) return undefined;
  const roles: Record<string, ColumnRole> = {};
  for (const [name, role] of Object.entries(value["roles"])) {
    if (role === "parameter" || role === "metric" || role === "artifact") roles[name] = role;
  }
  return { csvBytes: value["csv_bytes"], roles };
}

function parsedEntry(value: Record<string, unknown>): RegistryEntry | undefined {
  const { run_id: runId, experiment_id: experimentId, status, parameters, metrics, error } = value;
  const { artifact_paths: artifactPaths, artifact_sizes: artifactSizes } = value;
  if (typeof runId !== "string" || typeof experimentId !== "string" || !isRunStatus(status)) return undefined;
  if (!isValues(parameters) || !isValues(metrics) || !isTexts(artifactPaths)) return undefined;
  if (error !== null && typeof error !== "string") return undefined;
  const entry = { runId, experimentId, status, parameters, metrics, artifactPaths, error };
  return isSizes(artifactSizes) ? { ...entry, artifactSizes } : entry;
}

function isSizes(value: unknown): value is Readonly<Record<string, number>> {
  return isRecord(value) && Object.values(value).every((size) => typeof size === "number");
}

/** The journal as a writer sees it. */
export class JournalWriter implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #length: number;

  /** Opens the journal and cuts off what a crash tore. */
  constructor(path: string, validBytes: number) {
    this.#path = path;
    this.#length = validBytes;
    try {
      this.#file = Deno.openSync(path, { write: true, create: true });
      if (this.#file.statSync().size > validBytes) this.#file.truncateSync(validBytes);
      this.#file.seekSync(validBytes, Deno.SeekMode.Start);
    } catch (error) {
      throw writeFailure(error, path);
    }
  }

  /** Appends lines; they are on the disk when the promise resolves. After a failure the journal is as it was. */
  async append(lines: string): Promise<void> {
    const bytes = new TextEncoder().encode(lines);
    try {
      writeAll(this.#file, bytes);
      await this.#file.syncData();
      this.#length += bytes.length;
    } catch (error) {
      this.#undo();
      throw writeFailure(error, this.#path);
    }
  }

  /** Takes back what a failed append left, so that the next one does not continue a torn line. */
  #undo(): void {
    this.#file.truncateSync(this.#length);
    this.#file.seekSync(this.#length, Deno.SeekMode.Start);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
