/**
 * A cluster made by `initdb` and served by `postgres`, below a supervisor that stops it and removes its directory when
 * the process of the tests goes away.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { openPostgres } from "../../src/stores/postgres/connection.ts";
import { migrate } from "../../src/stores/postgres/migrations.ts";
import type { TestDatabase, TestPostgres } from "./postgres.ts";

/** Where Debian keeps the programs, the newest version last. */
const DEBIAN = "/usr/lib/postgresql";

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // the next place is tried
  }
}

function directories(): string[] {
  const path = (Deno.env.get("PATH") ?? "").split(":");
  try {
    const versions = [...Deno.readDirSync(DEBIAN)].map(({ name }) => name).filter((name) => /^\d+$/.test(name));
    return [...path, ...versions.sort((a, b) => Number(b) - Number(a)).map((name) => `${DEBIAN}/${name}/bin`)];
  } catch {
    return path; // no Debian
  }
}

/** The directory of `initdb` and `postgres`; undefined where they are not installed. */
function programs(): string | undefined {
  if (Deno.env.get("BILANCIO_TEST_POSTGRES") === "pglite") return undefined;
  return directories().find((directory) => isFile(`${directory}/initdb`) && isFile(`${directory}/postgres`));
}

/** Whether a real server can be started here. */
export function hasPostgres(): boolean {
  return Deno.build.os !== "windows" && programs() !== undefined;
}

/** Postgres refuses to run as root: then it runs as `postgres`, or as `nobody`. */
function asUser(): { readonly prefix: readonly string[]; readonly uid: number; readonly gid: number } | undefined {
  if (Deno.uid() !== 0) return undefined;
  const users = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  const user = ["postgres", "nobody"].map((name) => users.find(([known]) => known === name)).find(Boolean);
  const [name, , uid = "", gid = ""] = user ?? [];
  if (name === undefined) throw new Error("no user is there to run Postgres for root");
  return {
    prefix: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"],
    uid: Number(uid),
    gid: Number(gid),
  };
}

/** Makes a cluster, serves it on command, and removes it when nobody commands any more, however that came. */
const SUPERVISOR = `
trap '' INT
pid=
"$1/initdb" -A trust -U postgres -E UTF8 --locale=C --no-sync --no-instructions -D "$2/data" >"$2/log" 2>&1 && echo made
halt() { if [ -n "$pid" ]; then kill -INT "$pid" 2>/dev/null; wait "$pid"; pid=; fi; }
while read -r command; do
  case "$command" in
    start) "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 & pid=$!;;
    stop) halt; echo stopped;;
  esac
done
halt
cd / && rm -rf "$2"
`;

/** Accounts without a password, but for one; nothing is forced to disk. */
const ACCESS = `local all all trust
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;

function settings(port: number, directory: string): string {
  return `listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = '${directory}'
max_connections = 60
shared_buffers = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_wal_senders = 0
wal_level = minimal
max_wal_size = 256MB
deadlock_timeout = 50ms
logging_collector = off
`;
}

/** Memory, when there is plenty: a database is made ten times faster there than on a disk. */
function directoryForCluster(): string {
  const memory = "/dev/shm";
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize > 2e9) return Deno.makeTempDirSync({ dir: memory, prefix: "bilancio-postgres-" });
  } catch {
    // There is no such place here, or nothing may be written there.
  }
  return Deno.makeTempDirSync({ prefix: "bilancio-postgres-" });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Makes a cluster and serves it; undefined where Postgres is not installed. */
export async function startCluster(): Promise<TestPostgres | undefined> {
  const bin = programs();
  if (bin === undefined || Deno.build.os === "windows") return undefined;
  const user = asUser();
  const directory = directoryForCluster();
  if (user !== undefined) Deno.chownSync(directory, user.uid, user.gid);
  const [program = "", ...args] = [...user?.prefix ?? [], "sh", "-c", SUPERVISOR, "sh", bin, directory];
  const supervisor = new Deno.Command(program, {
    args,
    cwd: directory,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const cluster = new Cluster(supervisor, freePort(), directory);
  await cluster.start();
  return cluster;
}

class Cluster implements TestPostgres {
  readonly kind = "server";
  readonly #supervisor: Deno.ChildProcess;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #port: number;
  readonly #directory: string;
  #databases = 0;
  #isMade = false;
  #template: Promise<string> | undefined;

  constructor(supervisor: Deno.ChildProcess, port: number, directory: string) {
    this.#supervisor = supervisor;
    this.#commands = supervisor.stdin.getWriter();
    this.#answers = supervisor.stdout.getReader();
    this.#port = port;
    this.#directory = directory;
  }

  get url(): string {
    return this.#url("postgres");
  }

  #url(database: string, user = "postgres", password?: string): string {
    const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
    return `postgresql://${encodeURIComponent(user)}${secret}@127.0.0.1:${this.#port}/${database}`;
  }

  urlOf({ url }: TestDatabase, user: string, password?: string): string {
    return this.#url(new URL(url).pathname.slice(1), user, password);
  }

  async createDatabase({ migrated = false }: { readonly migrated?: boolean } = {}): Promise<TestDatabase> {
    const template = migrated ? await (this.#template ??= this.#makeTemplate()) : "template1";
    const name = `test_${++this.#databases}`;
    await this.#administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return {
      url: this.#url(name),
      [Symbol.asyncDispose]: () => this.#administer(`DROP DATABASE ${name} WITH (FORCE)`),
    };
  }

  async #makeTemplate(): Promise<string> {
    await this.#administer("CREATE DATABASE migrated");
    await using connection = openPostgres({ url: this.#url("migrated"), max: 1 });
    await migrate(connection);
    return "migrated";
  }

  /** A connection of its own for each statement, so that tests see none that they did not open. */
  async #administer(sql: string): Promise<void> {
    await using connection = openPostgres({ url: this.url, max: 1, retries: 3 });
    await connection.run(sql);
  }

  async start(): Promise<void> {
    if (!this.#isMade) await this.#make();
    await this.#command("start");
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#administer("SELECT 1");
      } catch (error) {
        if (attempt >= 20) throw new Error(`the server does not start:\n${this.#log()}`, { cause: error });
      }
    }
  }

  async #make(): Promise<void> {
    await this.#answer();
    Deno.writeTextFileSync(`${this.#directory}/data/pg_hba.conf`, ACCESS);
    Deno.writeTextFileSync(`${this.#directory}/data/postgresql.conf`, settings(this.#port, this.#directory));
    this.#isMade = true;
  }

  async stop(): Promise<void> {
    await this.#command("stop");
    await this.#answer();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async #command(command: string): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${command}\n`));
  }

  async #answer(): Promise<void> {
    const { done } = await this.#answers.read();
    if (done) throw new Error(`the supervisor of the server has ended:\n${this.#log()}`);
  }

  #log(): string {
    return Deno.readTextFileSync(`${this.#directory}/log`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close();
    await this.#answers.cancel();
    await this.#supervisor.status;
  }
}
