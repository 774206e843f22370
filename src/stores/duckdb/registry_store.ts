/**
 * The registry of all runs as a table of a database (spec 09 3).
 *
 * @module
 */
import { canonicalScalar, completedKey } from "../../experiments/canonical.ts";
import type {
  Filter,
  Filters,
  RegistryEntry,
  RegistryStore,
  RunStatus,
  Scalar,
  Values,
} from "../../experiments/contracts.ts";
import { checkedExperiment, checkedName } from "../files/names.ts";
import { isRunStatus } from "../files/result_text.ts";
import type { Row } from "./driver.ts";
import { LateDatabase } from "./late_database.ts";

/** The table of all runs in one database, which is opened, and made, when it is needed first. */
export class DuckDbRegistryStore implements RegistryStore {
  readonly #database: LateDatabase;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#database = new LateDatabase(path);
  }

  /** @inheritdoc */
  async upsert(entries: RegistryEntry | readonly RegistryEntry[]): Promise<void> {
    const list = isList(entries) ? entries : [entries];
    for (const { runId, experimentId } of list) {
      checkedName(runId, "run id");
      checkedExperiment(experimentId);
    }
    const work = this.#last.then(async () => {
      const database = await this.#database.open();
      await database.transaction(async (session) => {
        for (const entry of list) {
          await session.run(
            `INSERT INTO registry SELECT ?, ?, coalesce(max(place), 0) + 1, ?, ?, ?, ?, ? FROM registry
             ON CONFLICT DO UPDATE SET status = excluded.status, parameters = excluded.parameters,
               metrics = excluded.metrics, artifact_paths = excluded.artifact_paths, error = excluded.error`,
            [
              entry.experimentId,
              entry.runId,
              entry.status,
              JSON.stringify(entry.parameters),
              JSON.stringify(entry.metrics),
              JSON.stringify(entry.artifactPaths),
              entry.error,
            ],
          );
        }
      });
    });
    this.#last = work.catch(() => {});
    await work;
  }

  /** @inheritdoc */
  async get(experimentId: string, runId: string): Promise<RegistryEntry | null> {
    checkedExperiment(experimentId);
    if (!this.#database.isThere()) return null;
    const [row] = await (await this.#database.open()).rows(
      "SELECT * FROM registry WHERE experiment_id = ? AND run_id = ?",
      [experimentId, runId],
    );
    return row === undefined ? null : entryOf(row);
  }

  /** @inheritdoc */
  async listRuns(experimentId: string): Promise<RegistryEntry[]> {
    checkedExperiment(experimentId);
    if (!this.#database.isThere()) return [];
    const rows = await (await this.#database.open()).rows(
      "SELECT * FROM registry WHERE experiment_id = ? ORDER BY place",
      [
        experimentId,
      ],
    );
    return rows.map(entryOf);
  }

  /** @inheritdoc */
  async getCompletedKeys(experimentId: string, parameterNames: readonly string[]): Promise<Set<string>> {
    const runs = await this.listRuns(experimentId);
    return new Set(
      runs.filter(({ status }) => status === "completed").map(({ parameters }) =>
        completedKey(parameters, parameterNames)
      ),
    );
  }

  /** @inheritdoc */
  async query(experimentId: string, filters: Filters): Promise<RegistryEntry[]> {
    const runs = await this.listRuns(experimentId);
    return runs.filter((entry) =>
      Object.entries(filters).every(([name, filter]) => holds(filter, valueOf(entry, name)))
    );
  }

  /** @inheritdoc */
  async flush(): Promise<void> {
    await this.#last;
  }

  /** Closes the database. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#database[Symbol.asyncDispose]();
  }
}

function isList(entries: RegistryEntry | readonly RegistryEntry[]): entries is readonly RegistryEntry[] {
  return Array.isArray(entries);
}

function entryOf(row: Row): RegistryEntry {
  const status: RunStatus = isRunStatus(row["status"]) ? row["status"] : "pending";
  return {
    runId: String(row["run_id"]),
    experimentId: String(row["experiment_id"]),
    status,
    parameters: valuesOf(row["parameters"]),
    metrics: valuesOf(row["metrics"]),
    artifactPaths: Object.fromEntries(
      Object.entries(valuesOf(row["artifact_paths"])).map(([name, path]) => [name, String(path)]),
    ),
    error: typeof row["error"] === "string" ? row["error"] : null,
  };
}

function valuesOf(text: unknown): Values {
  const parsed: unknown = JSON.parse(String(text));
  if (typeof parsed !== "object" || parsed === null) return {};
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, scalarOf(value)]));
}

function scalarOf(value: unknown): Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** What a filter looks at: the status, a parameter, else a metric. */
function valueOf(entry: RegistryEntry, name: string): Scalar {
  if (name === "status") return entry.status;
  return entry.parameters[name] ?? entry.metrics[name] ?? null;
}

function holds(filter: Filter, value: Scalar): boolean {
  if (filter === null || typeof filter !== "object") return canonicalScalar(filter) === canonicalScalar(value);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return false;
  return number >= (filter.min ?? -Infinity) && number <= (filter.max ?? Infinity);
}
