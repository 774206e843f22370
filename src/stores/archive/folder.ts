/**
 * What is in a folder that goes to the cloud: every file and every empty directory, in one order, without locks and
 * what is half done.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { readFailure, TEMPORARY_PREFIX } from "../files/atomic_file.ts";
import { joined } from "../files/paths.ts";

/** A file or an empty directory. */
export interface FolderEntry {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** In bytes; 0 for a directory. */
  readonly size: number;
}

/** Names of locks, staging places, and requests to a sweep that is at work. */
const PASSING: ReadonlySet<string> = new Set([".lock", ".outbox.lock", ".job-cancel", ".staging", ".replaced"]);

/** Names that belong to work in progress, temporary files included. */
export function isPassing(fileName: string): boolean {
  return PASSING.has(fileName) || fileName.startsWith(TEMPORARY_PREFIX);
}

/**
 * The entries below a folder, sorted by name. Names are compared by their UTF-16 units, so that the order is the same
 * on every machine.
 *
 * @throws {StoreError} when it cannot be read, or holds something that is neither a file nor a directory.
 */
export function folderEntries(folder: string): FolderEntry[] {
  return entriesBelow(folder, "").sort((a, b) => a.name < b.name ? -1 : 1);
}

function entriesBelow(folder: string, below: string): FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (const child of folderChildren(joined(folder, below))) {
    const name = joined(below, child.name);
    const inside = child.isDirectory ? entriesBelow(folder, name) : [];
    if (inside.length === 0) entries.push({ ...child, name });
    else for (const one of inside) entries.push(one);
  }
  return entries;
}

/**
 * What is directly in a folder, without what is passing.
 *
 * @throws {StoreError} when it cannot be read, or holds something that is neither a file nor a directory.
 */
export function folderChildren(folder: string): FolderEntry[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ name }) => !isPassing(name)).map((entry) => {
      if (entry.isDirectory) return { name: entry.name, isDirectory: true, size: 0 };
      const path = joined(folder, entry.name);
      if (entry.isFile) return { name: entry.name, isDirectory: false, size: Deno.lstatSync(path).size };
      throw new StoreError(
        `${path} is ${entry.isSymlink ? "a link" : "no ordinary file"}, which is not uploaded: ` +
          "move it out of the sweep, or put a file in its place",
        { store: "archive", retryable: false },
      );
    });
  } catch (error) {
    throw readFailure(error, folder);
  }
}
