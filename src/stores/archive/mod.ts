/**
 * Sweeps in object storage: up, down, listed, removed. What packs archives is loaded with the first transfer.
 *
 * @module
 */
import type { ObjectStorage } from "../s3/objects.ts";
import type { DownloadOptions, DownloadReport } from "./download.ts";
import type { SweepListing } from "./manifest.ts";
import type { RemovalReport } from "./remove.ts";
import type { UploadOptions, UploadReport } from "./upload.ts";

export type { DownloadOptions, DownloadReport } from "./download.ts";
export type { SweepListing, SweepManifest, SweepObject } from "./manifest.ts";
export type { RemovalReport } from "./remove.ts";
export type { TransferProgress, UploadOptions, UploadReport } from "./upload.ts";

/**
 * Uploads a sweep's directory. What is there already is not sent again; interrupted and done again it completes.
 *
 * @throws {Conflict} when a file changes meanwhile; {@linkcode NotFound} for a missing directory or bucket; {@linkcode
 * StoreError}; {@linkcode InvalidReference} for a name that cannot be one; the signal's reason when it is aborted.
 */
export async function uploadSweep(storage: ObjectStorage, options: UploadOptions): Promise<UploadReport> {
  const { uploadSweep } = await import("./upload.ts");
  return await uploadSweep(storage, options);
}

/**
 * Downloads a sweep, byte for byte, into a directory that is not there, or is empty.
 *
 * @throws {NotFound} when there is no such sweep, or its upload is not finished; {@linkcode Conflict} when something is
 * in the directory, or another download is at work; {@linkcode StoreError} when something cannot be fetched or written;
 * {@linkcode InvalidReference} and {@linkcode ValidationError} for a sweep that was not made by an honest upload.
 */
export async function downloadSweep(
  storage: ObjectStorage,
  name: string,
  targetDir: string,
  options: DownloadOptions = {},
): Promise<DownloadReport> {
  const { downloadSweep } = await import("./download.ts");
  return await downloadSweep(storage, name, targetDir, options);
}

/**
 * The sweeps in a storage, finished or not.
 *
 * @throws {StoreError} when the storage cannot be read.
 */
export async function* listSweeps(
  storage: ObjectStorage,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<SweepListing> {
  const { listSweeps } = await import("./manifest.ts");
  yield* listSweeps(storage, options);
}

/**
 * Removes a sweep, finished or not, and nothing else.
 *
 * @throws {NotFound} when there is no such sweep; {@linkcode StoreError}; {@linkcode InvalidReference} for a name that
 * no sweep can have.
 */
export async function removeSweep(
  storage: ObjectStorage,
  name: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RemovalReport> {
  const { removeSweep } = await import("./remove.ts");
  return await removeSweep(storage, name, options);
}
