/**
 * Some entries of an archive in object storage, without keeping the archive: it is unpacked as it comes. What was unpacked
 * counts when the whole stream has gone by and was what the manifest says. Source: spec 09 3.4.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { InvalidReference, ValidationError } from "../../core/errors.ts";
import { removeQuietly, writeFailure } from "../files/atomic_file.ts";
import type { ObjectStorage } from "../s3/objects.ts";
import { type EntryPlace, unpackInto } from "./extract.ts";
import type { FetchOptions } from "./fetch_object.ts";
import type { SweepObject } from "./manifest.ts";

/**
 * Unpacks entries of a sweep's archive into a directory of the caller's, which is emptied before. An archive that arrives
 * with other bytes than expected is fetched again.
 *
 * @param sweep the name of the sweep
 * @throws {InvalidReference} and {@linkcode ValidationError} for an archive that no honest upload made; {@linkcode
 * StoreError} when it does not arrive as it should, or cannot be written; {@linkcode NotFound} when it is not there; the
 * signal's reason when it is aborted. The directory holds a part then.
 */
export async function fetchEntries(
  storage: ObjectStorage,
  sweep: string,
  archive: SweepObject,
  directory: string,
  placeOf: EntryPlace,
  options: FetchOptions = {},
): Promise<void> {
  const key = `${sweep}/${archive.key}`;
  const subject = `${storage.place}/${key}`;
  const attempt = async (): Promise<true | null> => {
    emptied(directory);
    const passing = await passingStream(storage, key, archive, options);
    if (passing === null) return null;
    try {
      const { entries, unpackedSize } = await unpackInto(directory, passing.stream, archive, subject, placeOf);
      if (!passing.isAsExpected()) return null;
      if (entries === archive.entries && unpackedSize === archive.unpackedSize) return true;
    } catch (error) {
      const isOfContent = error instanceof ValidationError || error instanceof InvalidReference;
      if (!isOfContent) throw error;
      // Bytes that were spoilt on their way look like a bad archive, too.
      if (await isStoredAsExpected(storage, key, archive, options.signal)) throw error;
      return null;
    }
    throw new ValidationError(subject, [{ path: [], message: "holds less than its manifest says" }]);
  };
  await storage.matched(key, attempt, options.signal);
}

function emptied(directory: string): void {
  removeQuietly(directory);
  try {
    Deno.mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw writeFailure(error, directory);
  }
}

interface PassingStream {
  readonly stream: ReadableStream<Uint8Array>;
  /** Whether what went by is the whole object, and the right one. */
  isAsExpected(): boolean;
}

/** The bytes of an object, digested as they pass; null when it has another size. */
async function passingStream(
  storage: ObjectStorage,
  key: string,
  { size, sha256 }: SweepObject,
  { signal, onBytes }: FetchOptions,
): Promise<PassingStream | null> {
  const { head, stream } = await storage.getObject(key, signal === undefined ? {} : { signal });
  if (head.size !== size) {
    await stream.cancel();
    return null;
  }
  const hash = createHash("sha256");
  let bytes = 0;
  const digested = stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(block, controller) {
        hash.update(block);
        bytes += block.length;
        onBytes?.(block.length);
        controller.enqueue(block);
      },
    }),
  );
  return { stream: digested, isAsExpected: () => bytes === size && hash.digest("hex") === sha256 };
}

async function isStoredAsExpected(
  storage: ObjectStorage,
  key: string,
  archive: SweepObject,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const passing = await passingStream(storage, key, archive, signal === undefined ? {} : { signal });
  if (passing === null) return false;
  for await (const _ of passing.stream);
  return passing.isAsExpected();
}
