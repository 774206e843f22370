/**
 * Unpacking a `.tar.gz` that anyone could have made: nothing leaves the target, only files and directories are made, and
 * no more of them than was announced. Source: spec 09 3.1 and 3.4.
 *
 * @module
 */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { Conflict, InvalidReference, StoreError, ValidationError } from "../../core/errors.ts";
import { exists, removeQuietly, TEMPORARY_PREFIX, writeAll, writeFailure } from "../files/atomic_file.ts";
import { directoryOf, fileNameOf, joined } from "../files/paths.ts";
import { checkedEntryName } from "./entry_names.ts";

/** What an archive may hold at most. */
export interface ArchiveLimits {
  /** Files and directories. */
  readonly entries: number;
  /** Bytes of all files. */
  readonly unpackedSize: number;
}

/** What an archive held, what was left out included. */
export interface Unpacked {
  readonly entries: number;
  /** Bytes of all files. */
  readonly unpackedSize: number;
}

/** Where an entry goes, relative to the target; null for one that is left out. */
export type EntryPlace = (name: string, isDirectory: boolean) => string | null;

/**
 * Unpacks an archive into a directory that is not there yet. It appears whole or not at all.
 *
 * @param subject what the archive is called in messages
 * @throws {InvalidReference} for an entry whose name leaves the directory, or that is a link or a device;
 * {@linkcode ValidationError} for what is no archive, is cut short, or passes the limits; {@linkcode Conflict} when
 * something is at the target; {@linkcode StoreError} when it cannot be written, and whatever the stream throws.
 */
export async function extractArchive(
  archive: ReadableStream<Uint8Array>,
  target: string,
  limits: ArchiveLimits,
  subject = "Archive",
): Promise<Unpacked> {
  if (exists(target)) {
    await archive.cancel();
    throw new Conflict(`Cannot unpack into ${target}: something is there already`);
  }
  const staging = joined(directoryOf(target), `${TEMPORARY_PREFIX}${Deno.pid}-${fileNameOf(target)}`);
  try {
    made(staging, target);
    const unpacked = await unpackInto(staging, archive, limits, subject);
    rename(staging, target);
    return unpacked;
  } catch (error) {
    removeQuietly(staging);
    throw error;
  }
}

function made(staging: string, target: string): void {
  try {
    removeQuietly(staging);
    Deno.mkdirSync(staging, { recursive: true });
  } catch (error) {
    throw writeFailure(error, target);
  }
}

function rename(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    throw writeFailure(error, to);
  }
}

/** Bytes that are unpacked at once: a bomb gets no further than this before it is counted. */
const BLOCK = 64 * 1024;

/** What an entry takes in a tar stream besides its content: headers, a long name, and padding. */
const OVERHEAD = 8 * 1024;

/** What a tar stream may have in any case: its end, and padding. */
const ENDING = 64 * 1024;

/**
 * Unpacks an archive, or some of its entries, into a directory that is there and empty. What goes wrong leaves a part.
 *
 * @param placeOf places stay inside the directory: they are made of names that were checked
 * @throws As {@linkcode extractArchive}, for entries that are left out as well.
 */
export async function unpackInto(
  directory: string,
  archive: ReadableStream<Uint8Array>,
  limits: ArchiveLimits,
  subject: string,
  placeOf: EntryPlace = (name) => name,
): Promise<Unpacked> {
  const tar = extract();
  const most = limits.unpackedSize + limits.entries * OVERHEAD + ENDING;
  const feeding = feed(tar, archive, most, subject);
  const writer = new EntryWriter(directory, limits, subject, placeOf);
  let failure: unknown;
  try {
    for await (const entry of tar) await writer.write(entry.header, entry);
  } catch (error) {
    failure = error;
  }
  tar.destroy();
  // What the feed met is nearer to the cause than what the parser made of it.
  const fed = await feeding;
  if (failure instanceof InvalidReference || failure instanceof ValidationError || failure instanceof StoreError) {
    throw failure;
  }
  if (fed !== undefined) throw fed;
  if (failure !== undefined) throw damaged(subject, failure);
  return { entries: writer.entries, unpackedSize: writer.bytes };
}

