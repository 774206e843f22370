/**
 * What `payments run --persist` adds to a run: the open database and the recorder (spec 08 6).
 *
 * @module
 */
import type { PaymentsScenario } from "../payments/scenario/load.ts";
import { OpeningStore } from "../stores/duckdb/opening_store.ts";
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
  readonly #place: Promise<PaymentsPlace>;
  readonly #store: OpeningStore;

  private constructor(
    place: Promise<PaymentsPlace>,
    store: OpeningStore,
    readonly recorder: PaymentsRecorder,
    readonly simulationId: string,
  ) {
    this.#place = place;
    this.#store = store;
  }

  /** Throws what opening the database, or beginning the simulation in it, failed with so far. */
  check(): void {
    this.#store.check();
  }

  /** The database as the caller named it. */
  async database(): Promise<string> {
    return (await this.#place).name;
  }

  /** What is said of a run that was stopped. */
  async goOn(): Promise<string> {
    return `${this.simulationId} is recorded so far; ${(await this.#place).goOn(this.simulationId)}.`;
  }

  /**
   * Starts to open the database and to begin the simulation in it. The run can begin meanwhile: {@linkcode check} and the
   * recorder throw the {@linkcode Conflict} of a database that another process holds, or that has a simulation of that id.
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
    const remake = {
      dictionary,
      behaviours,
      ...(ticks === undefined ? {} : { ticks }),
      ...(script === undefined ? {} : { script: readText(terminal.directory, script, "script") }),
    };
    const place = openPlace(database, terminal, overrides.quiet);
    // Of a server nothing has to be made, and a wrong address is told before anything else.
    if (database === "postgres") await place;
    const store = new OpeningStore(place.then((open) => open.store));
    const simulationId = id ?? `sim-${crypto.randomUUID().slice(0, 8)}`;
    const recorder = await PaymentsRecorder.start(store, {
      simulationId,
      file,
      document,
      config,
      reference: overrides.reference === true,
      fullReplay: overrides["full-replay"] === true,
      remake,
    });
    return new PaymentsPersistence(place, store, recorder, simulationId);
  }

  /** Closes the database; whoever recorded was told when it could not be opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    const place = await this.#place.catch(() => undefined);
    await place?.[Symbol.asyncDispose]();
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
