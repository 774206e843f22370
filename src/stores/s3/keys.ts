/**
 * Keys of objects: relative to the storage's prefix, parts between `/`. Source: spec 09 3.1 and 3.4.
 *
 * @module
 */
import { InvalidReference } from "../../core/errors.ts";

/** S3 allows no more bytes. */
const MOST_BYTES = 1024;

// deno-lint-ignore no-control-regex -- what is refused are the control characters
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Checks a key. Services and proxies disagree about empty, `.` and `..` parts and about control characters, so that
 * none of them may stand in a key.
 *
 * @throws {InvalidReference}
 */
export function checkedKey(key: string): string {
  const isUsable = key.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    !CONTROL.test(key) && !key.includes("\\") && key.isWellFormed() && byteLength(key) <= MOST_BYTES;
  if (isUsable) return key;
  throw new InvalidReference(
    `Invalid key ${JSON.stringify(key.slice(0, 200))}: parts between "/", none of them empty, "." or "..", ` +
      `no control characters, at most ${MOST_BYTES} bytes`,
  );
}

/**
 * A prefix as keys begin with it: empty, or ending in `/`.
 *
 * @throws {InvalidReference}
 */
export function placeOf(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, "");
  return trimmed === "" ? "" : `${checkedKey(trimmed)}/`;
}

/** Longest name of a sweep in bytes: some services keep keys as file names. */
const MOST_NAME_BYTES = 200;

/**
 * Checks the name of a sweep in the cloud: any text that is one part of a key.
 *
 * @throws {InvalidReference}
 */
export function checkedSweepName(name: string): string {
  const isUsable = name !== "" && name !== "." && name !== ".." && !/[/\\]/.test(name) && !CONTROL.test(name) &&
    name.isWellFormed() && name.trim() === name && byteLength(name) <= MOST_NAME_BYTES;
  if (isUsable) return name;
  throw new InvalidReference(
    `Invalid name ${JSON.stringify(name.slice(0, 200))} of a sweep: no "/" and "\\", no control characters, ` +
      `no space at its ends, not "." or "..", at most ${MOST_NAME_BYTES} bytes`,
  );
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
