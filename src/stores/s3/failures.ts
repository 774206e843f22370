/**
 * What an S3-compatible service or the way to it got wrong, in sentences that say what to do. The library's own errors
 * are not kept as causes: they hold the headers of the request, and with them parts of the credentials.
 *
 * @module
 */
import { NotFound, StoreError } from "../../core/errors.ts";

/** A connection that ended in the middle of a body. */
export class StreamCut extends Error {
  override readonly name: string = "StreamCut";
}

/** What a sentence needs to know of the storage. */
export interface FailurePlace {
  readonly endpoint: string | undefined;
  readonly bucket: string;
  readonly region: string;
  readonly timeoutMs: number;
}

/** The error for a failed request about `key`; `timeout` stands for one that got no answer. */
export function failureOf(error: unknown, place: FailurePlace, key: string): Error {
  const where = `${place.endpoint ?? "AWS S3"}, bucket ${place.bucket}`;
  const make = (sentence: string, retryable: boolean) =>
    new StoreError(`${sentence} (${where}, ${key === "" ? "the list of objects" : JSON.stringify(key)})`, {
      store: "s3",
      retryable,
    });
  if (error === "timeout") {
    return make(`The object storage gave no sign of life for ${place.timeoutMs / 1000} s`, true);
  }
  if (error instanceof StoreError || error instanceof NotFound) return error;
  if (error instanceof StreamCut) return make("The connection to the object storage broke off during a transfer", true);
  if (error instanceof Deno.errors.NotCapable) {
    return make("This program was started without the permission to reach the object storage; use --allow-net", false);
  }
  const { name, status } = answerOf(error);
  if (status === undefined) return unreachable(error, make);
  if (status < 300) return make(NO_S3, false);
  const known = KNOWN[name];
  if (known === "missing bucket") {
    return new NotFound(
      `There is no bucket ${JSON.stringify(place.bucket)} at ${where}: make it, or set BILANCIO_S3_BUCKET`,
    );
  }
  if (known === "missing key") return new NotFound(`There is no object ${JSON.stringify(key)} at ${where}`);
  if (known !== undefined) return make(known.sentence(place), known.retryable);
  if (status >= 500 || status === 429 || status === 408) {
    return make(`The object storage could not answer now: ${status} ${safeCode(name)}`, true);
  }
  if (status === 404) return new NotFound(`There is no object ${JSON.stringify(key)} at ${where}`);
  if (status === 403 || status === 401) {
    return make(`The object storage refuses access (${status}): the credentials are wrong, or may not do this`, false);
  }
  if (status >= 300 && status < 400) return make(wrongRegion(place), false);
  return make(`The object storage refuses the request: ${status} ${safeCode(name)}`, false);
}

interface Known {
  readonly sentence: (place: FailurePlace) => string;
  readonly retryable: boolean;
}

const wrongKeys: Known = {
  sentence: () =>
    "The object storage does not accept the credentials: look at BILANCIO_S3_ACCESS_KEY_ID and BILANCIO_S3_SECRET_ACCESS_KEY",
  retryable: false,
};

const expired: Known = {
  sentence: () => "The credentials of the object storage have expired: get new ones and start again",
  retryable: false,
};

const denied: Known = {
  sentence: () => "The credentials of the object storage are valid, but may not do this: change their rights",
  retryable: false,
};

const region: Known = { sentence: wrongRegion, retryable: false };

const damaged: Known = {
  sentence: () => "What the object storage received was not what was sent: the checksum differs",
  retryable: true,
};

const busy = (name: string): Known => ({
  sentence: () => `The object storage could not answer now: ${name}`,
  retryable: true,
});

/** Codes of the services' answers. */
const KNOWN: Readonly<Record<string, Known | "missing bucket" | "missing key">> = {
  NoSuchBucket: "missing bucket",
  NoSuchKey: "missing key",
  NotFound: "missing key",
  InvalidAccessKeyId: wrongKeys,
  SignatureDoesNotMatch: wrongKeys,
  InvalidToken: wrongKeys,
  ExpiredToken: expired,
  TokenRefreshRequired: expired,
  AccessDenied: denied,
  AllAccessDisabled: denied,
  AuthorizationHeaderMalformed: region,
  PermanentRedirect: region,
  IllegalLocationConstraintException: region,
  BadDigest: damaged,
  InvalidDigest: damaged,
  XAmzContentSHA256Mismatch: damaged,
  IncompleteBody: damaged,
  RequestTimeout: busy("RequestTimeout"),
  RequestTimeTooSkewed: {
    sentence: () => "The clock of this machine differs too much from that of the object storage: set it right",
    retryable: true,
  },
  SlowDown: busy("SlowDown"),
  OperationAborted: busy("OperationAborted"),
  NotImplemented: { sentence: () => "The object storage does not offer this operation", retryable: false },
  PreconditionFailed: {
    sentence: () => "The object was replaced while it was read",
    retryable: false,
  },
};

const NO_S3 = "The answer is not one of an S3 service: look at the endpoint";

function wrongRegion(place: FailurePlace): string {
  return `The bucket is not in region ${place.region}: set BILANCIO_S3_REGION, or the endpoint of the bucket`;
}

/** No answer came: whatever the network's error is, it may go better the next time. */
function unreachable(error: unknown, make: (sentence: string, retryable: boolean) => StoreError): StoreError {
  const message = error instanceof Error ? error.message : "";
  if (/certificate/i.test(message)) {
    return make("The object storage cannot prove who it is: its certificate is not accepted", false);
  }
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? safeCode(error.code) : "";
  const reason = code === "" ? "" : `, ${code}`;
  return make(`The object storage cannot be reached${reason}: look at the endpoint and at the network`, true);
}

/** The code and the HTTP status of an answer; no status where there was none. */
function answerOf(error: unknown): { readonly name: string; readonly status: number | undefined } {
  if (!(error instanceof Error) || !("$metadata" in error)) return { name: "", status: undefined };
  const metadata = error.$metadata;
  const status = typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata &&
      typeof metadata.httpStatusCode === "number"
    ? metadata.httpStatusCode
    : undefined;
  return { name: error.name, status };
}

/** Whether a service does not know a kind of request at all. */
export function isUnknownRequest(error: unknown): boolean {
  const { name, status } = answerOf(error);
  return status === 501 || name === "NotImplemented";
}

/** A code as it may stand in a message: a service could put anything there. */
function safeCode(name: string): string {
  return /^[A-Za-z0-9_]{1,60}$/.test(name) ? name : "";
}
