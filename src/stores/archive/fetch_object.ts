/**
 * One object of a sweep into a file: complete and with the right checksum, or not at all. Source: spec 09 3.4.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { removeQuietly, TEMPORARY_PREFIX, writeAll, writeFailure } from "../files/atomic_file.ts";
import { directoryOf, fileNameOf, joined } from "../files/paths.ts";
import type { ObjectStorage } from "../s3/objects.ts";

/** What an object has to be. */
export interface ExpectedObject {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** How an object is fetched. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Hears of bytes as they come. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Fetches an object into a file. One that arrives with other bytes than expected is fetched again.
 *
 * @throws {StoreError} when it does not arrive as it should, or cannot be written; {@linkcode NotFound} when there is
 * no such object; the signal's reason when it is aborted.
 */
export async function fetchObject(
  storage: ObjectStorage,
  expected: ExpectedObject,
  path: string,
  options: FetchOptions = {},
): Promise<void> {
  const directory = directoryOf(path);
  const temporary = joined(directory, `${TEMPORARY_PREFIX}${Deno.pid}-${fileNameOf(path)}`);
  step(path, () => Deno.mkdirSync(directory, { recursive: true }));
  try {
    await storage.matched(expected.key, () => fetchOnce(storage, expected, temporary, path, options), options.signal);
    step(path, () => Deno.renameSync(temporary, path));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** Null when what arrived is not what was expected. */
async function fetchOnce(
  storage: ObjectStorage,
  { key, size, sha256 }: ExpectedObject,
  temporary: string,
  path: string,
  { signal, onBytes }: FetchOptions,
): Promise<true | null> {
  const { head, stream } = await storage.getObject(key, signal === undefined ? {} : { signal });
  if (head.size !== size) {
    await stream.cancel();
    return null;
  }
  const hash = createHash("sha256");
  using file = step(path, () => Deno.openSync(temporary, { write: true, create: true, truncate: true }));
  for await (const block of stream) {
    hash.update(block);
    step(path, () => writeAll(file, block));
    onBytes?.(block.length);
  }
  if (hash.digest("hex") !== sha256) return null;
  step(path, () => file.syncDataSync());
  return true;
}

function step<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw writeFailure(error, path);
  }
}
