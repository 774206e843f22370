/** Starts `sweep_child.ts` and listens to it. */
import { fromFileUrl } from "@std/path";

/** How a child ended and what it said. */
export interface Ended {
  readonly lines: readonly string[];
  readonly error: string;
  readonly code: number;
}

/** A sweep in another process. */
export class SweepChild {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #heard = "";

  constructor(path: string, how: "local" | "pool" | "hold", wrapper: readonly string[] = []) {
    const script = fromFileUrl(new URL("./sweep_child.ts", import.meta.url));
    const [program = "", ...args] = [...wrapper, Deno.execPath(), "run", "-A", "--no-check", script, path, how];
    this.#process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
    this.#reader = this.#process.stdout.getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Whole lines heard so far. */
  get lines(): string[] {
    return this.#heard.split("\n").slice(0, -1);
  }

  /** Listens until the child has said `count` lines or has ended. */
  async hear(count: number): Promise<void> {
    while (this.lines.length < count) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      this.#heard += new TextDecoder().decode(value);
    }
  }

  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      // It was faster: it has ended by itself.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Waits for the end. */
  async end(): Promise<Ended> {
    await this.#process.stdin.close();
    await this.hear(Infinity);
    const [error, status] = await Promise.all([new Response(this.#process.stderr).text(), this.#process.status]);
    return { lines: this.lines, error, code: status.code };
  }
}
