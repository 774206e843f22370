/**
 * A Postgres server for tests: a cluster of its own in a temporary directory, on a free port of this machine. Where no
 * Postgres is installed, or with `BILANCIO_TEST_POSTGRES=pglite`, it is PGlite, which is Postgres compiled for
 * JavaScript; see {@linkcode TestPostgres.kind}.
 *
 * ```ts ignore
 * const server = await startPostgres(); // once in a test file, at its top
 * Deno.test.afterAll(() => server[Symbol.asyncDispose]());
 * Deno.test("rows are kept", async () => {
 *   await using database = await server.createDatabase({ migrated: true });
 *   await using connection = openPostgres({ url: database.url });
 * });
 * ```
 *
 * The server ends with the tests, however they end: its supervisor stops it when their process is gone.
 *
 * @module
 */
import { startCluster } from "./postgres_cluster.ts";
import { startPglite } from "./postgres_pglite.ts";

/** A database of a test, dropped at its end. */
export interface TestDatabase extends AsyncDisposable {
  /** Opens it as its owner, without a password. */
  readonly url: string;
}

/** A server for tests. */
export interface TestPostgres extends AsyncDisposable {
  /** A real server takes connections by the dozen and knows roles; PGlite is one process that takes turns. */
  readonly kind: "server" | "pglite";
  /** Opens the database `postgres` as superuser, without a password. */
  readonly url: string;
  /** Opens a database as another role; `guarded` is one whose password the server checks. */
  urlOf(database: TestDatabase, user: string, password?: string): string;
  /** A fresh database, with our schema when `migrated`; takes some 50 ms. */
  createDatabase(options?: { readonly migrated?: boolean }): Promise<TestDatabase>;
  /** Stops the server: connections are cut, transactions are rolled back. */
  stop(): Promise<void>;
  /** Starts it again on the same port with what was committed. */
  start(): Promise<void>;
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether a real server can be started here. */
export { hasPostgres } from "./postgres_cluster.ts";

/** Starts a server. */
export async function startPostgres(): Promise<TestPostgres> {
  return await startCluster() ?? await startPglite();
}
