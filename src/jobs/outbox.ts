/**
 * What could not be sent to the cloud yet: `outbox.jsonl` in the directory of a sweep. Lines are durable when an append
 * returns; what was sent is cut off in one step. Sweep and `cloud push` may work on it at the same time (spec 09 6).
 *
 * @module
 */
import { StoreError } from "../core/errors.ts";
import {
  isMissing,
  readFailure,
  readTextIfPresent,
  syncDirectory,
  writeAll,
  writeFailure,
  writeFileAtomic,
} from "../stores/files/atomic_file.ts";
import { directoryOf, joined } from "../stores/files/paths.ts";
import { type CloudRecord, recordLine } from "./outbox_records.ts";

/** Name of the file in the directory of a sweep. */
export const OUTBOX_NAME = "outbox.jsonl";

/** Beside it: held while the file changes. */
const LOCK_NAME = ".outbox.lock";

/** Records in the order in which they are to be sent, and the text that they were read from. */
export interface OutboxContent {
  readonly records: readonly CloudRecord[];
  /** The line of each record, with its end. */
  readonly lines: readonly string[];
}

/** The outbox of one sweep. */
export class Outbox {
  readonly path: string;
  readonly #directory: string;

  /** @param directory of the sweep */
  constructor(directory: string) {
    this.#directory = directory;
    this.path = joined(directory, OUTBOX_NAME);
  }

  /** Whether nothing waits. @throws {StoreError} when it cannot be looked at. */
  isEmpty(): boolean {
    try {
      return Deno.statSync(this.path).size === 0;
    } catch (error) {
      if (isMissing(error)) return true;
      throw readFailure(error, this.path);
    }
  }

  /** Adds records; they are on the disk when this returns. @throws {StoreError} */
  append(records: readonly CloudRecord[]): void {
    if (records.length === 0) return;
    const text = records.map(recordLine).join("");
    this.#locked(() => {
      const isNew = this.isEmpty();
      using file = Deno.openSync(this.path, { read: true, write: true, create: true });
      file.seekSync(wholeLines(file), Deno.SeekMode.Start);
      writeAll(file, new TextEncoder().encode(text));
      file.syncDataSync();
      if (isNew) syncDirectory(this.#directory);
    });
  }

  /**
   * Everything that waits. A last line that a crash tore is left out.
   *
   * @throws {StoreError} for a file that somebody damaged, naming the line.
   */
  async read(): Promise<OutboxContent> {
    const text = readTextIfPresent(this.path);
    if (text === null || text === "") return { records: [], lines: [] };
    const { parseRecord } = await import("./outbox_schema.ts");
    const lines = text.split("\n").slice(0, -1);
    const records = lines.map((line, index) => {
      const record = parseRecord(line);
      if (typeof record !== "string") return record;
      throw new StoreError(
        `${this.path} line ${index + 1} is damaged (${record}); repair the line or remove it, then push again`,
        { store: "files", retryable: false },
      );
    });
    return { records, lines: lines.map((line) => `${line}\n`) };
  }

  /**
   * Takes out lines that were sent. What was added meanwhile stays; when somebody else has sent them too and taken them
   * out, nothing happens.
   *
   * @throws {StoreError} when the file cannot be written.
   */
  remove(sent: ReadonlySet<number>, { lines }: OutboxContent): void {
    if (sent.size === 0) return;
    this.#locked(() => {
      const text = readTextIfPresent(this.path) ?? "";
      const read = lines.join("");
      if (!text.startsWith(read)) return;
      const rest = lines.filter((_, index) => !sent.has(index)).join("") + text.slice(read.length);
      if (rest === "") Deno.removeSync(this.path);
      else writeFileAtomic(this.path, rest);
      syncDirectory(this.#directory);
    });
  }

  #locked(work: () => void): void {
    try {
      using lock = Deno.openSync(joined(directoryOf(this.path), LOCK_NAME), { write: true, create: true });
      lock.lockSync(true);
      work();
    } catch (error) {
      throw writeFailure(error, this.path);
    }
  }
}

/** Where the last whole line ends; what a crash tore behind it is written over. */
function wholeLines(file: Deno.FsFile): number {
  const { size } = file.statSync();
  const block = new Uint8Array(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length);
    file.seekSync(start, Deno.SeekMode.Start);
    const count = file.readSync(block.subarray(0, end - start)) ?? 0;
    const at = block.subarray(0, count).lastIndexOf(0x0a);
    if (at >= 0) {
      if (start + at + 1 < size) file.truncateSync(start + at + 1);
      return start + at + 1;
    }
    end = start;
  }
  if (size > 0) file.truncateSync(0);
  return 0;
}
