/**
 * The Postgres that a command works on: by flag, else by configuration.
 *
 * @module
 */
import type { PostgresConnection } from "../stores/postgres/connection.ts";
import { text } from "./flags.ts";
import { refuseHiddenDatabase } from "./reachable.ts";
import type { Terminal } from "./terminal.ts";

/** The flag that commands with a Postgres have. */
export const DATABASE_URL_FLAG = Object.freeze({
  "database-url": text("URL", "postgresql://user:password@host:5432/database", {
    fallback: "BILANCIO_DATABASE_URL, where others do not see the password",
  }),
});

/**
 * Opens the Postgres that the flag names, else that of the configuration. Retries are told on standard error.
 *
 * @throws {UsageError} when none is named, for a URL that cannot be read, and for a host that the permissions of this
 * process do not cover.
 */
export async function openConfiguredPostgres(
  flag: string | undefined,
  terminal: Terminal,
): Promise<PostgresConnection> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { requiredDatabaseUrl } = await import("../configuration/views.ts");
  const { openPostgres } = await import("../stores/postgres/connection.ts");
  const configuration = await processConfiguration(terminal.directory, { database_url: flag });
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const url = requiredDatabaseUrl(configuration);
  await refuseHiddenDatabase(url);
  return openPostgres({
    url,
    onRetry: (attempt, failure) => terminal.error(`warning: ${failure.message} (retry ${attempt})\n`),
  });
}
