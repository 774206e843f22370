/**
 * A prefix of a bucket as a volume: every folder directly below it is an entry. A sweep that was uploaded has a manifest,
 * which was written last; its removal turns it into that of an unfinished upload and removes it last, so that whatever an
 * interruption leaves is known, and can be removed or uploaded again. There are no locks in S3: what is not finished and
 * was written a short while ago counts as live. Source: spec 09 3.4.
 *
 * @module
 */
import { Conflict, NotFound } from "../../core/errors.ts";
import { MANIFEST, UNFINISHED } from "../archive/manifest.ts";
import type { ObjectStorage, StoredObject, UnfinishedUpload } from "../s3/objects.ts";
import { checkedIdParts } from "./ids.ts";
import { readSummary, TELLING } from "./s3_summary.ts";
import type { ExperimentState, RemoveOptions, Volume, VolumeEntry } from "./volume.ts";

/** Hours after its last write in which an upload without a manifest may still be going on. */
const LIVE_HOURS = 6;
const LIVE_MS = LIVE_HOURS * 3_600_000;

/** Metadata by which the manifest of a sweep that is being removed is known. */
const DELETING: Readonly<Record<string, string>> = { "bilancio-deleting": "true" };

/** Manifests that are read at once. */
const READ_AT_ONCE = 8;

/** What lies in one folder. */
interface Folder {
  readonly id: string;
  bytes: number;
  readonly keys: string[];
  /** Files in it that tell what it is. */
  readonly telling: Set<string>;
  /** Milliseconds since 1970: of the newest object, and of the manifest of a finished upload. */
  newest: number;
  manifestAt: number;
  /** Whether there is a result where workers leave them: `runs/<run>/result.json`. */
  hasResults: boolean;
  /** Whether an upload in parts was begun a short while ago. */
  isUploading: boolean;
}

/** How a storage is seen as a volume. */
export interface S3VolumeOptions {
  /** How the user wrote it: `s3://bucket/prefix`. */
  readonly name: string;
  /** Now. */
  readonly clock?: () => Date;
}

/** The experiments below a prefix of a bucket. */
export class S3Volume implements Volume {
  readonly name: string;
  readonly #storage: ObjectStorage;
  readonly #clock: () => Date;

  /** @param storage the prefix; the volume closes it */
  constructor(storage: ObjectStorage, { name, clock = () => new Date() }: S3VolumeOptions) {
    this.name = name;
    this.#storage = storage;
    this.#clock = clock;
  }

