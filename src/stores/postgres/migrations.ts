/**
 * Brings a Postgres database to the present schema. Each migration is applied as a whole or not at all, by one process
 * at a time, and noted with a checksum: a released migration that was edited since is refused, as is a database that a
 * newer program migrated.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { PostgresConnection, PostgresSession } from "./connection.ts";
import { ACCESS, type Migration, MIGRATIONS } from "./migration_texts.ts";
import { countIn, textIn } from "./values.ts";

/** A migration that was applied, or would be. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
}

/** The version of the newest schema. */
export const SCHEMA_VERSION: number = MIGRATIONS.at(-1)?.version ?? 0;

/** Any number that no other program uses for its lock: the letters "bilancio". */
const LOCK = "7091318253991192943";

const NOTES = `CREATE TABLE IF NOT EXISTS bilancio_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE bilancio_migrations IS 'bilancio: the migrations that were applied'`;

/** SHA-256 of a migration's text; how its lines end does not matter. */
function checksum({ sql }: Migration): string {
  return sha256Hex(sql.replaceAll("\r\n", "\n"));
}

/**
 * Applies what is missing and returns it; nothing when the database is up to date.
 *
 * @throws {StoreError} for an edited migration, a newer database, and as `failures.ts` says.
 */
export async function migrate(
  connection: PostgresConnection,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<AppliedMigration[]> {
  const applied: AppliedMigration[] = [];
  for (const migration of migrations) {
    let ours = false;
    await connection.transaction(async (session) => {
      await lock(session);
      await session.run(NOTES);
      if ((await missing(session, migrations, connection.place)).includes(migration)) {
        await session.run(migration.sql);
        await session.run("INSERT INTO bilancio_migrations (version, name, checksum) VALUES ($1, $2, $3)", [
          migration.version,
          migration.name,
          checksum(migration),
        ]);
        ours = true;
      }
    });
    if (ours) applied.push({ version: migration.version, name: migration.name });
  }
  await connection.transaction(async (session) => {
    await lock(session);
    await session.run(ACCESS);
  });
  return applied;
}

/**
 * What {@linkcode migrate} would apply; changes nothing.
 *
 * @throws {StoreError} as {@linkcode migrate}.
 */
export async function pendingMigrations(
  connection: PostgresConnection,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<AppliedMigration[]> {
  return await connection.transaction(async (session) => {
    const [row] = await session.rows("SELECT to_regclass('bilancio_migrations') IS NOT NULL AS noted");
    const found = row?.["noted"] === true ? await missing(session, migrations, connection.place) : migrations;
    return found.map(({ version, name }) => ({ version, name }));
  });
}

async function lock(session: PostgresSession): Promise<void> {
  await session.rows("SELECT pg_advisory_xact_lock($1::bigint)::text", [LOCK]);
}

async function missing(
  session: PostgresSession,
  migrations: readonly Migration[],
  place: string,
): Promise<readonly Migration[]> {
  const rows = await session.rows("SELECT version, name, checksum FROM bilancio_migrations ORDER BY version");
  const refused = (why: string) =>
    new StoreError(`The ${place} ${why}; nothing was changed`, { store: "postgres", retryable: false });
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of rows) {
    const version = countIn(row, "version");
    const migration = known.get(version);
    if (migration === undefined) {
      throw refused(
        `was migrated by a newer bilancio (schema ${version}, this one knows ${migrations.length}): use that one`,
      );
    }
    if (textIn(row, "checksum") !== checksum(migration)) {
      throw refused(
        `was given another migration ${version} (${
          textIn(row, "name")
        }): a released migration may not be edited, add one`,
      );
    }
  }
  const applied = new Set(rows.map((row) => countIn(row, "version")));
  return migrations.filter(({ version }) => !applied.has(version));
}
