/**
 * Postgres as this project uses it: opened lazily, statements with parameters, transactions, errors in our words. Work
 * that a restart of the server or a deadlock interrupts is done again, so every work has to be idempotent. No other
 * file knows the package.
 *
 * Deno's permissions: `net` for host and port of the URL. The package looks at two variables that mean nothing here,
 * `PGAPPNAME` and `PGTARGETSESSIONATTRS`; a permission set names them under `env` as `ignore`.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { type PostgresAddress, readAddress } from "./address.ts";
import { isConnectionLost, isTransient, postgresFailure } from "./failures.ts";
import { type Driver, DriverPool } from "./pool.ts";
import { checkText, type Row, type SqlValue } from "./values.ts";

/** How a database is opened. */
export interface PostgresOptions {
  /** `postgresql://user:password@host:5432/database`, with `sslmode`, `connect_timeout` and the like behind a `?`. */
  readonly url: string;
  /** Connections at once, default 4. */
  readonly max?: number;
  /** What the server's lists show, default `bilancio`. */
  readonly applicationName?: string;
  /** Default 10. */
  readonly connectTimeoutSeconds?: number;
  /** The longest time of a statement, default that of the server. A pooler of transactions does not take it. */
  readonly statementTimeoutMs?: number;
  /** How often interrupted work is done again, default 7: about four seconds. */
  readonly retries?: number;
  /** Is told of every retry: which one it is, from 1, and what happened. */
  readonly onRetry?: (attempt: number, failure: Error) => void;
}

/** What a statement gave. */
interface Result extends Iterable<Row> {
  /** Rows that it touched. */
  readonly count: number;
  /** What it was, such as `INSERT`. */
  readonly command: string;
}

/** Statements on one connection. */
export class PostgresSession {
  readonly #driver: Driver;
  readonly #address: PostgresAddress;

  constructor(driver: Driver, address: PostgresAddress) {
    this.#driver = driver;
    this.#address = address;
  }

  /** The rows of a statement with parameters `$1`, `$2`, ... @throws As `failures.ts` says. */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return [...await this.#execute(sql, values)];
  }

  /** Carries out a statement and returns how many rows it touched. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return (await this.#execute(sql, values)).count;
  }

  /** Ends a transaction. @throws {StoreError} when a statement in it had failed, and nothing was kept. */
  async commit(): Promise<void> {
    const { command } = await this.#execute("COMMIT", []);
    if (command === "COMMIT") return;
    throw new StoreError(`A transaction in the ${this.#address.place} was taken back: a statement in it had failed`, {
      store: "postgres",
      retryable: false,
    });
  }

  async #execute(sql: string, values: readonly SqlValue[]): Promise<Result> {
    for (const value of values) if (typeof value === "string") checkText(value);
    try {
      return await this.#driver.unsafe<Row[]>(sql, [...values], {
        prepare: this.#address.preparable && values.length > 0,
      });
    } catch (error) {
      throw postgresFailure(error, this.#address.place);
    }
  }
}

/** Connections to one database; none is made before the first statement. */
export class PostgresConnection implements AsyncDisposable {
  readonly #address: PostgresAddress;
  readonly #options: PostgresOptions;
  readonly #pool: DriverPool;

  /** @throws {UsageError} for a URL that cannot be read. */
  constructor(options: PostgresOptions) {
    this.#options = options;
    this.#address = readAddress(options.url);
    this.#pool = new DriverPool(() => newDriver(this.#address, options), options.max ?? 4);
  }

  /** The database in messages: neither user nor password. */
  get place(): string {
    return this.#address.place;
  }

  /** The rows of an idempotent statement with parameters `$1`, `$2`, ... @throws As `failures.ts` says. */
  async rows(sql: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    return await this.#attempt((session) => session.rows(sql, values));
  }

