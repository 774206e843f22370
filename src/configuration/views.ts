/**
 * Settings as the parts of the platform take them, and sentences that say what is missing.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import type { S3Options } from "../stores/s3/connection.ts";
import type { Configuration } from "./configuration.ts";
import { type SettingName, settingOf } from "./settings.ts";

/** The bucket for artifacts when nobody says. */
export const DEFAULT_BUCKET = "bilancio-artifacts";

function value(configuration: Configuration, name: SettingName): string | undefined {
  return configuration.setting(name)?.value;
}

/** The address of the Postgres, with its password; undefined where none is set. @throws {UsageError} for a bad one. */
export function databaseUrl(configuration: Configuration): string | undefined {
  return value(configuration, "database_url");
}

/** {@linkcode databaseUrl}. @throws {UsageError} when none is set. */
export function requiredDatabaseUrl(configuration: Configuration): string {
  return databaseUrl(configuration) ?? missing(configuration, "database_url", [
    "Set BILANCIO_DATABASE_URL to the address of a Postgres, such as postgres://user:password@host:5432/database.",
  ]);
}

/** A hosted REST interface and the key that may read there. */
export interface SupabaseOptions {
  readonly url: string;
  readonly anonKey: string;
}

/** How to read without database credentials; undefined unless both are set. @throws {UsageError} for a bad one. */
export function supabaseOptions(configuration: Configuration): SupabaseOptions | undefined {
  const url = value(configuration, "supabase_url");
  const anonKey = value(configuration, "supabase_anon_key");
  return url === undefined || anonKey === undefined ? undefined : { url, anonKey };
}

/** {@linkcode supabaseOptions}. @throws {UsageError} naming what is not set. */
export function requiredSupabaseOptions(configuration: Configuration): SupabaseOptions {
  return supabaseOptions(configuration) ?? missing(configuration, "supabase_url", [
    "Set BILANCIO_SUPABASE_URL and BILANCIO_SUPABASE_ANON_KEY, which the project's page shows under API.",
  ]);
}

/**
 * How object storage is reached; undefined unless keys are set. The endpoint follows from an R2 account; without either
 * it is AWS.
 *
 * @throws {UsageError} for a bad value, or when a part of the credentials is missing.
 */
export function objectStorageOptions(configuration: Configuration): S3Options | undefined {
  const accessKeyId = value(configuration, "s3_access_key_id");
  const secretAccessKey = value(configuration, "s3_secret_access_key");
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const absent = accessKeyId === undefined ? "s3_access_key_id" : "s3_secret_access_key";
    return missing(configuration, absent, [
      `Set ${settingOf(absent).variables.join(" (or ")}), too: of the credentials only one half is there.`,
    ]);
  }
  const endpoint = endpointOf(configuration);
  const sessionToken = value(configuration, "s3_session_token");
  const prefix = value(configuration, "s3_prefix")?.replace(/\/+$/, "");
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    // Services of their own take any region; R2 wants this word.
    region: value(configuration, "s3_region") ?? (endpoint === undefined ? "us-east-1" : "auto"),
    bucket: value(configuration, "s3_bucket") ?? DEFAULT_BUCKET,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(prefix === undefined || prefix === "" ? {} : { prefix }),
  };
}

/** {@linkcode objectStorageOptions}. @throws {UsageError} when no keys are set. */
export function requiredObjectStorageOptions(configuration: Configuration): S3Options {
  return objectStorageOptions(configuration) ?? missing(configuration, "s3_access_key_id", [
    "Set BILANCIO_S3_ACCESS_KEY_ID and BILANCIO_S3_SECRET_ACCESS_KEY (the BILANCIO_R2_* names do as well), and " +
    "BILANCIO_S3_ENDPOINT unless the bucket is at AWS.",
  ]);
}

function endpointOf(configuration: Configuration): string | undefined {
  const chosen = configuration.stronger("s3_endpoint", "s3_account_id");
  if (chosen === undefined) return undefined;
  const found = value(configuration, chosen);
  return chosen === "s3_account_id" ? `https://${found}.r2.cloudflarestorage.com` : found;
}

/** The shared place of remote workers. */
export type Volume =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "objects"; readonly bucket: string; readonly prefix: string };

/** The volume; undefined where none is set. A relative directory starts in the caller's. @throws {UsageError} */
export function volume(configuration: Configuration): Volume | undefined {
  const place = value(configuration, "volume");
  if (place === undefined) return undefined;
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket !== undefined) return { kind: "objects", bucket, prefix: prefix.replace(/^\/+|\/+$/g, "") };
  return { kind: "directory", path: located(place, configuration) };
}

function located(path: string, { directory, home }: Configuration): string {
  if (home !== undefined && /^~(?=\/|$)/.test(path)) return home + path.slice(1);
  if (directory === "" || /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path)) return path;
  return `${directory.replace(/[\\/]$/, "")}/${path.replace(/^(?:\.\/)+/, "")}`;
}

/** Workers of the pool; undefined for as many as there are cores. @throws {UsageError} unless from 1 to 1024. */
export function workers(configuration: Configuration): number | undefined {
  const number = value(configuration, "workers");
  return number === undefined ? undefined : Number(number);
}

function missing(configuration: Configuration, name: SettingName, sentences: readonly string[]): never {
  throw new UsageError(`${sentences.join(" ")}${configuration.hint(name)}`);
}
