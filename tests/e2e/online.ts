/**
 * The program under the permissions of the task `online`, and the script of the task `sync`, each with an environment of
 * its own: nothing of the tests' environment configures them.
 *
 * @module
 */
import type { TestS3 } from "../support/s3.ts";
import type { Finished, Folder } from "./program.ts";
import { ROOT } from "./program.ts";

/** What the program finds in its environment besides what every program needs. */
export type Variables = Readonly<Record<string, string>>;

function environment(variables: Variables): Record<string, string> {
  const kept = ["PATH", "HOME", "DENO_DIR"].map((name) => [name, Deno.env.get(name) ?? ""] as const);
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== "")), NO_COLOR: "1", ...variables };
}

/** The variables that name a storage. */
export function storageVariables({ endpoint, bucket, options }: TestS3): Variables {
  return {
    BILANCIO_S3_ENDPOINT: endpoint,
    BILANCIO_S3_BUCKET: bucket,
    BILANCIO_S3_ACCESS_KEY_ID: options.accessKeyId,
    BILANCIO_S3_SECRET_ACCESS_KEY: options.secretAccessKey,
    BILANCIO_S3_REGION: options.region,
  };
}

function start(variables: Variables, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: environment(variables),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function finished(child: Deno.ChildProcess): Promise<Finished> {
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

/** Starts `bilancio` with the permissions of the task `online`, in a folder. */
export function startOnline(folder: Folder, variables: Variables, ...args: string[]): Deno.ChildProcess {
  const program = ["run", "-q", "--no-prompt", "-P=cloud", "src/cli/main.ts", "-C", folder.path];
  return start(variables, [...program, ...args]);
}

/** Runs `bilancio` with the permissions of the task `online`, in a folder. */
export function online(folder: Folder, variables: Variables, ...args: string[]): Promise<Finished> {
  return finished(startOnline(folder, variables, ...args));
}

/** Runs Deno with arguments in the checkout. */
export function denoWith(variables: Variables, ...args: string[]): Promise<Finished> {
  return finished(start(variables, args));
}

/** Runs `tasks/sync.ts` as `deno run -P=sync` does. */
export function syncScript(variables: Variables, ...args: string[]): Promise<Finished> {
  return denoWith(variables, "run", "-q", "--no-prompt", "-P=sync", "tasks/sync.ts", ...args);
}

/** Asks now and then until something holds. @throws {Error} when it does not within a minute. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`did not happen within a minute: ${what}`);
}

/** The objects that a command printed, one per line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.trim().split("\n").filter((line) => line !== "").map((line): Record<string, unknown> => JSON.parse(line));
}
