/**
 * PGlite behind its socket server, as a program of its own: its 50 MB are fetched where no Postgres is installed, and
 * by nobody else. Arguments: the port, and a directory for the rows (in memory without one). Says `ready`, and ends
 * when its standard input does.
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const [port = "", directory] = Deno.args;
const db = await (directory === undefined ? PGlite.create() : PGlite.create(directory));
const server = new PGLiteSocketServer({ db, port: Number(port), host: "127.0.0.1", maxConnections: 20 });
await server.start();
console.log("ready");
for await (const _ of Deno.stdin.readable) {
  // Nothing is said to it but the end.
}
await server.stop();
await db.close();
