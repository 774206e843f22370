/**
 * Files that appear complete or not at all: written under a temporary name in the same directory, flushed, renamed.
 * Every failure becomes one clear sentence. Source: spec 09 3.2.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { directoryOf, fileNameOf, joined } from "./paths.ts";

let counter = 0;

/** What stands at the start of the temporary names, so that leftovers of a crash are recognised. */
export const TEMPORARY_PREFIX = ".bilancio-tmp-";

/**
 * Writes a file so that a reader sees the old content or the new one, never a part. Missing directories are made.
 *
 * @throws {StoreError} when it cannot be written; the old file is untouched then.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  const temporary = temporaryName(path);
  try {
    makeRoomFor(path);
    {
      using file = Deno.openSync(temporary, { write: true, createNew: true });
      writeAll(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
      file.syncDataSync();
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailure(error, path);
  }
}

/**
 * {@linkcode writeFileAtomic} for a text that comes in parts and is never whole in memory.
 *
 * @throws {StoreError} when it cannot be written, and whatever the parts throw; the old file is untouched then.
 */
export async function writePartsAtomic(path: string, parts: AsyncIterable<string>): Promise<void> {
  const temporary = temporaryName(path);
  let file: Deno.FsFile | undefined;
  /** A step of the writing; its errors name the file, those of the parts stay what they are. */
  const step = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw writeFailure(error, path);
    }
  };
  try {
    file = step(() => {
      makeRoomFor(path);
      return Deno.openSync(temporary, { write: true, createNew: true });
    });
    const open = file;
    const encoder = new TextEncoder();
    for await (const part of parts) step(() => writeAll(open, encoder.encode(part)));
    step(() => open.syncDataSync());
    file.close();
    file = undefined;
    step(() => Deno.renameSync(temporary, path));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  } finally {
    file?.close();
  }
}

function temporaryName(path: string): string {
  return joined(directoryOf(path), `${TEMPORARY_PREFIX}${Deno.pid}-${counter++}-${fileNameOf(path)}`);
}

function makeRoomFor(path: string): void {
  Deno.mkdirSync(directoryOf(path), { recursive: true });
  // Renaming over a directory fails with a message about the temporary name; this one names the target.
  if (isDirectory(path)) throw new Deno.errors.IsADirectory(path);
}

/** Writes all bytes at the file's position; one call of the system may write a part only. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
}

/** Flushes a directory, so that renames in it survive a power loss. Where the system cannot, nothing happens. */
export function syncDirectory(path: string): void {
  try {
    using directory = Deno.openSync(path, { read: true });
    directory.syncSync();
  } catch (error) {
    // Some systems do not open or flush directories; the rename is atomic there all the same.
    if (error instanceof Deno.errors.NotFound) throw error;
  }
}

/** Removes a file or a directory with all that is in it; what is not there or cannot go is left. */
export function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch {
    // Called to tidy up after a failure, whose own message matters more; recovery tidies what is left.
  }
}

/** Whether a directory stands at a path. */
export function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether something stands at a path, be it a link that leads nowhere. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether an error says that a path names nothing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The text of a file, or null when there is none. */
export function readTextIfPresent(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw readFailure(error, path);
  }
}

/** One clear sentence about a file that could not be written. A {@linkcode StoreError} passes through. */
export function writeFailure(error: unknown, path: string): StoreError {
  return failure(error, path, "write");
}

/** One clear sentence about a file that could not be read. */
export function readFailure(error: unknown, path: string): StoreError {
  return failure(error, path, "read");
}

/** One clear sentence about something that could not be deleted. */
export function deleteFailure(error: unknown, path: string): StoreError {
  return failure(error, path, "delete");
}

function failure(error: unknown, path: string, doing: "read" | "write" | "delete"): StoreError {
  if (error instanceof StoreError) return error;
  const { reason, retryable } = explained(error, doing === "read" ? "read" : "write");
  return new StoreError(`Cannot ${doing} ${path}: ${reason}`, { store: "files", retryable }, { cause: error });
}

function explained(error: unknown, doing: "read" | "write"): { reason: string; retryable: boolean } {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return { reason: "the disk is full; free some space and start again", retryable: true };
  }
  if (code === "EFBIG") return { reason: "the file would pass the size limit of this process", retryable: false };
  if (code === "EROFS") return { reason: "the file system is read-only; choose another directory", retryable: false };
  if (code === "EMFILE" || code === "ENFILE") return { reason: "too many files are open", retryable: true };
  if (error instanceof Deno.errors.NotCapable) {
    const remedy = `choose a path that its task may ${doing}, or start it with --allow-${doing}`;
    return { reason: `this program was started without the permission for it; ${remedy}`, retryable: false };
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    const remedy = doing === "write" ? "choose another directory or change its rights" : "change its rights (chmod)";
    return { reason: `permission denied; ${remedy}`, retryable: false };
  }
  if (error instanceof Deno.errors.IsADirectory) return { reason: "it is a directory", retryable: false };
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return { reason: "a part of the path is a file, not a directory", retryable: false };
  }
  if (error instanceof Deno.errors.NotFound) return { reason: "there is no such file or directory", retryable: false };
  return { reason: error instanceof Error ? error.message : String(error), retryable: true };
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
