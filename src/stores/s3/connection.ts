/**
 * Where objects are kept: the settings of any S3-compatible service, and how to open it. The client library is loaded
 * with the first request. Nothing is read from `~/.aws`, from the environment, or from the machine: what is not in the
 * settings is not used.
 *
 * Permissions: `net` for the endpoint's host. The client library looks for a few `AWS_*` variables while it is loaded
 * and takes none of them for an answer; where a program may not read them, `--ignore-env` says that there are none.
 *
 * Source: spec 09 3.4 and section 8.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";
import { placeOf } from "./keys.ts";
import { ObjectStorage } from "./objects.ts";
import type { RetryPolicy } from "./retries.ts";

/** The settings of an object storage. */
export interface S3Options {
  /** `https://...`; without one it is AWS itself. */
  readonly endpoint?: string;
  /** `auto` for R2; any text for services without regions. */
  readonly region: string;
  readonly bucket: string;
  /** What every key begins with, without `/` at its ends. */
  readonly prefix?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** The bucket in the path instead of the host name; default: whenever there is an endpoint. */
  readonly forcePathStyle?: boolean;
  /** How often a request is tried in all; default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for every further one. Default 200. */
  readonly retryDelayMs?: number;
  /** Milliseconds without a sign of life after which a request is given up; default 30,000. */
  readonly timeoutMs?: number;
  /** Hears a sentence for every attempt that is repeated. */
  readonly onRetry?: (sentence: string) => void;
}

/** Settings that were checked. */
export interface CheckedS3Options {
  /** Of a custom service, with neither credentials nor a query. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Empty, or ending in `/`. */
  readonly prefix: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly forcePathStyle: boolean;
  readonly timeoutMs: number;
  readonly retries: RetryPolicy;
}

/**
 * Opens an object storage. Nothing is asked of the service yet; dispose of it when done.
 *
 * @throws {UsageError} for settings that are missing or cannot be right; no secret is in the message.
 */
export function openS3(options: S3Options): ObjectStorage {
  return new ObjectStorage(checkedOptions(options));
}

const DEFAULT_ATTEMPTS = 5;
const DEFAULT_RETRY_DELAY_MS = 200;
const DEFAULT_TIMEOUT_MS = 30_000;

function checkedOptions(options: S3Options): CheckedS3Options {
  const { region, endpoint } = options;
  if (!/^[a-z0-9-]+$/i.test(region)) {
    throw new UsageError(
      `Invalid region ${JSON.stringify(region)}: letters, digits and "-", such as us-east-1 or auto`,
    );
  }
  const bucket = checkedBucket(options.bucket);
  const { sessionToken } = options;
  return {
    endpoint: endpoint === undefined ? undefined : checkedEndpoint(endpoint),
    region,
    bucket,
    prefix: placeOf(options.prefix ?? ""),
    credentials: {
      accessKeyId: checkedCredential(options.accessKeyId, "access key id", "BILANCIO_S3_ACCESS_KEY_ID"),
      secretAccessKey: checkedCredential(options.secretAccessKey, "secret key", "BILANCIO_S3_SECRET_ACCESS_KEY"),
      ...(sessionToken === undefined || sessionToken === "" ? {} : { sessionToken }),
    },
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retries: {
      attempts: options.attempts ?? DEFAULT_ATTEMPTS,
      delayMs: options.retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
      onRetry: options.onRetry ?? (() => {}),
    },
  };
}

function checkedBucket(bucket: string): string {
  if (bucket === "") throw new UsageError("No bucket is set for the object storage: set BILANCIO_S3_BUCKET");
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..")) return bucket;
  throw new UsageError(
    `Invalid bucket ${JSON.stringify(bucket)}: 3 to 63 characters out of a-z, 0-9, "." and "-"`,
  );
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  // The text itself may hold a password, so it is not repeated.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError("Invalid S3 endpoint: it must be a URL that begins with https:// or http://");
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(
      `Invalid S3 endpoint ${url.protocol}//${url.host}: put the credentials into their own settings`,
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new UsageError(`Invalid S3 endpoint ${url.protocol}//${url.host}: it must not have a query`);
  }
  return url.href.replace(/\/+$/, "");
}

function checkedCredential(value: string, what: string, setting: string): string {
  if (value === "") throw new UsageError(`No ${what} is set for the object storage: set ${setting}`);
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new UsageError(`The ${what} of the object storage holds a space or a line break: look at ${setting}`);
}
