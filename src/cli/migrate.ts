/**
 * `bilancio migrate`: the schema of a Postgres (spec 09 3.3).
 *
 * @module
 */
import type { AppliedMigration } from "../stores/postgres/migrations.ts";
import { type Command, commandOf } from "./command.ts";
import { DATABASE_URL_FLAG, openConfiguredPostgres } from "./database_url.ts";
import { onOff } from "./flags.ts";

function sentence(place: string, migrations: readonly AppliedMigration[], dryRun: boolean): string {
  if (migrations.length === 0) return `The ${place} is up to date\n`;
  const list = migrations.map(({ version, name }) => `  ${String(version).padStart(4, "0")} ${name}\n`).join("");
  return `${dryRun ? "Would apply" : "Applied"} to the ${place}:\n${list}`;
}

/** `bilancio migrate`. */
export const command: Command = commandOf({
  name: "migrate",
  summary: "Brings a Postgres to the present schema: tables, indexes, and who may read them",
  positionals: [],
  flags: {
    ...DATABASE_URL_FLAG,
    "dry-run": onOff("only say what would be applied"),
    "json": onOff("one JSON object"),
  },
  details: [
    "Each migration is applied as a whole or not at all; several processes may do this at once. Nothing is deleted. " +
    "Every table has row-level security: on hosted Supabase the roles anon and authenticated can read and nothing else.",
  ],
  examples: [
    ["bilancio migrate --dry-run", "shows what the database of BILANCIO_DATABASE_URL lacks"],
    ["bilancio migrate", "makes it; again it changes nothing"],
  ],
}, async ({ flags }, terminal) => {
  const { migrate, pendingMigrations } = await import("../stores/postgres/migrations.ts");
  const dryRun = flags["dry-run"] === true;
  await using connection = await openConfiguredPostgres(flags["database-url"], terminal);
  const migrations = await (dryRun ? pendingMigrations(connection) : migrate(connection));
  terminal.out(
    flags.json === true
      ? `${JSON.stringify({ database: connection.place, dry_run: dryRun, migrations })}\n`
      : sentence(connection.place, migrations, dryRun),
  );
  return 0;
});
