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
  /** Simulations on record, by experiment; filled when an experiment is written to for the first time. */
  readonly #simulations = new Map<string, Set<string>>();

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

  async saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    const runs = Map.groupBy(events, ({ run_id }) => run_id);
    for (const [runId, rows] of runs) {
      await this.#append(runId, ...rows.map((row): Line => ({ record: "event", row })));
    }
  }

  saveEvaluation(row: EvaluationRecord): Promise<void> {
    return this.#append(row.run_id, { record: "evaluation", row });
  }

  /** @inheritdoc */
  async saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    for (const record of records) await this.#saveSimulation(record);
  }

  /** A file of events without a line in the journal is what a crash left, and is replaced. */
  async #saveSimulation({ log, watch: _, ...row }: SimulationRecord): Promise<void> {
    const { simulation_id, experiment_run_id } = row;
    checkedName(simulation_id, "simulation id");
    const path = joined(this.#runFolder(experiment_run_id), `${simulation_id}.events${ENDING}`);
    const known = this.#opened(experiment_run_id);
    if (known.has(simulation_id)) throw new Conflict(`A simulation ${simulation_id} is recorded already`);
    let events = "";
    for (let i = 0; i < log.length; i++) events += `${JSON.stringify(writtenEvent(log, i))}\n`;
    writeFileAtomic(path, events);
    await this.#append(experiment_run_id, { record: "simulation", row });
    known.add(simulation_id);
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
    const simulations: string[] = [];
    for (const line of linesOf(Deno.readTextFileSync(path), path)) {
      if (line.record === "simulation") simulations.push(line.row.simulation_id);
      else await keep(memory, line);
    }
    const found = await memory.loadExperiment(runId);
    return found === null ? null : { ...found, simulations };
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

  /** The simulations of an experiment; what a crash left of its last line is cut off, before anything is appended. */
  #opened(runId: string): Set<string> {
    const found = this.#simulations.get(runId);
    if (found !== undefined) return found;
    const path = this.#runFile(runId);
    const simulations = new Set<string>();
    if (exists(path)) {
      try {
        const text = endedText(path);
        for (const line of linesOf(text, path)) {
          if (line.record === "simulation") simulations.add(line.row.simulation_id);
        }
      } catch (error) {
        throw error instanceof StoreError ? error : writeFailure(error, path);
      }
    }
    this.#simulations.set(runId, simulations);
    return simulations;
  }

  /** Appends lines with one write, and waits for the disk. */
  #append(runId: string, ...lines: readonly Line[]): Promise<void> {
    const path = this.#runFile(runId);
    try {
      this.#opened(runId);
      Deno.mkdirSync(this.#folder, { recursive: true });
      using file = Deno.openSync(path, { create: true, append: true });
      const text = lines.map((line) => `${JSON.stringify(line, plainNumbers)}\n`).join("");
      writeAll(file, new TextEncoder().encode(text));
      file.syncDataSync();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof StoreError ? error : writeFailure(error, path));
    }
  }
}

/** The text of a journal, whose file then ends with a whole line: one that lacks its end gets it, a torn one goes. */
function endedText(path: string): string {
  const text = Deno.readTextFileSync(path);
  const end = text.lastIndexOf("\n") + 1;
  if (end === text.length) return text;
  const isWhole = parsedLine(text.slice(end)) !== undefined;
  using file = Deno.openSync(path, { write: true, append: isWhole });
  if (isWhole) writeAll(file, new TextEncoder().encode("\n"));
  else file.truncateSync(new TextEncoder().encode(text.slice(0, end)).length);
  file.syncDataSync();
  return isWhole ? `${text}\n` : text.slice(0, end);
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
  | { readonly record: "simulation"; readonly row: Pick<SimulationRecord, "simulation_id"> };

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

async function keep(memory: MemoryRecorder, line: Exclude<Kept, { record: "simulation" }>): Promise<void> {
  switch (line.record) {
    case "experiment":
      return await memory.saveExperiment(line.row);
    case "iteration":
      return await memory.saveIteration(line.row);
    case "event":
      return await memory.saveEvents([line.row]);
    case "evaluation":
      return await memory.saveEvaluation(line.row);
  }
}
