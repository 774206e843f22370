/**
 * Where a Postgres database is, read from its URL. The password stays in here and in the driver: nothing else may name
 * it.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";

/** How the connection is encrypted: not at all, when the server can, always, or always with a checked certificate. */
export type Encryption = false | "prefer" | "require" | "verify-full";

/** The parts of a database URL. */
export interface PostgresAddress {
  /** Name or address of the server, or the directory of its Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly encryption: Encryption;
  /** Whether statements may be prepared: a pooler that shares connections between transactions forgets them. */
  readonly preparable: boolean;
  readonly applicationName?: string;
  readonly connectTimeoutSeconds?: number;
  /** What messages say: database and server, neither user nor password. */
  readonly place: string;
}

const FORM = "postgresql://user:password@host:5432/database";

/** The port of Supabase's pooler in the mode that shares connections between transactions. */
const TRANSACTION_POOLER = 6543;

const PARAMETERS = ["sslmode", "application_name", "connect_timeout", "pgbouncer", "host"];

const ENCRYPTIONS: Readonly<Record<string, Encryption>> = {
  "disable": false,
  "allow": "prefer",
  "prefer": "prefer",
  "require": "require",
  "verify-ca": "verify-full",
  "verify-full": "verify-full",
};

/**
 * Reads a database URL. Without `sslmode` a connection to this machine is plain, every other one is encrypted.
 *
 * @throws {UsageError} saying what is wrong with it; the message holds nothing of a URL that might be secret.
 */
export function readAddress(text: string): PostgresAddress {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || (url.protocol !== "postgres:" && url.protocol !== "postgresql:")) {
    throw new UsageError(`The database URL cannot be read. It has the form ${FORM}`);
  }
  const { searchParams: parameters } = url;
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new UsageError(
        `The database URL has the unknown parameter ${JSON.stringify(name)}; there are ${PARAMETERS.join(", ")}`,
      );
    }
  }
  const host = parameters.get("host") ?? plainHost(decoded(url.hostname, "host"));
  if (host === "") throw new UsageError(`The database URL names no host. It has the form ${FORM}`);
  const user = decoded(url.username, "user");
  if (user === "") throw new UsageError(`The database URL names no user. It has the form ${FORM}`);
  const port = url.port === "" ? 5432 : Number(url.port);
  const database = decoded(url.pathname.slice(1), "database") || user;
  const applicationName = parameters.get("application_name");
  const timeout = parameters.get("connect_timeout");
  return {
    host,
    port,
    database,
    user,
    password: decoded(url.password, "password"),
    encryption: encryptionOf(parameters.get("sslmode"), host),
    preparable: port !== TRANSACTION_POOLER && parameters.get("pgbouncer") !== "true",
    ...(applicationName === null ? {} : { applicationName }),
    ...(timeout === null ? {} : { connectTimeoutSeconds: seconds(timeout) }),
    place: `database ${database} on ${host.startsWith("/") ? "this machine" : `${host}:${port}`}`,
  };
}

function decoded(part: string, what: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError(`The ${what} in the database URL is not well encoded: write a "%" in it as "%25"`);
  }
}

/** Addresses of IPv6 stand in brackets in a URL. */
function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

function encryptionOf(mode: string | null, host: string): Encryption {
  if (mode === null) return isThisMachine(host) ? false : "require";
  const encryption = ENCRYPTIONS[mode];
  if (encryption !== undefined) return encryption;
  throw new UsageError(
    `sslmode in the database URL is ${JSON.stringify(mode)}; there are ${Object.keys(ENCRYPTIONS).join(", ")}`,
  );
}

function isThisMachine(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function seconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`connect_timeout in the database URL is ${JSON.stringify(text)}; it is a number of seconds`);
}
