/**
 * Sweeps to an S3 server (s3rver, in a process of its own) and back:
 *
 * 1. 200 runs with their files, against every file as a plain object, many at once;
 * 2. a sweep of 2 GB that cannot be compressed: time, and the most memory that the program ever had.
 *
 *     deno run -A bench/s3.ts [GIGABYTES]
 *
 * @module
 */
import S3rver from "s3rver";
import { downloadSweep } from "../src/stores/archive/download.ts";
import { folderEntries } from "../src/stores/archive/folder.ts";
import { uploadSweep } from "../src/stores/archive/upload.ts";
import { openS3, type S3Options } from "../src/stores/s3/connection.ts";
import { inTurn } from "../src/stores/s3/in_turn.ts";

const MEGABYTE = 1_000_000;
const FILE_SIZE = 10 * MEGABYTE;
const PLAIN_AT_ONCE = 16;

const line = (name: string, value: string): void => console.log(name.padEnd(58), value.padStart(14));
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

function optionsAt(endpoint: string): S3Options {
  return { endpoint, region: "us-east-1", bucket: "bench", accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
}

/** This script in a role of its own; the process is the caller's to end. */
function script(...args: readonly string[]): Deno.ChildProcess {
  const main = new URL(import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--max-semi-space-size=4", main, ...args],
    stdout: "piped",
    stdin: "null",
  }).spawn();
}

async function serve(directory: string): Promise<void> {
  const server = new S3rver({
    address: "127.0.0.1",
    port: 0,
    silent: true,
    vhostBuckets: false,
    directory,
    configureBuckets: [{ name: "bench" }],
  });
  console.log((await server.run()).port);
}

/** Uploads, syncs again and downloads; prints the times and the peak of memory. */
async function transfer(endpoint: string, folder: string, target: string): Promise<void> {
  await using storage = openS3(optionsAt(endpoint));
  const up = await timed(() => uploadSweep(storage, { name: "large", type: "ring", folder }));
  line("  upload", seconds(up));
  line("  most memory after the upload", `${peakMegabytes()} MB`);
  line(
    "  again, nothing changed",
    seconds(await timed(() => uploadSweep(storage, { name: "large", type: "ring", folder }))),
  );
  line("  download", seconds(await timed(() => downloadSweep(storage, "large", target))));
  line("  most memory in all", `${peakMegabytes()} MB`);
}

/** The largest resident size that this process had, where the system says so. */
function peakMegabytes(): number {
  const [, kilobytes = "0"] = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
  return Math.round(Number(kilobytes) / 1000);
}

function writeLarge(folder: string, megabytes: number): void {
  const bytes = new Uint8Array(FILE_SIZE);
  for (let written = 0; written < megabytes; written += FILE_SIZE / MEGABYTE) {
    for (let at = 0; at < FILE_SIZE; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    const run = `${folder}/runs/grid_${written}/out`;
    Deno.mkdirSync(run, { recursive: true });
    Deno.writeFileSync(`${run}/events.bin`, bytes);
  }
}

async function realSweep(folder: string): Promise<void> {
  const main = new URL("../src/cli/main.ts", import.meta.url).pathname;
  const args = ["run", "-A", "-q", main, "sweep", "ring", "--no-grid", "--lhs", "200", "--n-agents", "50"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--maturity-days", "10", "--out-dir", folder, "--quiet"],
    stdout: "null",
  }).output();
  if (!success) throw new Error("The sweep failed");
}

async function compareRuns(endpoint: string, place: string): Promise<void> {
  const folder = `${place}/sweep`;
  await realSweep(folder);
  const files = folderEntries(folder).filter(({ isDirectory }) => !isDirectory);
  const size = files.reduce((sum, { size }) => sum + size, 0);
  await using storage = openS3(optionsAt(endpoint));
  await storage.putObject("warm", "up");
  console.log(`200 runs, ${files.length} files, ${(size / MEGABYTE).toFixed(1)} MB`);
  const plain = await timed(() =>
    inTurn(PLAIN_AT_ONCE, files, async ({ name }) => {
      await storage.putObject(`plain/${name}`, await Deno.readFile(`${folder}/${name}`));
    })
  );
  line(`  every file as an object, ${PLAIN_AT_ONCE} at once`, seconds(plain));
  const whole = new Uint8Array(size);
  const sync = await timed(() => uploadSweep(storage, { name: "runs", type: "ring", folder }));
  line("  sync", `${seconds(sync)} (${(sync / plain).toFixed(2)}x)`);
  const one = await timed(() => storage.putStream("one", ReadableStream.from([whole])));
  line("  the same number of bytes as one object", seconds(one));
  line("  sync again", seconds(await timed(() => uploadSweep(storage, { name: "runs", type: "ring", folder }))));
  line("  download", seconds(await timed(() => downloadSweep(storage, "runs", `${place}/back`))));
}

async function main(gigabytes: number): Promise<void> {
  const place = Deno.makeTempDirSync({ prefix: "bilancio-bench-" });
  const server = script("serve", `${place}/s3`);
  try {
    const reader = server.stdout.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    const endpoint = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`;
    await compareRuns(endpoint, place);
    console.log(`${gigabytes} GB in files of 10 MB that cannot be compressed`);
    writeLarge(`${place}/large`, gigabytes * 1000);
    const child = script("transfer", endpoint, `${place}/large`, `${place}/large-back`);
    console.log((await new Response(child.stdout).text()).trimEnd());
    await child.status;
  } finally {
    server.kill();
    await server.status;
    Deno.removeSync(place, { recursive: true });
  }
}

const [role, ...args] = Deno.args;
if (role === "serve") await serve(args[0] ?? "");
else if (role === "transfer") await transfer(args[0] ?? "", args[1] ?? "", args[2] ?? "");
else await main(Number(role ?? 2));
