/**
 * Taking a sweep out of the cloud. Source: spec 09 section 7 (retention).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import { checkedSweepName } from "../s3/keys.ts";
import type { ObjectStorage } from "../s3/objects.ts";
import { belongsToSweep } from "./layout.ts";
import { MANIFEST, UNFINISHED } from "./manifest.ts";

/** What was removed. */
export interface RemovalReport {
  readonly objects: number;
  /** Bytes of the objects. */
  readonly bytes: number;
}

/**
 * Removes a sweep, finished or not, and nothing else that has the same first part of its key, such as the artifacts of
 * a job. First it becomes an unfinished upload, and its mark goes last: a removal that breaks off is seen in the list
 * and can be repeated. Uploads in parts that were never completed are given up.
 *
 * @throws {NotFound} when there is no such sweep; {@linkcode StoreError}; {@linkcode InvalidReference} for a name that
 * no sweep can have.
 */
export async function removeSweep(
  storage: ObjectStorage,
  name: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RemovalReport> {
  const place = `${checkedSweepName(name)}/`;
  const finished = await storage.headObject(place + MANIFEST, options);
  const unfinished = await storage.headObject(place + UNFINISHED, options);
  if (finished === null && unfinished === null) {
    throw new NotFound(`There is no sweep ${JSON.stringify(name)} in ${storage.place}`);
  }
  if (unfinished === null) {
    await storage.putObject(place + UNFINISHED, await storage.readObject(place + MANIFEST, options), options);
  }
  await storage.deleteObjects([place + MANIFEST], options);
  const all = await Array.fromAsync(storage.listObjects(place, options));
  const objects = all.filter(({ key }) => belongsToSweep(key.slice(place.length)));
  await storage.deleteObjects(objects.map(({ key }) => key), options);
  for await (const upload of storage.listUploads(place, options)) await storage.abortUpload(upload);
  await storage.deleteObjects([place + UNFINISHED], options);
  return { objects: objects.length, bytes: objects.reduce((sum, { size }) => sum + size, 0) };
}