  /** @inheritdoc */
  async list(): Promise<VolumeEntry[]> {
    const { folders, files } = await this.#found("");
    const waiting = [...folders.values()];
    const entries = files.map(fileEntry);
    while (waiting.length > 0) {
      const some = waiting.splice(0, READ_AT_ONCE);
      entries.push(...await Promise.all(some.map((folder) => this.#entryOf(folder))));
    }
    return entries.sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  }

  /** @inheritdoc */
  async find(id: string): Promise<VolumeEntry> {
    const { folder, file } = await this.#lookedUp(id);
    return folder === undefined ? fileEntry(file) : await this.#entryOf(folder);
  }

  /** @inheritdoc */
  async remove(id: string, { force = false, shown }: RemoveOptions = {}): Promise<void> {
    const { folder, file } = await this.#lookedUp(id);
    const entry = folder === undefined ? fileEntry(file) : await this.#entryOf(folder);
    const shownId = JSON.stringify(id);
    if (entry.state === "live") {
      throw new Conflict(
        `${shownId} was written less than ${LIVE_HOURS} hours ago and is not complete: it may be on its way; ` +
          "wait, or finish it with bilancio cloud sync",
      );
    }
    if (entry.form !== "experiment" && entry.form !== "leftover" && !force) {
      throw new Conflict(`${shownId} is no experiment but a ${entry.form}; --force removes it all the same`);
    }
    if (
      shown !== undefined && entry.form !== "leftover" &&
      (shown.files !== entry.files || shown.changedAt?.getTime() !== entry.changedAt?.getTime())
    ) throw new Conflict(`${shownId} was written since it was listed; look at it again`);
    if (folder === undefined) await this.#storage.deleteObjects([file.key]);
    else await this.#removeFolder(folder);
  }

  /** The reverse of an upload: from its first step on nobody takes the rest for a whole sweep. */
  async #removeFolder({ id, keys, telling }: Folder): Promise<void> {
    const [manifest, unfinished] = [`${id}/${MANIFEST}`, `${id}/${UNFINISHED}`];
    if (telling.has(MANIFEST)) {
      await this.#storage.putObject(unfinished, await this.#storage.readObject(manifest), { metadata: DELETING });
      await this.#storage.deleteObjects([manifest]);
    }
    for await (const upload of this.#storage.listUploads(`${id}/`)) await this.#storage.abortUpload(upload);
    // What tells what the folder is goes last.
    const last = TELLING.map((name) => `${id}/${name}`).filter((key) => key !== manifest);
    const isLate = (key: string) => RESULT.test(key.slice(id.length + 1));
    const rest = keys.filter((key) => key !== manifest && !last.includes(key));
    for (const some of [rest.filter((key) => !isLate(key)), rest.filter(isLate), last]) {
      await this.#storage.deleteObjects(some);
    }
    if (await this.#storage.headObject(manifest) === null) return;
    throw new Conflict(
      `${
        JSON.stringify(id)
      } was uploaded again while it was deleted, and may lack objects; sync it again, or delete it`,
    );
  }

  /** The folder of an id, or else the object. @throws {NotFound} */
  async #lookedUp(
    id: string,
  ): Promise<{ folder: Folder; file?: undefined } | { folder?: undefined; file: StoredObject }> {
    const [name = "", ...more] = checkedIdParts(id);
    if (more.length === 0) {
      const folder = (await this.#found(`${name}/`)).folders.get(name);
      if (folder !== undefined) return { folder };
      const file = (await this.#found(name)).files.find(({ key }) => key === name);
      if (file !== undefined) return { file };
    }
    throw new NotFound(`There is no ${JSON.stringify(id)} in ${this.name}; bilancio volume ls lists what there is`);
  }

  /** Folders by name, and objects that lie in none, of the keys that begin with a text. */
  async #found(beginning: string): Promise<{ folders: Map<string, Folder>; files: StoredObject[] }> {
    const folders = new Map<string, Folder>();
    const files: StoredObject[] = [];
    for await (const object of this.#storage.listObjects(beginning)) {
      const id = folderOf(object.key);
      if (id === null) files.push(object);
      else add(folderIn(folders, id), object);
    }
    const now = this.#clock().getTime();
    for await (const upload of this.#storage.listUploads(beginning)) {
      const id = folderOf(upload.key);
      if (id !== null) addUpload(folderIn(folders, id), upload, now);
    }
    return { folders, files };
  }

  async #entryOf(folder: Folder): Promise<VolumeEntry> {
    const { id, bytes, keys, telling, newest, manifestAt, hasResults, isUploading } = folder;
    const changedAt = newest === -Infinity ? null : new Date(newest);
    const common = { id, bytes, files: keys.length, changedAt, runs: null };
    if (await this.#isLeftover(folder)) {
      return { ...common, form: "leftover", kind: "unknown", state: null, problem: null };
    }
    const { isExperiment, kind, hasEnded, problem } = await readSummary(this.#storage, id, telling);
    if (!isExperiment && !hasResults) return { ...common, form: "folder", kind: "unknown", state: null, problem };
    const isChanging = telling.has(UNFINISHED) || newest > manifestAt;
    const isWhole = hasEnded && !isUploading && !(telling.has(MANIFEST) && isChanging);
    const isRecent = isUploading || this.#clock().getTime() - newest < LIVE_MS;
    const state: ExperimentState = isWhole ? "complete" : isRecent ? "live" : "incomplete";
    return { ...common, form: "experiment", kind, state, problem };
  }

  /** Whether a removal of it was begun and not ended. An upload that goes on with it takes the mark away. */
  async #isLeftover({ id, telling }: Folder): Promise<boolean> {
    if (!telling.has(UNFINISHED)) return false;
    const metadata = (await this.#storage.headObject(`${id}/${UNFINISHED}`))?.metadata ?? {};
    return Object.entries(DELETING).every(([name, value]) => metadata[name] === value);
  }

  /** Closes the storage. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage[Symbol.asyncDispose]();
  }
}

/** The first part of a key; null for one without `/`. */
function folderOf(key: string): string | null {
  const end = key.indexOf("/");
  return end < 0 ? null : key.slice(0, end);
}

function folderIn(folders: Map<string, Folder>, id: string): Folder {
  let folder = folders.get(id);
  if (folder === undefined) {
    folders.set(
      id,
      folder = {
        id,
        bytes: 0,
        keys: [],
        newest: -Infinity,
        telling: new Set(),
        manifestAt: -Infinity,
        hasResults: false,
        isUploading: false,
      },
    );
  }
  return folder;
}

/** Where workers leave the results of runs. */
const RESULT = /^runs\/[A-Za-z0-9_.-]+\/result\.json$/;

function add(folder: Folder, { key, size, updatedAt }: StoredObject): void {
  const name = key.slice(folder.id.length + 1);
  const time = Date.parse(updatedAt);
  folder.bytes += size;
  folder.keys.push(key);
  folder.newest = Math.max(folder.newest, time);
  if (TELLING.includes(name)) folder.telling.add(name);
  if (name === MANIFEST) folder.manifestAt = time;
  if (RESULT.test(name)) folder.hasResults = true;
}

function addUpload(folder: Folder, { startedAt }: UnfinishedUpload, now: number): void {
  const time = Date.parse(startedAt);
  folder.newest = Math.max(folder.newest, time);
  if (now - time < LIVE_MS) folder.isUploading = true;
}

function fileEntry({ key, size, updatedAt }: StoredObject): VolumeEntry {
  return {
    id: key,
    form: "file",
    kind: "unknown",
    state: null,
    runs: null,
    bytes: size,
    files: 1,
    changedAt: new Date(updatedAt),
    problem: null,
  };
}
