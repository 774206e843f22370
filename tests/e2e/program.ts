/**
 * The program as a user starts it: a process of its own, in a directory of the test's choice.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** Root of the checkout. */
export const ROOT: string = fromFileUrl(new URL("../../", import.meta.url));

/** What a process left. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs Deno with arguments; `INIT_CWD` is not handed on from the task that may run these tests. */
export async function deno(
  args: readonly string[],
  directory: string = ROOT,
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: directory,
    env: { ...env, NO_COLOR: "1", ...variables },
    clearEnv: true,
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

/** The arguments with which the task `bilancio` starts the program in a directory. */
export function programArguments(directory: string): string[] {
  return ["run", "-q", "--no-prompt", "-P=bilancio", "src/cli/main.ts", "-C", directory];
}

/** Runs `bilancio` with the permissions of its task; relative paths start in `directory`. */
export function bilancio(directory: string, ...args: string[]): Promise<Finished> {
  return deno([...programArguments(directory), ...args]);
}

/** A directory that goes when the test ends. */
export class Folder implements Disposable {
  readonly path: string = Deno.makeTempDirSync({ prefix: "bilancio-test-" });

  /** Writes a file below the directory and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = `${this.path}/${name}`;
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  }

  /** The text of a file below the directory. */
  read(name: string): string {
    return Deno.readTextFileSync(`${this.path}/${name}`);
  }

  /** The names in the directory, sorted; what stands in folders too. */
  names(): string[] {
    const walk = (folder: string): string[] =>
      [...Deno.readDirSync(`${this.path}/${folder}`)].flatMap((entry) => {
        const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
        return entry.isDirectory ? walk(name) : [name];
      });
    return walk("").sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
