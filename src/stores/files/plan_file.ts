/**
 * `plan.jsonl`: the plan of a sweep as a file. It appears whole before anything executes; an adaptive search appends
 * to it. Source: spec 09 section 5.
 *
 * @module
 */
import { parsePlan, type Plan, type PlannedRun, planText, runLine } from "../../experiments/plan.ts";
import { readTextIfPresent, syncDirectory, writeAll, writeFailure, writeFileAtomic } from "./atomic_file.ts";
import { directoryOf } from "./paths.ts";

/** The plan of one sweep directory. */
export class PlanFile {
  readonly #path: string;
  #known: Set<string> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * The plan that is there, or null.
   *
   * @throws {ValidationError} when the file is no plan.
   */
  read(): Plan | null {
    const text = readTextIfPresent(this.#path);
    return text === null ? null : parsePlan(text, this.#path);
  }

  /** Writes a whole plan. */
  write(plan: Plan): void {
    writeFileAtomic(this.#path, planText(plan));
    syncDirectory(directoryOf(this.#path));
    this.#known = new Set(plan.runs.map((run) => run.runId));
  }

  /** Appends runs that the plan does not know yet; they are on the disk when it returns. */
  append(runs: readonly PlannedRun[]): void {
    this.#known ??= new Set(this.read()?.runs.map((run) => run.runId));
    const known = this.#known;
    const added = runs.filter((run) => !known.has(run.runId));
    if (added.length === 0) return;
    const text = added.map((run) => runLine(run) + "\n").join("");
    try {
      using file = Deno.openSync(this.#path, { read: true, write: true });
      file.seekSync(endOfLastLine(file), Deno.SeekMode.Start);
      writeAll(file, new TextEncoder().encode(text));
      file.syncDataSync();
    } catch (error) {
      throw writeFailure(error, this.#path);
    }
    for (const run of added) known.add(run.runId);
  }
}

/** Where the last whole line ends; what a crash tore behind it is cut off. */
function endOfLastLine(file: Deno.FsFile): number {
  const size = file.statSync().size;
  const byte = new Uint8Array(1);
  for (let end = size; end > 0; end--) {
    file.seekSync(end - 1, Deno.SeekMode.Start);
    file.readSync(byte);
    if (byte[0] !== 0x0a) continue;
    if (end < size) file.truncateSync(end);
    return end;
  }
  return 0;
}