/** Hands the unpacked bytes to the parser; returns what went wrong. */
async function feed(
  tar: Extract,
  archive: ReadableStream<Uint8Array>,
  most: number,
  subject: string,
): Promise<unknown> {
  let outer: unknown;
  const source = Readable.from(remembered(archive, (error) => outer = error), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: BLOCK });
  source.once("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let total = 0;
  try {
    for await (const block of gunzip) {
      total += block.length;
      if (total > most) throw tooMuch(subject, "its tar stream is longer than its content can be");
      if (tar.destroyed) break;
      if (!tar.write(block)) await roomIn(tar);
    }
    if (!tar.destroyed) tar.end(null);
    return undefined;
  } catch (error) {
    const reason = outer ?? (error instanceof ValidationError ? error : damaged(subject, error));
    tar.destroy(reason instanceof Error ? reason : new Error(String(reason)));
    return reason;
  } finally {
    gunzip.destroy();
    source.destroy();
  }
}

/** The bytes of a stream; what goes wrong in it is told apart from what goes wrong behind it. */
async function* remembered(
  stream: ReadableStream<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    failed(error);
    throw error;
  }
}

function roomIn(tar: Extract): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      tar.off("drain", go);
      tar.off("close", go);
      resolve();
    };
    tar.on("drain", go);
    tar.on("close", go);
  });
}

/** Makes the entries of an archive, below a directory that is empty and its own. */
class EntryWriter {
  entries = 0;
  bytes = 0;

  constructor(
    readonly directory: string,
    readonly limits: ArchiveLimits,
    readonly subject: string,
    readonly placeOf: EntryPlace,
  ) {}

  async write(header: Header, content: AsyncIterable<unknown>): Promise<void> {
    const { type, name, size } = header;
    if (type !== "file" && type !== "directory") {
      throw new InvalidReference(
        `${this.subject} holds ${JSON.stringify(name)} as a ${type ?? "thing of unknown kind"}: only files and ` +
          "directories are unpacked",
      );
    }
    const place = this.placeOf(checkedEntryName(name, this.subject), type === "directory");
    if (++this.entries > this.limits.entries) {
      throw tooMuch(this.subject, `it holds more than ${this.limits.entries} entries`);
    }
    if (this.bytes + size > this.limits.unpackedSize) {
      throw tooMuch(this.subject, `it holds more than ${this.limits.unpackedSize} bytes`);
    }
    if (place === null) return await this.#skip(content);
    const path = joined(this.directory, place);
    if (type === "directory") {
      for await (const _ of content); // a directory has no content; what is there is not kept
      this.#made(path, () => {
        Deno.mkdirSync(directoryOf(path), { recursive: true });
        Deno.mkdirSync(path);
      });
    } else await this.#writeFile(path, content);
  }

  async #skip(content: AsyncIterable<unknown>): Promise<void> {
    for await (const block of content) this.bytes += block instanceof Uint8Array ? block.length : 0;
  }

  async #writeFile(path: string, content: AsyncIterable<unknown>): Promise<void> {
    using file = this.#made(path, () => {
      Deno.mkdirSync(directoryOf(path), { recursive: true });
      return Deno.openSync(path, { write: true, createNew: true });
    });
    for await (const block of content) {
      if (!(block instanceof Uint8Array)) throw new TypeError("An unpacker gave something else than bytes");
      this.bytes += block.length;
      this.#made(path, () => writeAll(file, block));
    }
  }

  /** A step on the disk. What stands in the way was made by an earlier entry: the directory was empty. */
  #made<T>(path: string, step: () => T): T {
    try {
      return step();
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
        const name = path.slice(this.directory.length + 1);
        throw new ValidationError(this.subject, [{ path: [name], message: "is in the archive twice" }]);
      }
      throw writeFailure(error, path);
    }
  }
}

function tooMuch(subject: string, message: string): ValidationError {
  return new ValidationError(subject, [{ path: [], message: `${message}, and is not unpacked further` }]);
}

function damaged(subject: string, error: unknown): ValidationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ValidationError(subject, [{ path: [], message: `is no archive, or is damaged: ${reason}` }]);
}
