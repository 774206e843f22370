/**
 * Sweeps in Postgres: what a sweep was, its pairs, and the registries of its arms (spec 09 3.3 and 7).
 *
 * @module
 */
import { NotFound, UsageError } from "../../core/errors.ts";
import type { RegistryEntry, Values } from "../../experiments/contracts.ts";
import { checkedName } from "../files/names.ts";
import { upsertRows, type Written } from "./bulk.ts";
import type { PostgresConnection, PostgresSession } from "./connection.ts";
import { entryIdentity, entryOfRow, REGISTRY, rowOfEntry } from "./registry_rows.ts";
import { comparisonIdentity, comparisonOfRow, COMPARISONS, rowOfComparison } from "./sweep_rows.ts";
import { checkedKey, countIn, countOrNull, jsonText, objectIn, type Row, textIn } from "./values.ts";

/** An entry of a registry together with its arm; empty for a plain sweep. */
export interface BranchEntry {
  readonly branch: string;
  readonly entry: RegistryEntry;
}

/** A sweep to save. */
export interface SweepRecord {
  /** Any text that is not empty, up to 500 bytes. */
  readonly name: string;
  /** `ring`, `comparison`, `balanced`, or the name of another kind. */
  readonly sweepType: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Null for a sweep without one. */
  readonly summary: Readonly<Record<string, unknown>> | null;
  readonly pairsTotal: number | null;
  readonly pairsCompleted: number | null;
  /** Rows of comparison.csv by the names of its columns; those that the table lacks are kept in its `extra`. */
  readonly comparisons: readonly Values[];
  readonly registry: readonly BranchEntry[];
}

/** What saving a sweep did; all zero when it was there already. */
export interface SavedSweep {
  /** The row of the sweep itself. */
  readonly sweep: Written;
  readonly comparisons: Written;
  readonly registry: Written;
}

/** A sweep in a list. */
export interface ListedSweep {
  readonly name: string;
  readonly sweepType: string;
  readonly createdAt: string;
  /** When the last run of its registries was added; for a sweep without runs when it was saved first. */
  readonly changedAt: string;
  readonly pairsTotal: number | null;
  readonly pairsCompleted: number | null;
  /** Rows of its registries. */
  readonly runs: number;
}

/** A sweep with everything that is kept of it. */
export interface StoredSweep extends SweepRecord {
  readonly createdAt: string;
}

/** Which sweeps to list: the newest first. */
export interface SweepQuery {
  readonly sweepType?: string;
  /** Default 100. */
  readonly limit?: number;
  readonly offset?: number;
}

const LISTED = `SELECT s.name, s.sweep_type, s.created_at, s.pairs_total, s.pairs_completed,
    (SELECT count(*) FROM run_registry r WHERE r.sweep_id = s.sweep_id) AS runs,
    greatest(s.created_at, (SELECT max(r.created_at) FROM run_registry r WHERE r.sweep_id = s.sweep_id)) AS changed_at
  FROM sweeps s`;

/** The row of a sweep. Its lock makes those wait who save the same sweep. */
const SAVE_SWEEP = `WITH written AS (
    INSERT INTO sweeps AS present (name, sweep_type, config, summary, pairs_total, pairs_completed)
    VALUES ($1, $2, $3::jsonb, $4::jsonb, $5::integer, $6::integer)
    ON CONFLICT (name) DO UPDATE SET sweep_type = excluded.sweep_type, config = excluded.config,
      summary = excluded.summary, pairs_total = excluded.pairs_total, pairs_completed = excluded.pairs_completed
    WHERE (present.sweep_type, present.config, present.summary, present.pairs_total, present.pairs_completed)
      IS DISTINCT FROM
      (excluded.sweep_type, excluded.config, excluded.summary, excluded.pairs_total, excluded.pairs_completed)
    RETURNING present.xmax = 0 AS fresh)
  SELECT count(*) FILTER (WHERE fresh) AS inserted, count(*) FILTER (WHERE NOT fresh) AS changed FROM written`;

/** The sweeps of one database. */
export class PostgresSweeps {
  readonly #connection: PostgresConnection;

