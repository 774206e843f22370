/**
 * Whether a process is at work on a sweep: the operating system's lock decides (spec 09 3.2.3).
 *
 * @module
 */
import { Conflict } from "../core/errors.ts";
import { exists, isMissing, readFailure } from "../stores/files/atomic_file.ts";
import { DirectoryLock } from "../stores/files/lock.ts";
import { joined } from "../stores/files/paths.ts";

/** The lock files of a sweep: a paired one has its own at the top of its aggregates. */
const LOCKS = ["aggregate/.lock", "registry/.lock"];

function locksOf(directory: string): string[] {
  return LOCKS.map((name) => joined(directory, name)).filter(exists);
}

/** Whether a process holds the sweep in a directory; it is not disturbed. @throws {StoreError} */
export function isLive(directory: string): boolean {
  return locksOf(directory).some((path) => {
    try {
      using file = Deno.openSync(path, { read: true });
      return !file.tryLockSync(false);
    } catch (error) {
      if (isMissing(error)) return false;
      throw readFailure(error, path);
    }
  });
}

/**
 * Does something to a sweep on which nobody is at work, and keeps others away meanwhile. Returns false, and does
 * nothing, when a process holds it.
 *
 * @throws {StoreError} when the lock cannot be written, and whatever the work throws.
 */
export function whileIdle(directory: string, name: string, now: string, work: () => void): boolean {
  const [path] = locksOf(directory);
  if (path === undefined) {
    work();
    return true;
  }
  let lock: DirectoryLock;
  try {
    lock = DirectoryLock.take(path, name, now);
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
  try {
    work();
  } finally {
    // What a dead predecessor left is still to be tidied up by the next sweep.
    lock.abandon();
  }
  return true;
}
