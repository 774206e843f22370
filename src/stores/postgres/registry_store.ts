/**
 * The registry of all runs of an experiment in Postgres: rows of `run_registry` below the row of `sweeps` whose name is
 * the experiment's id (spec 09 3).
 *
 * @module
 */
import { NotFound } from "../../core/errors.ts";
import { canonicalScalar } from "../../experiments/canonical.ts";
import type { Filter, Filters, RegistryEntry, RegistryStore } from "../../experiments/contracts.ts";
import { checkedExperiment, checkedName } from "../files/names.ts";
import { upsertRows } from "./bulk.ts";
import type { PostgresConnection, PostgresSession } from "./connection.ts";
import { entryIdentity, entryOfRow, REGISTRY, rowOfEntry } from "./registry_rows.ts";
import { arrayText, checkedKey, jsonText, type SqlValue, textIn } from "./values.ts";

/** A settled promise's other end. */
interface Waiting {
  readonly entries: readonly RegistryEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Which rows a store reads and writes. */
export interface PostgresRegistryOptions {
  /** What the row in `sweeps` says where this store makes it, default `registry`. */
  readonly sweepType?: string;
  /** The arm of a paired sweep, such as `passive` or `active`; default empty: a sweep without arms. */
  readonly arm?: string;
}

/**
 * The table of all runs. Rows that are asked for while others are written go together in the next statement, so that
 * many workers cost little more than one.
 */
export class PostgresRegistryStore implements RegistryStore {
  readonly #connection: PostgresConnection;
  readonly #sweepType: string;
  readonly #arm: string;
  readonly #sweeps = new Map<string, string>();
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  /**
   * @param connection stays open: who opened it closes it
   * @throws {InvalidReference} for an arm that cannot be one
   */
  constructor(connection: PostgresConnection, { sweepType = "registry", arm = "" }: PostgresRegistryOptions = {}) {
    this.#connection = connection;
    this.#sweepType = sweepType;
    this.#arm = checkedKey(arm, "arm");
  }

