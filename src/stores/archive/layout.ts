/**
 * Which object holds which part of a sweep's directory. Every file is in exactly one, so that a download restores the
 * directory byte for byte:
 *
 * | in the directory | object below the sweep's name |
 * | --- | --- |
 * | `aggregate/...`, `registry/...` | plain, under the same key |
 * | files at the top: `plan.jsonl`, `job_manifest.json`, ... | plain, as `files/<name>` |
 * | every other directory: `runs`, the arms, `recordings`, ... | one archive, `<directory>.tar.gz` |
 * | locks, staging places, temporary files | none |
 *
 * Beside them stand `manifest.json`, or `unfinished.json` while the upload is under way. Empty directories are kept
 * inside archives; an empty `aggregate` or `registry` is not. Source: spec 09 3.1 and 3.4.
 *
 * @module
 */
import { InvalidReference, NotFound } from "../../core/errors.ts";
import { exists, isDirectory } from "../files/atomic_file.ts";
import { joined } from "../files/paths.ts";
import { checkedKey } from "../s3/keys.ts";
import { folderChildren, folderEntries, type FolderEntry } from "./folder.ts";

/** Directories whose files are worth reading without unpacking anything. */
const PLAIN: ReadonlySet<string> = new Set(["aggregate", "registry"]);

/** A part of a sweep's directory that becomes one object. */
export type SweepPart =
  | { readonly type: "file"; readonly name: string; readonly key: string; readonly size: number }
  | {
    readonly type: "archive";
    readonly name: string;
    readonly key: string;
    /** Bytes of its files. */
    readonly size: number;
    readonly entries: readonly FolderEntry[];
  };

/**
 * The parts of a sweep's directory, by key.
 *
 * @throws {NotFound} when there is no such directory; {@linkcode InvalidReference} for a file name that no key can
 * have; {@linkcode StoreError} when something cannot be read or uploaded.
 */
export function sweepParts(folder: string): SweepPart[] {
  if (!isDirectory(folder)) {
    throw new NotFound(`There is no sweep in ${folder}: ${exists(folder) ? "it is a file" : "no such directory"}`);
  }
  const parts = folderChildren(folder).flatMap(({ name, isDirectory, size }): SweepPart[] => {
    if (!isDirectory) return [{ type: "file", name, key: keyOf(`files/${name}`, folder), size }];
    return PLAIN.has(name) ? plainFiles(folder, name) : [packed(folder, name)];
  });
  return parts.sort((a, b) => a.key < b.key ? -1 : 1);
}

/** Whether a key below a sweep's name is one that an upload of the sweep makes; a job may have others there. */
export function belongsToSweep(key: string): boolean {
  return /^(?:aggregate|registry|files)\/|^[^/]+\.tar\.gz$/.test(key);
}

function packed(folder: string, name: string): SweepPart {
  const entries = folderEntries(joined(folder, name));
  const size = entries.reduce((sum, { size }) => sum + size, 0);
  return { type: "archive", name, key: keyOf(`${name}.tar.gz`, folder), size, entries };
}

function plainFiles(folder: string, directory: string): SweepPart[] {
  return folderEntries(joined(folder, directory)).filter(({ isDirectory }) => !isDirectory).map(({ name, size }) => {
    const whole = `${directory}/${name}`;
    return { type: "file", name: whole, key: keyOf(whole, folder), size };
  });
}

function keyOf(key: string, folder: string): string {
  try {
    return checkedKey(key);
  } catch (error) {
    if (!(error instanceof InvalidReference)) throw error;
    throw new InvalidReference(`Cannot upload ${JSON.stringify(key)} of ${folder}: ${error.message}`);
  }
}
