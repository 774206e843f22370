/**
 * How much a folder holds and when something in it was last written. Links count as themselves; none is followed.
 *
 * @module
 */
import { isMissing, readFailure } from "../files/atomic_file.ts";
import { joined } from "../files/paths.ts";

/** What was counted. */
export interface FolderSize {
  readonly bytes: number;
  readonly files: number;
  /** Of the newest file; of the folder itself when there is none. */
  readonly changedAt: Date | null;
  /** Paths of lock files in which a holder stands. Locks do not count as files: whoever looks may touch them. */
  readonly locks: readonly string[];
  /** What could not be read, as a sentence. */
  readonly problem: string | null;
}

/** Counts a folder. What goes away meanwhile is not counted; what cannot be read is reported in `problem`. */
export function folderSize(path: string): FolderSize {
  let [bytes, files, newest] = [0, 0, -Infinity];
  let problem: string | null = null;
  const locks: string[] = [];
  const attempt = (work: () => void, place: string): void => {
    try {
      work();
    } catch (error) {
      if (!isMissing(error)) problem ??= readFailure(error, place).message;
    }
  };
  const waiting = [path];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const place = folder;
    attempt(() => {
      for (const { name, isDirectory } of Deno.readDirSync(place)) {
        const inner = joined(place, name);
        if (isDirectory) waiting.push(inner);
        else {
          attempt(() => {
            const { size, mtime, isFile } = Deno.lstatSync(inner);
            if (name === ".lock" && isFile) {
              if (size > 0) locks.push(inner);
              return;
            }
            bytes += size;
            files++;
            newest = Math.max(newest, mtime?.getTime() ?? -Infinity);
          }, inner);
        }
      }
    }, place);
  }
  if (newest === -Infinity) attempt(() => newest = Deno.lstatSync(path).mtime?.getTime() ?? -Infinity, path);
  return { bytes, files, changedAt: newest === -Infinity ? null : new Date(newest), locks, problem };
}
