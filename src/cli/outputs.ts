/**
 * The files that a command was asked to write. They are written when everything is there, each complete or not at all.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { writeFailure, writeFileAtomic, writePartsAtomic } from "../stores/files/atomic_file.ts";
import { from, withoutDots } from "./paths.ts";

/** A file to be written, at the path that the caller gave. */
export interface Output {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Refuses paths of which two are one file, however they are spelled: the input would be overwritten, or of two outputs
 * only the last would be left.
 *
 * @param paths inputs and outputs of a command, as the caller gave them
 * @throws {UsageError} naming the path.
 */
export function checkDistinct(directory: string, paths: readonly (string | null | undefined)[]): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path === null || path === undefined) continue;
    const place = placeOf(from(directory, path));
    if (isStream(place)) continue;
    if (seen.has(place)) throw new UsageError(`${path} is named for two files of this command; give each its own.`);
    seen.add(place);
  }
}

/** One spelling for all paths of a file: links followed where it exists, else without `.` and `..`. */
function placeOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return withoutDots(path); // not there yet
  }
}

/** Whether two paths, as the caller gave them, are one file. */
export function isSameFile(directory: string, a: string, b: string): boolean {
  return placeOf(from(directory, a)) === placeOf(from(directory, b));
}

/**
 * Writes files; folders are made where they are missing.
 *
 * @throws {StoreError} naming the file that could not be written.
 */
export function writeOutputs(directory: string, outputs: readonly Output[]): void {
  for (const { path, content } of outputs) writeOutput(from(directory, path), content);
}

/**
 * Writes a file whose text comes in parts; it appears when all of them are there.
 *
 * @throws {StoreError} naming the file that could not be written, and whatever the parts throw.
 */
export async function writeParts(directory: string, path: string, parts: AsyncIterable<string>): Promise<void> {
  const place = linkTarget(from(directory, path));
  if (isStream(place)) { for await (const part of parts) writeOutput(place, part); }
  else await writePartsAtomic(place, parts);
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
