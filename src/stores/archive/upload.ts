/**
 * A sweep's directory into the cloud. What is there already is not sent again, so that an interrupted upload goes on
 * where it stopped and a second one sends nothing. Source: spec 09 3.4 and section 7.
 *
 * Order: `unfinished.json` says what is there, then `manifest.json` goes, then the objects come, then the new
 * `manifest.json`, then `unfinished.json` goes. So at every moment a manifest describes what is really there.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import { joined } from "../files/paths.ts";
import { inTurn } from "../s3/in_turn.ts";
import { contentTypeOf } from "../s3/content_types.ts";
import { checkedSweepName } from "../s3/keys.ts";
import { DIGEST, type ObjectStorage } from "../s3/objects.ts";
import { type SweepPart, sweepParts } from "./layout.ts";
import { MANIFEST, manifestText, readManifest, type SweepManifest, type SweepObject, UNFINISHED } from "./manifest.ts";
import { fileDigest, fileStream, packFolder, tarDigest } from "./pack.ts";

/** How far a transfer is. */
export interface TransferProgress {
  /** The object that is on its way, relative to the sweep's name. */
  readonly key: string;
  /** Objects that are done, those that needed nothing included. */
  readonly objectsDone: number;
  readonly objectsTotal: number;
  /** Bytes that were transferred, compressed as they are. */
  readonly bytes: number;
}

/** What is uploaded, and under which name. */
export interface UploadOptions {
  /** The name of the sweep in the cloud. */
  readonly name: string;
  /** The kind of the sweep, such as `ring` or `balanced`. */
  readonly type: string;
  /** The sweep's directory. */
  readonly folder: string;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal;
  /** Now, ISO 8601; default the clock's. */
  readonly now?: () => string;
}

/** What an upload did. */
export interface UploadReport {
  readonly manifest: SweepManifest;
  /** Objects that were sent. */
  readonly sent: number;
  /** Objects that were there already. */
  readonly kept: number;
  /** Objects of an earlier upload that no longer belong to the sweep. */
  readonly removed: number;
  /** Bytes that were sent. */
  readonly bytes: number;
}

/** Small files are sent a few at once; archives one by one, because packing is the work there. */
const FILES_AT_ONCE = 8;

/**
 * Uploads a sweep's directory as {@linkcode sweepParts} lays it out.
 *
 * @throws {Conflict} when a file changes meanwhile; {@linkcode NotFound} for a missing directory or bucket; {@linkcode
 * StoreError}; {@linkcode InvalidReference} for a name that cannot be one; the signal's reason when it is aborted.
 */
export async function uploadSweep(storage: ObjectStorage, options: UploadOptions): Promise<UploadReport> {
  checkedSweepName(options.name);
  return await new Upload(storage, options).run();
}

/** A part together with what makes it the same as an object. */
interface DigestedPart {
  readonly part: SweepPart;
  readonly contentSha256: string;
  /** Files and empty directories in it. */
  readonly entries: number;
  /** An upper bound of the object's bytes. */
  readonly atMost: number;
}

/** Metadata of an archive: SHA-256 of its tar stream, which does not depend on how it was compressed. */
const CONTENT_DIGEST = "content-sha256";

class Upload {
  readonly #storage: ObjectStorage;
  readonly #options: UploadOptions;
  readonly #now: () => string;
  /** For requests. */
  readonly #how: { readonly signal?: AbortSignal };
  /** What is there of this sweep, by key. */
  readonly #objects = new Map<string, SweepObject>();
  #bytes = 0;
  #sent = 0;
  #total = 0;

  constructor(storage: ObjectStorage, options: UploadOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#now = options.now ?? (() => new Date().toISOString());
    this.#how = options.signal === undefined ? {} : { signal: options.signal };
  }

  async run(): Promise<UploadReport> {
    const finished = await this.#read(MANIFEST);
    const unfinished = await this.#read(UNFINISHED);
    const before = [...unfinished?.objects ?? [], ...finished?.objects ?? []];
    const known = new Map(before.map((object) => [object.key, object]));
    const parts = await this.#digested(sweepParts(this.#options.folder));
    const missing = await this.#missing(parts, known);
    const keys = new Set(parts.map(({ part }) => part.key));
    const stale = [...known.values()].filter(({ key }) => !keys.has(key));
    const current = finished !== null && missing.length === 0 && this.#describes(finished) ? finished : null;
    const manifest = current ?? await this.#replaced(missing, stale, (finished ?? unfinished)?.createdAt);
    if (current === null || unfinished !== null) await this.#delete([...stale.map(({ key }) => key), UNFINISHED]);
    return this.#report(manifest, stale.length);
  }

  /** A manifest that cannot be read is replaced like none. */
  async #read(file: typeof MANIFEST | typeof UNFINISHED): Promise<SweepManifest | null> {
    try {
      return await readManifest(this.#storage, this.#options.name, file, this.#options.signal);
    } catch (error) {
      if (error instanceof ValidationError) return null;
      throw error;
    }
  }

  /** Whether a manifest names what was found, and nothing else. */
  #describes(manifest: SweepManifest): boolean {
    return manifest.sweepType === this.#options.type && manifest.objects.length === this.#objects.size &&
      manifest.objects.every((object) => this.#objects.get(object.key) === object);
  }