  /** @param connection stays open: who opened it closes it */
  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  /**
   * Saves a sweep in one transaction: what is missing is added, what differs is changed, nothing is removed. Doing it
   * again changes nothing.
   *
   * @throws {ValidationError} for values that a column cannot hold; otherwise as `failures.ts` says.
   */
  async saveSweep(record: SweepRecord): Promise<SavedSweep> {
    if (record.name === "") throw new UsageError("A sweep needs a name under which it is saved");
    checkedKey(record.name, "name of the sweep");
    for (const { branch, entry } of record.registry) {
      checkedKey(branch, "arm");
      checkedKey(checkedName(entry.runId, "run id"), "run id");
    }
    return await this.#connection.transaction(async (session) => {
      const [counts = {}] = await session.rows(SAVE_SWEEP, [
        record.name,
        record.sweepType,
        jsonText(record.config),
        record.summary === null ? null : jsonText(record.summary),
        record.pairsTotal,
        record.pairsCompleted,
      ]);
      const [row = {}] = await session.rows("SELECT sweep_id::text FROM sweeps WHERE name = $1", [record.name]);
      const sweepId = textIn(row, "sweep_id");
      return {
        sweep: { inserted: countIn(counts, "inserted"), changed: countIn(counts, "changed") },
        comparisons: await saveComparisons(session, record, sweepId),
        registry: await saveRegistry(session, record, sweepId),
      };
    });
  }

  /** The newest first. */
  async listSweeps({ sweepType, limit = 100, offset = 0 }: SweepQuery = {}): Promise<ListedSweep[]> {
    const rows = await this.#connection.rows(
      `${LISTED} ${sweepType === undefined ? "" : "WHERE s.sweep_type = $3"}
       ORDER BY s.created_at DESC, s.name LIMIT $1::bigint OFFSET $2::bigint`,
      [limit, offset, ...(sweepType === undefined ? [] : [sweepType])],
    );
    return rows.map(listedOfRow);
  }

  /** What a sweep was and when it was first saved, without its rows; null when there is none of that name. */
  async findSweep(name: string): Promise<Pick<StoredSweep, "sweepType" | "config" | "createdAt"> | null> {
    const [row] = await this.#connection.rows("SELECT sweep_type, config, created_at FROM sweeps WHERE name = $1", [
      name,
    ]);
    if (row === undefined) return null;
    return {
      sweepType: textIn(row, "sweep_type"),
      config: objectIn(row, "config"),
      createdAt: textIn(row, "created_at"),
    };
  }

  /** A sweep with all its rows, in the order in which they were first saved; null when there is none of that name. */
  async getSweep(name: string): Promise<StoredSweep | null> {
    return await this.#connection.transaction(async (session) => {
      await session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      const [row] = await session.rows("SELECT *, sweep_id::text AS id FROM sweeps WHERE name = $1", [name]);
      if (row === undefined) return null;
      const id = textIn(row, "id");
      const comparisons = await session.rows(
        "SELECT * FROM comparison_results WHERE sweep_id = $1::uuid ORDER BY place",
        [id],
      );
      const registry = await session.rows("SELECT * FROM run_registry WHERE sweep_id = $1::uuid ORDER BY place", [id]);
      return {
        name: textIn(row, "name"),
        sweepType: textIn(row, "sweep_type"),
        createdAt: textIn(row, "created_at"),
        config: objectIn(row, "config"),
        summary: row["summary"] === null ? null : objectIn(row, "summary"),
        pairsTotal: countOrNull(row, "pairs_total"),
        pairsCompleted: countOrNull(row, "pairs_completed"),
        comparisons: comparisons.map(comparisonOfRow),
        registry: registry.map((run) => ({ branch: textIn(run, "branch"), entry: entryOfRow(run, name) })),
      };
    });
  }

  /** Deletes a sweep with all its rows. @throws {NotFound} */
  async deleteSweep(name: string): Promise<void> {
    if (await this.#connection.run("DELETE FROM sweeps WHERE name = $1", [name]) > 0) return;
    throw new NotFound(`The ${this.#connection.place} has no sweep ${JSON.stringify(name)}`);
  }

  /**
   * Deletes the sweeps that were first saved before a time, or with `dryRun` only names them. The oldest first.
   *
   * @param olderThan ISO 8601
   */
  async pruneSweeps(olderThan: string, { dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<ListedSweep[]> {
    return await this.#connection.transaction(async (session) => {
      const rows = await session.rows(
        `${LISTED} WHERE s.created_at < $1::timestamptz ORDER BY s.created_at, s.name FOR UPDATE`,
        [olderThan],
      );
      if (!dryRun) {
        await session.run("DELETE FROM sweeps WHERE name IN (SELECT jsonb_array_elements_text($1::jsonb))", [
          jsonText(rows.map((row) => textIn(row, "name"))),
        ]);
      }
      return rows.map(listedOfRow);
    });
  }
}

async function saveComparisons(session: PostgresSession, record: SweepRecord, sweepId: string): Promise<Written> {
  const rows = record.comparisons.map((values, line) => rowOfComparison(values, sweepId, line));
  return await upsertRows(session, COMPARISONS, rows, comparisonIdentity);
}

async function saveRegistry(session: PostgresSession, record: SweepRecord, sweepId: string): Promise<Written> {
  const rows = record.registry.map(({ branch, entry }) => rowOfEntry(entry, sweepId, branch));
  return await upsertRows(session, REGISTRY, rows, entryIdentity);
}

function listedOfRow(row: Row): ListedSweep {
  return {
    name: textIn(row, "name"),
    sweepType: textIn(row, "sweep_type"),
    createdAt: textIn(row, "created_at"),
    changedAt: textIn(row, "changed_at"),
    pairsTotal: countOrNull(row, "pairs_total"),
    pairsCompleted: countOrNull(row, "pairs_completed"),
    runs: countIn(row, "runs"),
  };
}
