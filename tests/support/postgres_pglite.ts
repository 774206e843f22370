/**
 * PGlite behind its socket server, where no Postgres is installed: one process without roles for each database, whose
 * connections take turns.
 *
 * @module
 */
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { migrate } from "../../src/stores/postgres/migrations.ts";
import type { TestDatabase, TestPostgres } from "./postgres.ts";

const SERVERS = new URL("./servers/", import.meta.url);

/** One PGlite and its server, in a process of its own. */
class Served {
  readonly #process: Deno.ChildProcess;
  private constructor(readonly port: number, process: Deno.ChildProcess) {
    this.#process = process;
  }

  /** @param directory where the rows lie; in memory when it is undefined */
  static async start(port: number, directory?: string): Promise<Served> {
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "-A", "--no-lock", `--config=${new URL("deno.json", SERVERS).pathname}`],
        ...[new URL("pglite.ts", SERVERS).href, String(port)],
        ...(directory === undefined ? [] : [directory]),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = process.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    if (value === undefined) {
      await process.stdin.close();
      const { code } = await process.status;
      throw new Error(`PGlite did not start: exit status ${code}`);
    }
    return new Served(port, process);
  }

  async stop(): Promise<void> {
    await this.#process.stdin.close();
    await this.#process.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function urlAt(port: number, user = "postgres", password?: string): string {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  return `postgresql://${encodeURIComponent(user)}${secret}@127.0.0.1:${port}/postgres?sslmode=disable`;
}

class PgliteServers implements TestPostgres {
  readonly kind = "pglite";
  readonly #directory: string;
  readonly #port: number;
  #main: Served | undefined;
  #isLent = false;

  constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
  }

  get url(): string {
    return urlAt(this.#port);
  }

  urlOf({ url }: TestDatabase, user: string, password?: string): string {
    return urlAt(Number(new URL(url).port), user, password);
  }

  async createDatabase({ migrated = false }: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
    // One at a time is the database of the main process: starting another takes seconds.
    const own = this.#isLent ? await Served.start(freePort()) : undefined;
    if (own === undefined) this.#isLent = true;
    const url = own === undefined ? this.url : urlAt(own.port);
    await using connection = openPostgres({ url, max: 1 });
    await connection.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    if (migrated) await migrate(connection);
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        await own?.stop();
        if (own === undefined) this.#isLent = false;
      },
    };
  }

  async start(): Promise<void> {
    this.#main ??= await Served.start(this.#port, `${this.#directory}/data`);
  }

  async stop(): Promise<void> {
    await this.#main?.stop();
    this.#main = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

/** Serves PGlite. */
export async function startPglite(): Promise<TestPostgres> {
  const servers = new PgliteServers(Deno.makeTempDirSync({ prefix: "bilancio-pglite-" }), freePort());
  await servers.start();
  return servers;
}
