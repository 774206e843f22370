/**
 * One writer per directory. The operating system's lock decides, so that it is free the moment its holder dies; what
 * stands in the file says who holds it. Source: spec 09 3.2.3.
 *
 * @module
 */
import { Conflict } from "../../core/errors.ts";
import { isRecord } from "../../experiments/plan.ts";
import { writeAll, writeFailure } from "./atomic_file.ts";
import { directoryOf } from "./paths.ts";

/** Who holds a lock, or held it when it died. */
export interface LockHolder {
  readonly processId: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What runs there, such as `sweep ring`. */
  readonly name: string;
}

/** A lock that this process holds until it is disposed of. */
export class DirectoryLock implements Disposable {
  readonly #file: Deno.FsFile;

  private constructor(
    file: Deno.FsFile,
    /** The holder that died without giving the lock back; null after a clean end. */
    readonly predecessor: LockHolder | null,
  ) {
    this.#file = file;
  }

  /**
   * Takes the lock or fails at once.
   *
   * @param path the lock file; its directory is made when missing
   * @throws {Conflict} naming the process that holds it; {@linkcode StoreError} when the file cannot be written.
   */
  static take(path: string, name: string, startedAt: string): DirectoryLock {
    let file: Deno.FsFile | undefined;
    try {
      Deno.mkdirSync(directoryOf(path), { recursive: true });
      file = Deno.openSync(path, { read: true, write: true, create: true });
      if (!file.tryLockSync(true)) throw heldBy(path);
      const predecessor = readHolder(path);
      const holder: LockHolder = { processId: Deno.pid, startedAt, name };
      writeHolder(file, holder);
      return new DirectoryLock(file, predecessor);
    } catch (error) {
      file?.close();
      throw error instanceof Conflict ? error : writeFailure(error, path);
    }
  }

  /** Gives the lock back as it was found: what a predecessor left is still to be tidied up, and the next one will. */
  abandon(): void {
    try {
      if (this.predecessor === null) this.#file.truncateSync(0);
      else writeHolder(this.#file, this.predecessor);
    } finally {
      this.#file.close();
    }
  }

  /** Gives the lock back. The file stays, empty: removing it could take it from under a successor. */
  [Symbol.dispose](): void {
    try {
      this.#file.truncateSync(0);
    } finally {
      this.#file.close();
    }
  }
}

function writeHolder(file: Deno.FsFile, holder: LockHolder): void {
  file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  writeAll(file, new TextEncoder().encode(JSON.stringify(holder) + "\n"));
}

function heldBy(path: string): Conflict {
  const holder = readHolder(path);
  const who = holder === null
    ? "another process"
    : `process ${holder.processId} (${holder.name}, started ${holder.startedAt})`;
  return new Conflict(
    `${directoryOf(directoryOf(path))} is in use by ${who}; wait until it ends, stop it, or choose another directory`,
  );
}

function readHolder(path: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(Deno.readTextFileSync(path));
    if (!isRecord(value)) return null;
    const { processId, startedAt, name } = value;
    if (typeof processId !== "number" || typeof startedAt !== "string" || typeof name !== "string") return null;
    return { processId, startedAt, name };
  } catch {
    // Empty after a clean end, or torn: the lock itself does not depend on it.
    return null;
  }
}