  /** @inheritdoc */
  async upsert(entries: RegistryEntry | readonly RegistryEntry[]): Promise<void> {
    const list = isList(entries) ? entries : [entries];
    for (const entry of list) {
      checkedKey(checkedName(entry.runId, "run id"), "run id");
      checkedKey(checkedExperiment(entry.experimentId), "experiment id");
      // A text that cannot be kept is refused here, before the rows of others wait for it.
      jsonText(rowOfEntry(entry, "", ""));
    }
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ entries: list, resolve, reject }));
    this.#writing ??= this.#writeAll();
    await written;
  }

  /** Writes until nobody waits. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(together.flatMap(({ entries }) => entries));
        for (const { resolve } of together) resolve();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #write(entries: readonly RegistryEntry[]): Promise<void> {
    for (const [experimentId, rows] of Map.groupBy(entries, (entry) => entry.experimentId)) {
      const sweepId = this.#sweeps.get(experimentId);
      try {
        if (sweepId === undefined) await this.#writeFirst(experimentId, rows);
        else await this.#writeRows(this.#connection, rows, sweepId);
      } catch (error) {
        // Someone deleted the sweep in the meantime: it is made again.
        if (!(error instanceof NotFound) || sweepId === undefined) throw error;
        this.#sweeps.delete(experimentId);
        await this.#writeFirst(experimentId, rows);
      }
    }
  }

  /** The row of the sweep and the first rows of its registry, in one transaction. */
  async #writeFirst(experimentId: string, entries: readonly RegistryEntry[]): Promise<void> {
    const sweepId = await this.#connection.transaction(async (session) => {
      // The update changes nothing; it gives the id of a row that is there, and keeps others from deleting it meanwhile.
      const [row = {}] = await session.rows(
        `INSERT INTO sweeps (name, sweep_type) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING sweep_id::text`,
        [experimentId, this.#sweepType],
      );
      const id = textIn(row, "sweep_id");
      await this.#writeRows(session, entries, id);
      return id;
    });
    this.#sweeps.set(experimentId, sweepId);
  }

  async #writeRows(
    session: Pick<PostgresSession, "rows">,
    entries: readonly RegistryEntry[],
    sweepId: string,
  ): Promise<void> {
    await upsertRows(session, REGISTRY, entries.map((entry) => rowOfEntry(entry, sweepId, this.#arm)), entryIdentity);
  }

  /** @inheritdoc */
  async get(experimentId: string, runId: string): Promise<RegistryEntry | null> {
    const [entry] = await this.#select(experimentId, ["r.run_id = $3"], [runId]);
    return entry ?? null;
  }

  /** @inheritdoc */
  async listRuns(experimentId: string): Promise<RegistryEntry[]> {
    return await this.#select(experimentId, [], []);
  }

  /** @inheritdoc */
  async getCompletedKeys(experimentId: string, parameterNames: readonly string[]): Promise<Set<string>> {
    const rows = await this.#connection.rows(
      `SELECT DISTINCT coalesce((
         SELECT string_agg(CASE WHEN jsonb_typeof(r.parameters -> n.name) = 'null' OR NOT r.parameters ? n.name
           THEN 'null' ELSE r.comparable ->> n.name END, ',' ORDER BY n.place)
         FROM unnest($2::text[]) WITH ORDINALITY AS n (name, place)), '') AS key
       FROM run_registry r JOIN sweeps s USING (sweep_id)
       WHERE s.name = $1 AND r.branch = $3 AND r.status = 'completed'`,
      [checkedExperiment(experimentId), arrayText(parameterNames), this.#arm],
    );
    return new Set(rows.map((row) => textIn(row, "key")));
  }

  /** @inheritdoc */
  async query(experimentId: string, filters: Filters): Promise<RegistryEntry[]> {
    const values: SqlValue[] = [];
    // $1 is the experiment, $2 the arm.
    const parameter = (value: SqlValue) => `$${values.push(value) + 2}`;
    const conditions = Object.entries(filters).map(([name, filter]) => condition(name, filter, parameter));
    return await this.#select(experimentId, conditions, values);
  }

  async #select(
    experimentId: string,
    conditions: readonly string[],
    values: readonly SqlValue[],
  ): Promise<RegistryEntry[]> {
    const rows = await this.#connection.rows(
      `SELECT r.run_id, r.status, r.parameters, r.metrics, r.artifact_paths, r.error
       FROM run_registry r JOIN sweeps s USING (sweep_id)
       WHERE ${["s.name = $1", "r.branch = $2", ...conditions].join(" AND ")} ORDER BY r.place`,
      [checkedExperiment(experimentId), this.#arm, ...values],
    );
    return rows.map((row) => entryOfRow(row, experimentId));
  }

  /** Waits until everything is written; the readable form is the table. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Waits until everything is written. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }
}

function isList(entries: RegistryEntry | readonly RegistryEntry[]): entries is readonly RegistryEntry[] {
  return Array.isArray(entries);
}

/** A canonical number as a numeric; one that is past all numerics counts as infinite or as 0. */
function numeric(text: string): string {
  return `CASE WHEN ${text} ~ '^-?[0-9]+e-?[0-9]{1,4}$' OR ${text} = '0' THEN (${text})::numeric
    WHEN ${text} ~ '^-?[0-9]+e-[0-9]+$' THEN 0::numeric
    WHEN ${text} ~ '^[0-9]+e[0-9]+$' THEN 'Infinity'::numeric
    WHEN ${text} ~ '^-[0-9]+e[0-9]+$' THEN '-Infinity'::numeric END`;
}

/** One filter as a condition on a row; names and values are parameters. */
function condition(name: string, filter: Filter, parameter: (value: SqlValue) => string): string {
  const isRange = filter !== null && typeof filter === "object";
  if (name === "status") {
    if (isRange) return "false"; // a status is no number
    return `r.status = ${parameter(typeof filter === "string" ? filter : null)}`;
  }
  if (!isRange) {
    if (filter === null) return `NOT r.comparable ? ${parameter(name)}`;
    return `r.comparable @> ${parameter(jsonText({ [name]: canonicalScalar(filter) }))}::jsonb`;
  }
  const value = numeric(`(r.comparable ->> ${parameter(name)})`);
  const bounds = [
    filter.min === undefined ? [] : [`${value} >= ${parameter(bound(filter.min))}::numeric`],
    filter.max === undefined ? [] : [`${value} <= ${parameter(bound(filter.max))}::numeric`],
  ].flat();
  return bounds.length === 0 ? `${value} IS NOT NULL` : `(${bounds.join(" AND ")})`;
}

/** JavaScript's spelling of numbers is also that of Postgres. */
function bound(number: number): string {
  return String(number);
}