  /** Sends what is missing, between the end of the old manifest and the new one. */
  async #replaced(
    missing: readonly DigestedPart[],
    stale: readonly SweepObject[],
    createdAt: string = this.#now(),
  ): Promise<SweepManifest> {
    const note = async () => await this.#put(UNFINISHED, this.#manifest(createdAt, stale));
    await note();
    await this.#delete([MANIFEST]);
    await this.#sendAll(missing, note);
    const manifest = this.#manifest(createdAt, []);
    await this.#put(MANIFEST, manifest);
    return manifest;
  }

  async #digested(parts: readonly SweepPart[]): Promise<DigestedPart[]> {
    const digested: DigestedPart[] = [];
    for (const part of parts) {
      this.#options.signal?.throwIfAborted();
      const path = joined(this.#options.folder, part.name);
      if (part.type === "file") {
        const contentSha256 = fileDigest(path, part.size);
        digested.push({ part, contentSha256, entries: 1, atMost: part.size });
      } else {
        const { contentSha256, entries, tarSize } = await tarDigest(path, part.entries);
        // What cannot be compressed grows by less than a thousandth.
        digested.push({ part, contentSha256, entries, atMost: Math.ceil(tarSize * 1.001) + 1024 });
      }
    }
    return digested;
  }

  /** The parts that are not there as they are here, by key; the others are noted as objects of this upload. */
  async #missing(
    parts: readonly DigestedPart[],
    known: ReadonlyMap<string, SweepObject>,
  ): Promise<DigestedPart[]> {
    const missing: DigestedPart[] = [];
    this.#total = parts.length;
    await inTurn(FILES_AT_ONCE, parts, async (digested) => {
      const there = await this.#there(digested, known.get(digested.part.key));
      if (there === null) missing.push(digested);
      else this.#objects.set(there.key, there);
    });
    return missing.sort((a, b) => a.part.key < b.part.key ? -1 : 1);
  }

  /** The object of a part when the storage holds it already, by manifest or by what is kept with the object. */
  async #there(digested: DigestedPart, known: SweepObject | undefined): Promise<SweepObject | null> {
    const { part, contentSha256 } = digested;
    const head = await this.#storage.headObject(`${this.#options.name}/${part.key}`, this.#how);
    if (head === null || head.metadata[metadataName(part)] !== contentSha256) return null;
    if (known?.contentSha256 === contentSha256 && known.size === head.size) return known;
    // Sent by an upload that was interrupted before it could note it. The digest of an archive is not known then.
    if (part.type === "archive" || head.size !== part.size) return null;
    return objectOf(digested, { size: head.size, sha256: contentSha256 }, head.updatedAt);
  }

  async #sendAll(missing: readonly DigestedPart[], note: () => Promise<void>): Promise<void> {
    await inTurn(FILES_AT_ONCE, missing.filter(({ part }) => part.type === "file"), (digested) => this.#send(digested));
    for (const digested of missing) {
      if (digested.part.type === "file") continue;
      await this.#send(digested);
      await note(); // so that a repetition after an interruption knows the digest of what it finds
    }
  }

  async #send(digested: DigestedPart): Promise<void> {
    const { part, contentSha256, atMost } = digested;
    let partBytes = 0;
    const sent = await this.#storage.putStream(`${this.#options.name}/${part.key}`, this.#stream(digested), {
      contentType: contentTypeOf(part.key),
      metadata: { [metadataName(part)]: contentSha256 },
      atMost,
      onBytes: (bytes) => {
        this.#bytes += bytes - partBytes;
        partBytes = bytes;
        this.#progress(part.key);
      },
      ...this.#how,
    });
    this.#sent++;
    this.#objects.set(part.key, objectOf(digested, sent, this.#now()));
    this.#progress(part.key);
  }

  #stream({ part, contentSha256 }: DigestedPart): ReadableStream<Uint8Array> {
    const path = joined(this.#options.folder, part.name);
    return part.type === "file"
      ? fileStream(path, part.size, contentSha256)
      : packFolder(path, part.entries, contentSha256);
  }

  #progress(key: string): void {
    const { onProgress } = this.#options;
    onProgress?.({ key, objectsDone: this.#objects.size, objectsTotal: this.#total, bytes: this.#bytes });
  }

  /** What is there by now; `others` are there too, of an earlier upload. */
  #manifest(createdAt: string, others: readonly SweepObject[]): SweepManifest {
    const objects = [...this.#objects.values(), ...others].sort((a, b) => a.key < b.key ? -1 : 1);
    return { version: 1, name: this.#options.name, sweepType: this.#options.type, createdAt, objects };
  }

  async #put(file: string, manifest: SweepManifest): Promise<void> {
    const key = `${this.#options.name}/${file}`;
    await this.#storage.putObject(key, manifestText(manifest), { contentType: contentTypeOf(file), ...this.#how });
  }

  async #delete(keys: readonly string[]): Promise<void> {
    await this.#storage.deleteObjects(keys.map((key) => `${this.#options.name}/${key}`), this.#how);
  }

  #report(manifest: SweepManifest, removed: number): UploadReport {
    return { manifest, sent: this.#sent, kept: this.#total - this.#sent, removed, bytes: this.#bytes };
  }
}

/** Where the digest of a part's content is kept: that of a file is the digest of its object. */
function metadataName(part: SweepPart): string {
  return part.type === "file" ? DIGEST : CONTENT_DIGEST;
}

function objectOf(
  { part, contentSha256, entries }: DigestedPart,
  sent: { readonly size: number; readonly sha256: string },
  updatedAt: string,
): SweepObject {
  const { name, type, key, size: unpackedSize } = part;
  const { size, sha256 } = sent;
  return { name, type, key, size, sha256, contentSha256, updatedAt, entries, unpackedSize };
}
