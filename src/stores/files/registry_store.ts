/**
 * The registry as files: `registry/experiments.csv` for people and tools, `registry/journal.jsonl` for durability. An
 * upsert appends to the journal and costs the same whatever the size; the CSV file is written from memory on
 * {@linkcode FileRegistryStore.flush}. Several upserts at once share one flush of the disk. Source: spec 09 3.2.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import type { Filters, RegistryEntry, RegistryStore } from "../../experiments/contracts.ts";
import {
  isMissing,
  readFailure,
  readTextIfPresent,
  syncDirectory,
  writeFailure,
  writeFileAtomic,
} from "./atomic_file.ts";
import { checkedExperiment, checkedName } from "./names.ts";
import { directoryOf, joined } from "./paths.ts";
import { entryLine, JournalWriter, markerLine, readJournal } from "./registry_journal.ts";
import { type ColumnRole, RegistryTable } from "./registry_table.ts";

/** The table of all runs below a base directory. */
export class FileRegistryStore implements RegistryStore {
  readonly #base: string;
  readonly #registries = new Map<string, OpenRegistry>();

  /** @param base directory of one experiment (experiment id empty) or of several */
  constructor(base: string) {
    this.#base = base;
  }

  /** @inheritdoc */
  async upsert(entries: RegistryEntry | readonly RegistryEntry[]): Promise<void> {
    const list = isList(entries) ? entries : [entries];
    const byExperiment = new Map<string, RegistryEntry[]>();
    for (const entry of list) {
      checkedName(entry.runId, "run id");
      const group = byExperiment.get(entry.experimentId);
      if (group === undefined) byExperiment.set(entry.experimentId, [entry]);
      else group.push(entry);
    }
    await Promise.all([...byExperiment].map(([experimentId, group]) => this.#open(experimentId).upsert(group)));
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async get(experimentId: string, runId: string): Promise<RegistryEntry | null> {
    return this.#open(experimentId).table.get(runId);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async listRuns(experimentId: string): Promise<RegistryEntry[]> {
    return this.#open(experimentId).table.entries();
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async getCompletedKeys(experimentId: string, parameterNames: readonly string[]): Promise<Set<string>> {
    return this.#open(experimentId).table.completedKeys(parameterNames);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async query(experimentId: string, filters: Filters): Promise<RegistryEntry[]> {
    return this.#open(experimentId).table.query(filters);
  }

  /** @inheritdoc */
  async flush(): Promise<void> {
    for (const registry of this.#registries.values()) await registry.compact();
  }

  /** Brings one experiment's `experiments.csv` up to date, also when nothing of it was read yet. */
  async compact(experimentId: string): Promise<void> {
    await this.#open(experimentId).compact();
  }

  /** The sizes that completed runs reported, by run id and reference: everything that the journal knows. */
  recordedSizes(experimentId: string): Map<string, Readonly<Record<string, number>>> {
    const sizes = new Map<string, Readonly<Record<string, number>>>();
    for (const entry of readJournal(this.#open(experimentId).journalPath).entries) {
      if (entry.status === "completed" && entry.artifactSizes !== undefined) {
        sizes.set(entry.runId, entry.artifactSizes);
      } else {
        sizes.delete(entry.runId);
      }
    }
    return sizes;
  }

  /** Writes `experiments.csv` where this store changed something, and closes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#registries.values()) await registry.close();
    this.#registries.clear();
  }

  #open(experimentId: string): OpenRegistry {
    let registry = this.#registries.get(experimentId);
    if (registry === undefined) {
      registry = new OpenRegistry(joined(this.#base, checkedExperiment(experimentId), "registry"), experimentId);
      this.#registries.set(experimentId, registry);
    }
    return registry;
  }
}

function isList(entries: RegistryEntry | readonly RegistryEntry[]): entries is readonly RegistryEntry[] {
  return Array.isArray(entries);
}

/** One registry that has been read. Reading writes nothing; the first upsert makes the files. */
class OpenRegistry {
  readonly table: RegistryTable;
  readonly journalPath: string;
  readonly #csvPath: string;
  readonly #validBytes: number;
  #writer: JournalWriter | undefined;
  /** Whether the CSV file is older than the table, or missing. */
  #isBehind: boolean;
  /** Lines that wait for the next flush of the disk, and the flush that will take them. */
  #waiting: string[] = [];
  #nextFlush: Promise<void> | undefined;
  #lastFlush: Promise<void> = Promise.resolve();

  constructor(directory: string, experimentId: string) {
    this.journalPath = joined(directory, "journal.jsonl");
    this.#csvPath = joined(directory, "experiments.csv");
    const csvBytes = fileSize(this.#csvPath);
    const { marker, entries, validBytes } = readJournal(this.journalPath, csvBytes);
    this.table = readTable(this.#csvPath, experimentId, marker?.roles);
    for (const entry of entries) this.table.put(entry);
    this.#validBytes = validBytes;
    this.#isBehind = entries.length > 0 || csvBytes === null;
  }

  upsert(entries: readonly RegistryEntry[]): Promise<void> {
    for (const entry of entries) this.table.check(entry);
    for (const entry of entries) {
      this.table.put(entry);
      this.#waiting.push(entryLine(entry));
    }
    this.#isBehind = true;
    return this.#flushed();
  }

  /** Resolves when everything that waits now is on the disk. What comes while a flush is under way shares the next. */
  #flushed(): Promise<void> {
    this.#nextFlush ??= this.#lastFlush.then(async () => {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#nextFlush = undefined;
      try {
        if (lines.length > 0) await this.#journal().append(lines.join(""));
      } catch (error) {
        // Nothing was written: the lines go with the next flush, should there be one.
        this.#waiting = [...lines, ...this.#waiting];
        throw error;
      }
    });
    // A failure belongs to those who wait for it; the next flush starts afresh.
    this.#lastFlush = this.#nextFlush.catch(() => {});
    return this.#nextFlush;
  }

  /** Writes the CSV file when it is behind, and says so in the journal. */
  async compact(): Promise<void> {
    if (!this.#isBehind) return;
    await this.#flushed();
    this.#isBehind = false;
    try {
      const bytes = new TextEncoder().encode(this.table.csv());
      writeFileAtomic(this.#csvPath, bytes);
      syncDirectory(directoryOf(this.#csvPath));
      this.#waiting.push(markerLine({ csvBytes: bytes.length, roles: this.table.extraRoles() }));
      await this.#flushed();
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      if (this.#writer !== undefined) await this.compact();
    } finally {
      this.#writer?.[Symbol.dispose]();
      this.#writer = undefined;
    }
  }

  #journal(): JournalWriter {
    if (this.#writer === undefined) {
      makeDirectory(directoryOf(this.journalPath));
      this.#writer = new JournalWriter(this.journalPath, this.#validBytes);
    }
    return this.#writer;
  }
}

function readTable(path: string, experimentId: string, roles?: Readonly<Record<string, ColumnRole>>): RegistryTable {
  try {
    return new RegistryTable(experimentId, readTextIfPresent(path), roles);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreError(`${path} is no table: ${error.message}`, { store: "files", retryable: false }, {
      cause: error,
    });
  }
}

function makeDirectory(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (error) {
    throw writeFailure(error, path);
  }
}

function fileSize(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw readFailure(error, path);
  }
}