  /** Carries out an idempotent statement and returns how many rows it touched. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    return await this.#attempt((session) => session.run(sql, values));
  }

  /** Carries out idempotent work as a whole or not at all; it is done again when it was interrupted. */
  async transaction<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    return await this.#attempt(async (session) => {
      await session.run("BEGIN");
      try {
        const result = await work(session);
        await session.commit();
        return result;
      } catch (error) {
        // Nothing may be sent on a connection that is gone; the server takes everything back by itself.
        if (!isConnectionLost(error)) await session.run("ROLLBACK");
        throw error;
      }
    });
  }

  async #attempt<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    const { retries = 7, onRetry } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#pool.use((driver) => work(new PostgresSession(driver, this.#address)));
      } catch (error) {
        const failure = postgresFailure(error, this.place);
        if (!isTransient(error) || attempt > retries) throw failure;
        onRetry?.(attempt, failure);
        await pause(Math.min(1000, 25 * 2 ** attempt) * (0.75 + Math.random() / 2));
      }
    }
  }

  /** Closes all connections when what they do is done, after five seconds at the latest. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }
}

/**
 * Opens a database; no connection is made before the first statement.
 *
 * @throws {UsageError} for a URL that cannot be read.
 */
export function openPostgres(options: PostgresOptions): PostgresConnection {
  return new PostgresConnection(options);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A driver with one connection. Every option is given, so that it asks neither the environment nor the system. */
async function newDriver(address: PostgresAddress, options: PostgresOptions): Promise<Driver> {
  const [{ default: postgres }, { openSocket }] = await Promise.all([import("postgres"), import("./socket.ts")]);
  const { host, port, database, user, password } = address;
  const timeout = options.connectTimeoutSeconds ?? address.connectTimeoutSeconds ?? 10;
  const all = {
    host,
    port,
    socket: () => openSocket(address, timeout),
    database,
    user,
    password: () => password,
    // The socket is encrypted already, where it has to be.
    ssl: false,
    sslnegotiation: null,
    max: 1,
    prepare: address.preparable,
    idle_timeout: undefined,
    connect_timeout: timeout,
    max_lifetime: null,
    max_pipeline: 100,
    keep_alive: 60,
    // Waiting is done here, where it is counted.
    backoff: () => 0,
    debug: false,
    fetch_types: false,
    publications: "alltables",
    target_session_attrs: undefined,
    connection: {
      application_name: options.applicationName ?? address.applicationName ?? "bilancio",
      TimeZone: "UTC",
      DateStyle: "ISO",
      ...(options.statementTimeoutMs === undefined || !address.preparable
        ? {}
        : { statement_timeout: options.statementTimeoutMs }),
    },
    onnotice: () => {},
    types: TYPES,
  };
  return postgres(all);
}

/** Values as we want them; what is not listed stays the text that the server gives. */
const TYPES = {
  time: { to: 1184, from: [1114, 1184], serialize: String, parse: isoTime },
  date: { to: 1082, from: [1082], serialize: String, parse: String },
  json: { to: 3802, from: [114, 3802], serialize: String, parse: (text: string): unknown => JSON.parse(text) },
  whole: { to: 20, from: [20], serialize: String, parse: wholeNumber },
  wholes: {
    to: 1007,
    from: [1005, 1007, 1016],
    serialize: String,
    parse: (text: string) => elements(text).map(Number),
  },
  texts: { to: 1009, from: [1009, 1231], serialize: String, parse: elements },
};

/** `2026-01-31 10:20:30.123456+00` as ISO 8601, with milliseconds, or with microseconds where there are any. */
function isoTime(text: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/.exec(text);
  if (match === null) return text;
  const [, day = "", time = "", fraction = ""] = match;
  return `${day}T${time}.${fraction.padEnd(fraction.length <= 3 ? 3 : 6, "0")}Z`;
}

function wholeNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** The elements of a list of one dimension: `{a,"b, \\"c\\"",NULL}`. */
function elements(text: string): string[] {
  const found = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/gs);
  return [...found].map(([, quoted, plain = ""]) => quoted?.replace(/\\(.)/gs, "$1") ?? plain);
}
