/**
 * What a recorded payments run can be made again from: the complete configuration, policies included, the switches, and
 * what else the caller asked for. An interrupted recording is brought to its end by making the run again.
 *
 * @module
 */
import { Conflict, StoreError } from "../../core/errors.ts";
import { ENGINE_VERSION } from "../../experiments/engine_version.ts";
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED } from "../../payments/behaviours.ts";
import type { EngineDictionary } from "../../payments/scenario/conversion.ts";
import { configJson } from "./config_text.ts";
import type { Row } from "./driver.ts";

/** What the run is made from. */
export interface PaymentsRemake {
  readonly dictionary: EngineDictionary;
  readonly behaviours: Behaviours;
  /** Number of ticks where it is not that of the configuration. */
  readonly ticks?: number;
  /** The text of a script (`payments run --script`). */
  readonly script?: string;
}

/** What was found of an interrupted run. */
export interface StoredRemake {
  /** The engine dictionary as JSON. */
  readonly dictionary: string;
  readonly behaviours: Behaviours;
  readonly reference: boolean;
  readonly fullReplay: boolean;
  readonly ticks: number | undefined;
  readonly script: string | undefined;
  /** The configuration as JSON, and its hash. */
  readonly document: string;
  readonly configHash: string;
  readonly file: string;
  /** The experiment that it belongs to, and the iteration. */
  readonly experimentRunId: string | undefined;
  readonly experimentIteration: number | undefined;
}

/** The values of the column `behaviours` that say how a run is made again. */
export function remakeRecord(
  { dictionary, behaviours, ticks, script }: PaymentsRemake,
  fullReplay: boolean,
): Readonly<Record<string, unknown>> {
  return {
    engine_version: ENGINE_VERSION,
    switches: BEHAVIOUR_NAMES.filter((name) => behaviours[name]),
    full_replay: fullReplay,
    ...(ticks === undefined ? {} : { run_ticks: ticks }),
    ...(script === undefined ? {} : { script }),
    dictionary: configJson(dictionary),
  };
}

/**
 * Reads what a run can be made again from.
 *
 * @param row its row in `simulations`
 * @throws {Conflict} for a run that is not interrupted, or that this version of the engine would make otherwise;
 * {@linkcode StoreError} for one that does not say what it was made from.
 */
export function storedRemake(row: Row, path: string): StoredRemake {
  const id = String(row["simulation_id"]);
  if (row["status"] !== "running") {
    throw new Conflict(`The simulation ${id} in ${path} is ${String(row["status"])}; there is nothing to resume`);
  }
  const stored: unknown = JSON.parse(String(row["behaviours"] ?? "null"));
  const at = (key: string): unknown => typeof stored === "object" && stored !== null ? Reflect.get(stored, key) : null;
  const { experiment_run_id: experiment, experiment_iteration: iteration } = row;
  const [dictionary, version, script, ticks] = [at("dictionary"), at("engine_version"), at("script"), at("run_ticks")];
  if (row["model"] !== "payments" || typeof dictionary !== "string" || typeof version !== "string") {
    throw new StoreError(
      `The recording of ${id} in ${path} does not say what the run was made from, so that it cannot be made again; ` +
        `bilancio db delete ${id} removes it`,
      { store: "duckdb", retryable: false },
    );
  }
  if (version !== ENGINE_VERSION) {
    throw new Conflict(
      `The recording of ${id} was begun by version ${version} of the engine, and this is version ${ENGINE_VERSION}: ` +
        `it could not be resumed to the same run; bilancio db delete ${id} removes it`,
    );
  }
  return {
    dictionary,
    behaviours: switchesOf(id, at("switches")),
    reference: at("reference") === true,
    fullReplay: at("full_replay") === true,
    ticks: typeof ticks === "number" ? ticks : undefined,
    script: typeof script === "string" ? script : undefined,
    document: String(row["config_json"]),
    configHash: String(row["config_hash"]),
    file: String(row["config_file"]),
    experimentRunId: typeof experiment === "string" ? experiment : undefined,
    experimentIteration: typeof iteration === "number" ? iteration : undefined,
  };
}

function switchesOf(id: string, names: unknown): Behaviours {
  const on: readonly unknown[] = Array.isArray(names) ? names : [];
  const unknown = on.find((name) => !BEHAVIOUR_NAMES.some((known) => known === name));
  if (!Array.isArray(names) || unknown !== undefined) {
    throw new Conflict(
      `The recording of ${id} was begun with a behaviour ${JSON.stringify(unknown ?? names)} that this version does ` +
        `not have; it cannot be resumed to the same run; bilancio db delete ${id} removes it`,
    );
  }
  return { ...CORRECTED, ...Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, on.includes(name)])) };
}
