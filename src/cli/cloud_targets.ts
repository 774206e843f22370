/**
 * The cloud that a command works with: the Postgres and the object storage of the configuration, whichever of them are
 * there. A host that the permissions of this process do not cover is refused by name before anything is sent.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { PostgresConnection } from "../stores/postgres/connection.ts";
import type { S3Options } from "../stores/s3/connection.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";
import { DATABASE_URL_FLAG } from "./database_url.ts";
import type { FlagValues } from "./flags.ts";
import { refuseHidden, refuseHiddenDatabase } from "./reachable.ts";
import type { Terminal } from "./terminal.ts";

/** The flags that name a part of the cloud. */
export const TARGET_FLAGS = Object.freeze({ ...DATABASE_URL_FLAG });

/** What is configured; open until it is disposed of. */
export interface CloudTargets extends AsyncDisposable {
  readonly database: PostgresConnection | undefined;
  readonly storage: ObjectStorage | undefined;
}

/** What is known of the cloud before anything is opened. */
export interface CloudSettings {
  readonly databaseUrl: string | undefined;
  readonly storage: S3Options | undefined;
}

/** What a command does with each of the two; one of them at least has to be there. */
export interface CloudUse {
  readonly database: "required" | "optional" | "unused";
  readonly storage: "required" | "optional" | "unused";
}

/** Whatever is configured. */
export const WHATEVER_IS_THERE: CloudUse = { database: "optional", storage: "optional" };

/** How object storage is named to somebody who has not configured it. */
const STORAGE_NAMES = "BILANCIO_S3_ACCESS_KEY_ID, BILANCIO_S3_SECRET_ACCESS_KEY and BILANCIO_S3_ENDPOINT";

/**
 * Reads which cloud is configured, and whether this process may reach it.
 *
 * @throws {UsageError} when that is not configured, for settings that cannot be right, and for hosts that the
 * permissions do not cover.
 */
export async function cloudSettings(
  flags: FlagValues<typeof TARGET_FLAGS>,
  terminal: Terminal,
  use: CloudUse,
): Promise<CloudSettings> {
  const { processConfiguration } = await import("../configuration/configuration.ts");
  const { databaseUrl, objectStorageOptions } = await import("../configuration/views.ts");
  const configuration = await processConfiguration(terminal.directory, { database_url: flags["database-url"] });
  for (const warning of configuration.warnings) terminal.error(`warning: ${warning}\n`);
  const found = {
    databaseUrl: use.database === "unused" ? undefined : databaseUrl(configuration),
    storage: use.storage === "unused" ? undefined : objectStorageOptions(configuration),
  };
  refuseMissing(found, configuration, use);
  if (found.databaseUrl !== undefined) await refuseHiddenDatabase(found.databaseUrl);
  if (found.storage !== undefined) refuseHidden(storageHost(found.storage));
  return found;
}

/** @throws {UsageError} saying what to set. */
function refuseMissing({ databaseUrl, storage }: CloudSettings, configuration: Configuration, use: CloudUse): void {
  if (use.database === "required" && databaseUrl === undefined) {
    throw new UsageError(
      `No database is configured. Set BILANCIO_DATABASE_URL.${configuration.hint("database_url")}`,
    );
  }
  if (use.storage === "required" && storage === undefined) {
    throw new UsageError(
      `No object storage is configured. Set ${STORAGE_NAMES}.${configuration.hint("s3_access_key_id")}`,
    );
  }
  if (databaseUrl === undefined && storage === undefined) {
    throw new UsageError(
      `No cloud is configured. Set BILANCIO_DATABASE_URL for records, or ${STORAGE_NAMES} for files.` +
        configuration.hint("database_url"),
    );
  }
}

/** Host and port at which the objects of a bucket are. */
function storageHost({ endpoint, bucket, region }: S3Options): string {
  if (endpoint === undefined) return `${bucket}.s3.${region}.amazonaws.com:443`;
  const { hostname, port, protocol } = new URL(endpoint);
  return `${hostname}:${port === "" ? (protocol === "http:" ? 80 : 443) : port}`;
}

/**
 * Opens the cloud of the configuration; nothing is sent yet. Retries are told on standard error.
 *
 * @throws {UsageError} as {@linkcode cloudSettings}.
 */
export async function openTargets(
  flags: FlagValues<typeof TARGET_FLAGS>,
  terminal: Terminal,
  use: CloudUse = WHATEVER_IS_THERE,
): Promise<CloudTargets> {
  const { databaseUrl, storage } = await cloudSettings(flags, terminal, use);
  await using opened = new AsyncDisposableStack();
  let database: PostgresConnection | undefined;
  if (databaseUrl !== undefined) {
    const { openPostgres } = await import("../stores/postgres/connection.ts");
    database = opened.use(openPostgres({
      url: databaseUrl,
      onRetry: (attempt, failure) => terminal.error(`warning: ${failure.message} (retry ${attempt})\n`),
    }));
  }
  let objects: ObjectStorage | undefined;
  if (storage !== undefined) {
    const { openS3 } = await import("../stores/s3/connection.ts");
    objects = opened.use(openS3({ ...storage, onRetry: (sentence) => terminal.error(`warning: ${sentence}\n`) }));
  }
  const all = opened.move();
  return { database, storage: objects, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
