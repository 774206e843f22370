/**
 * What `payments run --persist` adds to a run: the open database and the recorder (spec 08 6).
 *
 * @module
 */
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { PaymentsRecorder } from "../stores/duckdb/payments_recorder.ts";
import { DuckDbSimulations } from "../stores/duckdb/simulations.ts";
import { from } from "./paths.ts";
import { readText } from "./read_text.ts";
import type { Terminal } from "./terminal.ts";

/** What the caller set besides the file. */
interface Overrides {
  readonly ticks?: number | undefined;
  readonly seed?: bigint | undefined;
  readonly reference?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** A recording under way. */
export class PaymentsPersistence implements AsyncDisposable {
  private constructor(
    readonly store: DuckDbSimulations,
    readonly recorder: PaymentsRecorder,
    readonly simulationId: string,
    /** The path of the database as the caller gave it. */
    readonly database: string,
  ) {}

  /**
   * Opens the database and begins the simulation.
   *
   * @throws {Conflict} when another process holds the database, or when it has a simulation of that id.
   */
  static async open(
    database: string,
    id: string | undefined,
    file: string,
    { config }: PaymentsScenario,
    overrides: Overrides,
    terminal: Terminal,
  ): Promise<PaymentsPersistence> {
    const document = await overriddenDocument(file, overrides, terminal);
    const store = await openRecording(database, terminal, overrides.quiet);
    try {
      const simulationId = id ?? `sim-${crypto.randomUUID().slice(0, 8)}`;
      const recorder = await PaymentsRecorder.start(store, {
        simulationId,
        file,
        document,
        config,
        reference: overrides.reference === true,
      });
      return new PaymentsPersistence(store, recorder, simulationId, database);
    } catch (error) {
      await store[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }
}

/** Opens a database for recording; says which recordings in it were interrupted. */
export async function openRecording(path: string, terminal: Terminal, quiet = false): Promise<DuckDbSimulations> {
  const place = from(terminal.directory, path);
  const folder = place.replace(/[\\/][^\\/]*$/, "");
  if (folder !== place && folder !== "") Deno.mkdirSync(folder, { recursive: true });
  const store = await DuckDbSimulations.open(place);
  if (!quiet) {
    for (const id of store.interrupted) {
      terminal.error(
        `warning: the recording of ${id} was interrupted; bilancio db delete ${id} --db ${path} removes it\n`,
      );
    }
  }
  return store;
}

/** Keeps a state in a database and returns its id. */
export async function storeCheckpoint(
  path: string,
  simulationId: string,
  state: string,
  { dictionary }: PaymentsScenario,
  terminal: Terminal,
): Promise<string> {
  const { saveCheckpoint } = await import("../stores/duckdb/checkpoints.ts");
  const { configJson } = await import("../stores/duckdb/config_text.ts");
  await using store = await openRecording(path, terminal);
  const config = configJson(dictionary, true);
  return await saveCheckpoint(store.database, { simulationId, state, config, createdBy: "cli" });
}

/** The state with an id, or the latest of a simulation. @throws {NotFound} */
export async function storedCheckpoint(path: string, name: string, terminal: Terminal): Promise<string> {
  const { latestCheckpoint, loadCheckpoint } = await import("../stores/duckdb/checkpoints.ts");
  const { openDatabase } = await import("./database.ts");
  await using database = await openDatabase(path, terminal);
  return (await loadCheckpoint(database, await latestCheckpoint(database, name) ?? name)).state;
}

/** The parsed file with what the caller set instead. */
async function overriddenDocument(file: string, { ticks, seed }: Overrides, terminal: Terminal): Promise<unknown> {
  const text = readText(terminal.directory, file, "scenario file");
  const document = await parsed(text, file);
  if (typeof document !== "object" || document === null) return document;
  const set = {
    ...(ticks === undefined ? {} : { ticks_per_day: ticks, num_days: 1 }),
    ...(seed === undefined ? {} : { rng_seed: seed }),
  };
  const simulation: unknown = Reflect.get(document, "simulation");
  if (typeof simulation !== "object" || simulation === null) return { ...document, ...set };
  return { ...document, simulation: { ...simulation, ...set } };
}

async function parsed(text: string, file: string): Promise<unknown> {
  if (/\.json$/i.test(file) || /^\s*\{/.test(text)) {
    const { parseJsonDocument } = await import("../payments/scenario/document.ts");
    return parseJsonDocument(text, file);
  }
  const { parseYaml } = await import("../core/yaml_text.ts");
  return parseYaml(text, file);
}
