/**
 * What `payments run --persist` adds to a run: the open database and the recorder (spec 08 6).
 *
 * @module
 */
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { PaymentsRecorder } from "../stores/duckdb/payments_recorder.ts";
import { type NamedPlace, openPlace, type PaymentsPlace } from "./payments_place.ts";
import { openRecording } from "./recording_file.ts";
import { readText } from "./read_text.ts";
import type { Terminal } from "./terminal.ts";

/** What the caller set besides the file. */
interface Overrides {
  readonly ticks?: number | undefined;
  readonly seed?: bigint | undefined;
  readonly reference?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly "full-replay"?: boolean | undefined;
  readonly "run-ticks"?: number | undefined;
  /** The file with the script. */
  readonly script?: string | undefined;
}

/** A recording under way. */
export class PaymentsPersistence implements AsyncDisposable {
  private constructor(
    readonly place: PaymentsPlace,
    readonly recorder: PaymentsRecorder,
    readonly simulationId: string,
  ) {}

  /** The database as the caller named it. */
  get database(): string {
    return this.place.name;
  }

  /** What is said of a run that was stopped. */
  get goOn(): string {
    return `${this.simulationId} is recorded so far; ${this.place.goOn(this.simulationId)}.`;
  }

  /**
   * Opens the database and begins the simulation.
   *
   * @throws {Conflict} when another process holds the database, or when it has a simulation of that id.
   */
  static async open(
    database: NamedPlace,
    id: string | undefined,
    file: string,
    { config, dictionary, behaviours }: PaymentsScenario,
    overrides: Overrides,
    terminal: Terminal,
  ): Promise<PaymentsPersistence> {
    const document = await overriddenDocument(file, overrides, terminal);
    const { "run-ticks": ticks, script } = overrides;
    const place = await openPlace(database, terminal, overrides.quiet);
    try {
      const simulationId = id ?? `sim-${crypto.randomUUID().slice(0, 8)}`;
      const recorder = await PaymentsRecorder.start(place.store, {
        simulationId,
        file,
        document,
        config,
        reference: overrides.reference === true,
        fullReplay: overrides["full-replay"] === true,
        remake: {
          dictionary,
          behaviours,
          ...(ticks === undefined ? {} : { ticks }),
          ...(script === undefined ? {} : { script: readText(terminal.directory, script, "script") }),
        },
      });
      return new PaymentsPersistence(place, recorder, simulationId);
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.place[Symbol.asyncDispose]();
  }
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
