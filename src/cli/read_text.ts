/**
 * Reading the text files that a command is given. Every way in which that can fail is one sentence.
 *
 * @module
 */
import { StoreError, UsageError } from "../core/errors.ts";
import { from } from "./paths.ts";

/** Largest input file: 64 MiB. A scenario of 100,000 agents is a tenth of that. */
export const LARGEST_INPUT = 64 * 1024 * 1024;

/**
 * The text of a file that the caller named.
 *
 * @param what What the file is to the caller, such as `scenario`.
 * @throws {UsageError} when the path names no file.
 * @throws {StoreError} when the file is too large, unreadable or no UTF-8 text.
 */
export function readText(
  directory: string,
  path: string,
  what: string,
  largest: number = LARGEST_INPUT,
): string {
  const place = from(directory, path);
  let bytes: Uint8Array;
  try {
    const found = Deno.statSync(place);
    if (found.isDirectory) throw new UsageError(`The ${what} ${path} is a directory, not a file.`);
    if (found.size > largest) {
      throw refusal(`The ${what} ${path} has ${megabytes(found.size)} MB; at most ${megabytes(largest)} MB are read.`);
    }
    bytes = Deno.readFileSync(place);
  } catch (error) {
    throw readingError(error, path, what);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refusal(`The ${what} ${path} is no UTF-8 text; save it as UTF-8 and try again.`);
  }
}

function readingError(error: unknown, path: string, what: string): unknown {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return new UsageError(`There is no ${what} ${path}.`);
  }
  if (error instanceof Deno.errors.NotCapable) {
    return refusal(
      `The permissions of this task do not allow reading ${path}; start it with --allow-read, or move the file.`,
      error,
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return refusal(
      `The ${what} ${path} cannot be read: permission denied; change its rights (chmod) or copy it.`,
      error,
    );
  }
  return error;
}

function refusal(message: string, cause?: unknown): StoreError {
  return new StoreError(message, { store: "files", retryable: false }, { cause });
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 1);
}
