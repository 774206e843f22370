/**
 * The files that a command was asked to write. They are written when everything is there, each complete or not at all.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { writeFailure, writeFileAtomic } from "../stores/files/atomic_file.ts";
import { from } from "./paths.ts";

/** A file to be written, at the path that the caller gave. */
export interface Output {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Refuses two outputs with one path, of which only the last would be left.
 *
 * @throws {UsageError} naming the path.
 */
export function checkDistinct(paths: readonly (string | null | undefined)[]): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === null || path === undefined) continue;
    if (seen.has(path)) throw new UsageError(`Two outputs would be written to ${path}.`);
    seen.add(path);
  }
}

/**
 * Writes files; folders are made where they are missing.
 *
 * @throws {StoreError} naming the file that could not be written.
 */
export function writeOutputs(directory: string, outputs: readonly Output[]): void {
  for (const { path, content } of outputs) writeOutput(from(directory, path), content);
}

function writeOutput(path: string, content: string | Uint8Array): void {
  const place = linkTarget(path);
  if (!isStream(place)) {
    writeFileAtomic(place, content);
    return;
  }
  try {
    using stream = Deno.openSync(place, { write: true });
    let bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Where a symbolic link leads: the file behind it is replaced, not the link. */
function linkTarget(path: string): string {
  try {
    return Deno.lstatSync(path).isSymlink ? Deno.realPathSync(path) : path;
  } catch {
    return path; // nothing there yet, or nothing that can be looked at: writing says what is wrong
  }
}

/** Whether something stands there that must not be replaced by a file: a device such as /dev/null, a pipe. */
function isStream(path: string): boolean {
  try {
    const found = Deno.statSync(path);
    return found.isCharDevice === true || found.isFifo === true || found.isBlockDevice === true;
  } catch {
    return false; // as above
  }
}
