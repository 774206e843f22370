/**
 * A sweep out of the cloud, byte for byte as it was uploaded. It is put together in a directory beside the target and
 * appears whole; what an interrupted download had is used by the next one. Source: spec 09 3.4 and section 7.
 *
 * @module
 */
import { Conflict, NotFound, ValidationError } from "../../core/errors.ts";
import { sha256Hex } from "../../core/hash.ts";
import { exists, isMissing, readFailure, removeQuietly, TEMPORARY_PREFIX, writeFailure } from "../files/atomic_file.ts";
import { DirectoryLock } from "../files/lock.ts";
import { directoryOf, fileNameOf, joined } from "../files/paths.ts";
import { inTurn } from "../s3/in_turn.ts";
import type { ObjectStorage } from "../s3/objects.ts";
import { checkedEntryName } from "./entry_names.ts";
import { extractArchive } from "./extract.ts";
import { fetchObject } from "./fetch_object.ts";
import { MANIFEST, manifestText, readManifest, type SweepManifest, type SweepObject, UNFINISHED } from "./manifest.ts";
import type { TransferProgress } from "./upload.ts";

/** How a sweep is downloaded. */
export interface DownloadOptions {
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
}

/** What a download did. */
export interface DownloadReport {
  readonly manifest: SweepManifest;
  /** Objects that were fetched. */
  readonly fetched: number;
  /** Objects that an interrupted download had left. */
  readonly kept: number;
  /** Bytes that were fetched. */
  readonly bytes: number;
}

/** Small files are fetched a few at once. */
const FILES_AT_ONCE = 8;

/**
 * Downloads a sweep into a directory that is not there, or is empty.
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
  const target = targetDir.replace(/(?<=.)[\\/]+$/, "");
  refuseTaken(target);
  const manifest = await manifestOf(storage, name, options.signal);
  checkNames(manifest, `${storage.place}/${name}/${MANIFEST}`);
  const stagingName = `${TEMPORARY_PREFIX}${fileNameOf(target)}-`;
  const staging = joined(directoryOf(target), stagingName + sha256Hex(manifestText(manifest)).slice(0, 12));
  using lock = new StagingLock(staging);
  const report = await new Download(storage, manifest, staging, options).run();
  refuseTaken(target);
  lock.putInPlace(target);
  removeOlder(directoryOf(target), stagingName);
  return report;
}

async function manifestOf(storage: ObjectStorage, name: string, signal?: AbortSignal): Promise<SweepManifest> {
  const manifest = await readManifest(storage, name, MANIFEST, signal);
  if (manifest !== null) return manifest;
  if (await readManifest(storage, name, UNFINISHED, signal) !== null) {
    throw new NotFound(`The upload of sweep ${JSON.stringify(name)} is not finished: sync it again, then download it`);
  }
  throw new NotFound(`There is no sweep ${JSON.stringify(name)} in ${storage.place}`);
}

function refuseTaken(target: string): void {
  try {
    if ([...Deno.readDirSync(target)].length === 0) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.NotADirectory)) throw readFailure(error, target);
  }
  throw new Conflict(`Cannot download into ${target}: something is there already; choose another directory`);
}

/** Names were checked to be inside the sweep; here also that they can be made on a disk. */
function checkNames(manifest: SweepManifest, subject: string): void {
  const archives = new Set(manifest.objects.filter(({ type }) => type === "archive").map(({ name }) => name));
  for (const { name } of manifest.objects) {
    checkedEntryName(name, subject);
    const [top = ""] = name.split("/");
    if (top !== name && (archives.has(top) || archives.has(name))) {
      throw new ValidationError(subject, [{
        path: [name],
        message: "is an archive in a directory, or a file in one that an archive makes",
      }]);
    }
  }
}

/** The directory in which a sweep is put together, held by one download. It stays when the download fails. */
class StagingLock implements Disposable {
  readonly #lock: DirectoryLock;

  constructor(readonly staging: string) {
    this.#lock = DirectoryLock.take(joined(staging, ".lock"), "cloud download", new Date().toISOString());
  }

  /** The directory becomes the target; the lock's file does not go with it. */
  putInPlace(target: string): void {
    try {
      Deno.removeSync(joined(this.staging, ".lock"));
      if (exists(target)) Deno.removeSync(target); // empty, or this fails
      Deno.renameSync(this.staging, target);
    } catch (error) {
      throw writeFailure(error, target);
    }
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** What downloads of earlier versions of the sweep have left. */
function removeOlder(directory: string, stagingName: string): void {
  try {
    for (const { name } of Deno.readDirSync(directory)) {
      if (name.startsWith(stagingName) && /^[0-9a-f]{12}$/.test(name.slice(stagingName.length))) {
        removeQuietly(joined(directory, name));
      }
    }
  } catch (error) {
    if (!isMissing(error)) throw readFailure(error, directory);
  }
}

class Download {
  #bytes = 0;
  #done = 0;
  #fetched = 0;

  constructor(
    readonly storage: ObjectStorage,
    readonly manifest: SweepManifest,
    readonly staging: string,
    readonly options: DownloadOptions,
  ) {}

  async run(): Promise<DownloadReport> {
    const { objects } = this.manifest;
    const files = objects.filter(({ type }) => type === "file");
    await inTurn(FILES_AT_ONCE, files, (object) => this.#get(object, (path) => this.#fetch(object, path)));
    for (const object of objects) {
      if (object.type === "archive") await this.#get(object, (path) => this.#unpack(object, path));
    }
    return { manifest: this.manifest, fetched: this.#fetched, kept: this.#done - this.#fetched, bytes: this.#bytes };
  }

  /** Files and directories appear under their names when they are complete, so what is there is done. */
  async #get(object: SweepObject, get: (path: string) => Promise<void>): Promise<void> {
    const path = joined(this.staging, object.name);
    if (!exists(path)) {
      await get(path);
      this.#fetched++;
    }
    this.#done++;
    this.#progress(object.key);
  }

  async #fetch(object: SweepObject, path: string): Promise<void> {
    const { signal } = this.options;
    const expected = { ...object, key: `${this.manifest.name}/${object.key}` };
    await fetchObject(this.storage, expected, path, {
      ...(signal === undefined ? {} : { signal }),
      onBytes: (count) => {
        this.#bytes += count;
        this.#progress(object.key);
      },
    });
  }

  /** Nothing is unpacked before all of it has arrived and is what the manifest says. */
  async #unpack(object: SweepObject, path: string): Promise<void> {
    const packed = joined(this.staging, `${TEMPORARY_PREFIX}${object.key}`);
    const subject = `${this.storage.place}/${this.manifest.name}/${object.key}`;
    try {
      await this.#fetch(object, packed);
      const stream = (await Deno.open(packed, { read: true })).readable;
      const unpacked = await extractArchive(stream, path, object, subject);
      if (unpacked.entries !== object.entries || unpacked.unpackedSize !== object.unpackedSize) {
        removeQuietly(path);
        throw new ValidationError(subject, [{ path: [], message: "holds less than its manifest says" }]);
      }
    } finally {
      removeQuietly(packed);
    }
  }

  #progress(key: string): void {
    this.options.onProgress?.({
      key,
      objectsDone: this.#done,
      objectsTotal: this.manifest.objects.length,
      bytes: this.#bytes,
    });
  }
}
