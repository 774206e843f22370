/**
 * Records of policy experiments in a folder that needs no database: one file of JSON lines for each experiment, and one
 * for the events of each recorded simulation. A line is durable when the call returns; a torn last line is ignored.
 *
 * @module
 */
import { Conflict, StoreError } from "../../core/errors.ts";
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentReader,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  RecordedExperiment,
  SimulationRecord,
} from "../../experiments/payments/contracts.ts";
import { MemoryRecorder } from "../../experiments/payments/memory_recorder.ts";
import { writtenEvent } from "../../payments/events.ts";
import { exists, writeAll, writeFailure, writeFileAtomic } from "./atomic_file.ts";
import { checkedName } from "./names.ts";
import { joined } from "./paths.ts";

const ENDING = ".jsonl";

/** A line of the journal: which record it is, and the record. */
interface Line {
  readonly record: "experiment" | "iteration" | "event" | "evaluation" | "simulation";
  readonly row: unknown;
}

/** Writes and reads the experiments of one folder. */
export class ExperimentJournal implements ExperimentRecorder, ExperimentReader {
  readonly #folder: string;

  /** @param folder Made when the first record is saved. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  saveExperiment(row: ExperimentRecord): Promise<void> {
    return this.#append(row.run_id, { record: "experiment", row });
  }

  saveIteration(row: IterationRecord): Promise<void> {
    return this.#append(row.run_id, { record: "iteration", row });
  }

  saveEvent(row: ExperimentEvent): Promise<void> {
    return this.#append(row.run_id, { record: "event", row });
  }

  saveEvaluation(row: EvaluationRecord): Promise<void> {
    return this.#append(row.run_id, { record: "evaluation", row });
  }

  async saveSimulation({ log, ...row }: SimulationRecord): Promise<void> {
    checkedName(row.simulation_id, "simulation id");
    const path = joined(this.#runFolder(row.experiment_run_id), `${row.simulation_id}.events${ENDING}`);
    if (exists(path)) throw new Conflict(`A simulation ${row.simulation_id} is recorded already`);
    let events = "";
    for (let i = 0; i < log.length; i++) events += `${JSON.stringify(writtenEvent(log, i))}\n`;
    writeFileAtomic(path, events);
    await this.#append(row.experiment_run_id, { record: "simulation", row });
  }

  async listExperiments(): Promise<readonly ExperimentRecord[]> {
    const memory = new MemoryRecorder();
    for (const runId of this.#runIds()) {
      const found = await this.loadExperiment(runId);
      if (found !== null) await memory.saveExperiment(found.experiment);
    }
    return await memory.listExperiments();
  }

  async loadExperiment(runId: string): Promise<RecordedExperiment | null> {
    checkedName(runId, "run id");
    const path = this.#runFile(runId);
    if (!exists(path)) return null;
    const memory = new MemoryRecorder();
    for (const line of linesOf(Deno.readTextFileSync(path), path)) await keep(memory, line);
    return await memory.loadExperiment(runId);
  }

  #runIds(): string[] {
    try {
      return [...Deno.readDirSync(this.#folder)].filter(({ isFile, name }) => isFile && name.endsWith(ENDING))
        .map(({ name }) => name.slice(0, -ENDING.length)).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  #runFolder(runId: string): string {
    checkedName(runId, "run id");
    return joined(this.#folder, runId);
  }

  #runFile(runId: string): string {
    return `${this.#runFolder(runId)}${ENDING}`;
  }

  #append(runId: string, line: Line): Promise<void> {
    const path = this.#runFile(runId);
    try {
      Deno.mkdirSync(this.#folder, { recursive: true });
      using file = Deno.openSync(path, { create: true, append: true });
      writeAll(file, new TextEncoder().encode(`${JSON.stringify(line, plainNumbers)}\n`));
      file.syncDataSync();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(writeFailure(error, path));
    }
  }
}

/** Integers past 2^53 are written as text: JSON's readers would round them. */
function plainNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}

/** Lines as they were written by this class. */
type Kept =
  | { readonly record: "experiment"; readonly row: ExperimentRecord }
  | { readonly record: "iteration"; readonly row: IterationRecord }
  | { readonly record: "event"; readonly row: ExperimentEvent }
  | { readonly record: "evaluation"; readonly row: EvaluationRecord }
  | { readonly record: "simulation"; readonly row: unknown };

function linesOf(text: string, path: string): Kept[] {
  const lines = text.split("\n");
  const torn = lines.pop() ?? "";
  const kept: Kept[] = [];
  lines.forEach((line, i) => {
    const parsed = parsedLine(line);
    if (parsed !== undefined) kept.push(parsed);
    else {
      const where = { store: "files", retryable: false };
      throw new StoreError(`${path}, line ${i + 1}: this is no record of an experiment`, where);
    }
  });
  const last = parsedLine(torn);
  return last === undefined ? kept : [...kept, last];
}

function parsedLine(line: string): Kept | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isKept(value) ? value : undefined;
  } catch {
    return undefined; // torn, or no journal: the caller tells which
  }
}

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  experiment: ["run_id", "experiment_name", "config", "created_at", "num_iterations", "converged"],
  iteration: ["run_id", "iteration", "costs_per_agent", "accepted_changes", "policies"],
  event: ["run_id", "iteration", "event_type", "event_data"],
  evaluation: ["run_id", "iteration", "agent_id", "proposed_policy", "old_cost", "new_cost", "accepted"],
  simulation: ["simulation_id"],
};

function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null || !("record" in value) || !("row" in value)) return false;
  const { record, row } = value;
  const fields = typeof record === "string" && Object.hasOwn(FIELDS, record) ? FIELDS[record] : undefined;
  return fields !== undefined && typeof row === "object" && row !== null && fields.every((field) => field in row);
}

async function keep(memory: MemoryRecorder, line: Kept): Promise<void> {
  switch (line.record) {
    case "experiment":
      return await memory.saveExperiment(line.row);
    case "iteration":
      return await memory.saveIteration(line.row);
    case "event":
      return await memory.saveEvent(line.row);
    case "evaluation":
      return await memory.saveEvaluation(line.row);
    case "simulation":
      return;
  }
}
