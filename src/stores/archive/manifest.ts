/**
 * The manifest of a sweep in the cloud: what it consists of, with sizes and checksums. It is written last, so that a
 * sweep without one is an unfinished upload. Source: spec 09 3.4.
 *
 * @module
 */
import { z } from "zod";
import { InvalidReference, NotFound, ValidationError } from "../../core/errors.ts";
import { parsedJson } from "../../core/json_text.ts";
import { checkedKey, checkedSweepName } from "../s3/keys.ts";
import type { ObjectStorage } from "../s3/objects.ts";

/** The manifest of a finished upload, below the sweep's name. */
export const MANIFEST = "manifest.json";

/** What is known of an upload under way, in the form of a manifest: what was uploaded before, and so far. */
export const UNFINISHED = "unfinished.json";

/** One object of a sweep. */
export interface SweepObject {
  /** The file, or the directory that was packed, relative to the sweep's directory. */
  readonly name: string;
  readonly type: "file" | "archive";
  /** Relative to the sweep's name. */
  readonly key: string;
  /** Bytes of the object. */
  readonly size: number;
  /** SHA-256 of the object's bytes. */
  readonly sha256: string;
  /** SHA-256 of what is in it: of the file, or of the tar stream before compression. */
  readonly contentSha256: string;
  /** When it was uploaded, ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** Files and empty directories of an archive; 1 for a file. */
  readonly entries: number;
  /** Bytes of the files in it. */
  readonly unpackedSize: number;
}

/** What a sweep in the cloud consists of. */
export interface SweepManifest {
  readonly version: 1;
  readonly name: string;
  /** `ring`, `comparison`, `balanced`, or the name of another kind of sweep. */
  readonly sweepType: string;
  /** When the sweep was first uploaded, ISO 8601 in UTC. */
  readonly createdAt: string;
  /** By key. */
  readonly objects: readonly SweepObject[];
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal digits");
const bytes = z.number().int().nonnegative();

/** A relative path or key, of which no part leads elsewhere. */
const path = z.string().refine(isInside, 'must be a relative path with "/", without "..", drive or control characters');

const schema = z.object({
  version: z.literal(1),
  name: z.string(),
  sweep_type: z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/),
  created_at: z.iso.datetime(),
  objects: z.array(z.object({
    name: path,
    type: z.enum(["file", "archive"]),
    key: path,
    size: bytes,
    sha256: digest,
    content_sha256: digest,
    updated_at: z.iso.datetime(),
    entries: bytes,
    unpacked_size: bytes,
  })).max(100_000),
});

function isInside(text: string): boolean {
  try {
    checkedKey(text);
    return !/^[A-Za-z]:/.test(text);
  } catch {
    return false; // why is said by the rule
  }
}

/** The text of a manifest. */
export function manifestText(manifest: SweepManifest): string {
  const record = {
    version: manifest.version,
    name: manifest.name,
    sweep_type: manifest.sweepType,
    created_at: manifest.createdAt,
    objects: manifest.objects.map((object) => ({
      name: object.name,
      type: object.type,
      key: object.key,
      size: object.size,
      sha256: object.sha256,
      content_sha256: object.contentSha256,
      updated_at: object.updatedAt,
      entries: object.entries,
      unpacked_size: object.unpackedSize,
    })),
  };
  return JSON.stringify(record, null, 2) + "\n";
}

/**
 * Reads a manifest. Names and keys stay inside the sweep, and none is there twice.
 *
 * @throws {ValidationError} when it is none, or one of another sweep.
 */
export function parseManifest(text: string, name: string, subject: string): SweepManifest {
  const parsed = schema.safeParse(parsedJson(text, subject));
  if (!parsed.success) {
    throw new ValidationError(
      subject,
      parsed.error.issues.map(({ path, message }) => ({
        path: path.map((key) => typeof key === "symbol" ? String(key) : key),
        message,
      })),
    );
  }
  const { objects, ...head } = parsed.data;
  const problem = (path: readonly (string | number)[], message: string): never => {
    throw new ValidationError(subject, [{ path, message }]);
  };
  if (head.name !== name) problem(["name"], `is that of another sweep than ${JSON.stringify(name)}`);
  for (const member of ["name", "key"] as const) {
    const seen = new Set<string>();
    objects.forEach((object, index) => {
      if (seen.has(object[member])) problem(["objects", index, member], "is there twice");
      seen.add(object[member]);
    });
  }
  return {
    version: head.version,
    name: head.name,
    sweepType: head.sweep_type,
    createdAt: head.created_at,
    objects: objects.map(({ content_sha256, updated_at, unpacked_size, ...object }) => ({
      ...object,
      contentSha256: content_sha256,
      updatedAt: updated_at,
      unpackedSize: unpacked_size,
    })),
  };
}

/** The largest manifest that is read, in bytes. */
const LARGEST = 64 * 1024 * 1024;

/**
 * The manifest of a sweep, or null when there is none.
 *
 * @param file {@linkcode MANIFEST}, or {@linkcode UNFINISHED} for an upload under way
 * @throws {ValidationError} for a file that is none; {@linkcode InvalidReference} for a name that no sweep can have.
 */
export async function readManifest(
  storage: ObjectStorage,
  name: string,
  file: typeof MANIFEST | typeof UNFINISHED = MANIFEST,
  signal?: AbortSignal,
): Promise<SweepManifest | null> {
  return (await read(storage, name, file, signal))?.manifest ?? null;
}

async function read(
  storage: ObjectStorage,
  name: string,
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly manifest: SweepManifest; readonly updatedAt: string } | null> {
  const key = `${checkedSweepName(name)}/${file}`;
  const subject = `${storage.place}/${key}`;
  const how = signal === undefined ? {} : { signal };
  const head = await storage.headObject(key, how);
  if (head === null) return null;
  if (head.size > LARGEST) throw new ValidationError(subject, [{ path: [], message: `has ${head.size} bytes` }]);
  try {
    const content = await storage.readObject(key, how);
    return { manifest: parseManifest(new TextDecoder().decode(content), name, subject), updatedAt: head.updatedAt };
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** A sweep as a list shows it. */
export interface SweepListing {
  readonly name: string;
  /** Null for an unfinished upload, or a manifest that cannot be read. */
  readonly manifest: SweepManifest | null;
  /** Why there is no manifest to show; null when there is one. */
  readonly problem: string | null;
  /** When it was last uploaded, ISO 8601 in UTC; null when its manifest cannot be read. */
  readonly updatedAt: string | null;
}

/**
 * The sweeps of a storage by name: also the unfinished ones. Folders of other kinds, such as those of jobs, are not
 * sweeps.
 */
export async function* listSweeps(
  storage: ObjectStorage,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<SweepListing> {
  for await (const name of storage.listFolders("", options)) {
    const listing = await sweepListing(storage, name, options.signal);
    if (listing !== null) yield listing;
  }
}

async function sweepListing(
  storage: ObjectStorage,
  name: string,
  signal: AbortSignal | undefined,
): Promise<SweepListing | null> {
  try {
    const finished = await read(storage, name, MANIFEST, signal);
    if (finished !== null) return { name, ...finished, problem: null };
    const unfinished = await read(storage, name, UNFINISHED, signal);
    if (unfinished === null) return null;
    const problem = "unfinished upload: sync the sweep again";
    return { name, manifest: null, problem, updatedAt: unfinished.updatedAt };
  } catch (error) {
    if (error instanceof InvalidReference) return null; // a folder that no upload of ours made
    if (!(error instanceof ValidationError)) throw error;
    return { name, manifest: null, problem: error.message, updatedAt: null };
  }
}
