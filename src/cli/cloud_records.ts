/**
 * The configured database as the place where a sweep's job, runs and measures go while the sweep goes on.
 *
 * @module
 */
import { processConfiguration } from "../configuration/configuration.ts";
import { requiredDatabaseUrl } from "../configuration/views.ts";
import { CompositeStorageClient } from "../stores/cloud/composite.ts";
import { openPostgres } from "../stores/postgres/connection.ts";
import { PostgresRecords } from "../stores/postgres/records.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Seconds after which a database counts as one that does not answer, and attempts before its records wait: the sweep's
 * runs are kept meanwhile, so that giving up early loses nothing.
 */
const CONNECT_TIMEOUT = 5;
const RETRIES = 3;

/**
 * The records of the configured database as a cloud; `opened` gets what has to be closed.
 *
 * @throws {UsageError} when no database is configured.
 */
export async function cloudClient(opened: AsyncDisposableStack, terminal: Terminal): Promise<CompositeStorageClient> {
  const url = requiredDatabaseUrl(await processConfiguration(terminal.directory));
  const connection = opened.use(
    openPostgres({ url, max: 2, retries: RETRIES, connectTimeoutSeconds: CONNECT_TIMEOUT }),
  );
  return opened.use(new CompositeStorageClient({ records: new PostgresRecords(connection) }));
}
