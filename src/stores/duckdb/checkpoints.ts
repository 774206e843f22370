/**
 * Saved states of payments runs in a database (spec 08 8). A state that is not as it was saved is refused.
 *
 * @module
 */
import { NotFound, StoreError, ValidationError } from "../../core/errors.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { Behaviours } from "../../payments/behaviours.ts";
import { PaymentsEngine } from "../../payments/engine/engine.ts";
import { PaymentsError } from "../../payments/errors.ts";
import { loadEngineDictionary } from "../../payments/scenario/engine_dictionary.ts";
import type { Database, Row } from "./driver.ts";

/** Why a state was saved. */
export const CHECKPOINT_TYPES = Object.freeze(["manual", "auto", "end_of_day", "final"] as const);

/** A state to save. */
export interface CheckpointRecord {
  readonly simulationId: string;
  /** The engine's state text (spec 05 17). */
  readonly state: string;
  /** The configuration as JSON with sorted keys. */
  readonly config: string;
  readonly type?: string;
  readonly description?: string;
  readonly createdBy?: string;
}

/** A saved state. */
export interface SavedCheckpoint {
  readonly checkpointId: string;
  readonly simulationId: string;
  readonly tick: number;
  readonly state: string;
  readonly config: string;
}

/**
 * Saves a state and returns its id.
 *
 * @throws {ValidationError} for an empty simulation id, another type, or a text that is no state.
 */
export async function saveCheckpoint(database: Database, record: CheckpointRecord): Promise<string> {
  const { simulationId, state, config, type = "manual", description = null, createdBy = "user" } = record;
  if (simulationId === "") throw new ValidationError("simulation_id cannot be empty", []);
  if (!CHECKPOINT_TYPES.some((known) => known === type)) {
    const known = CHECKPOINT_TYPES.map((name) => `'${name}'`).join(", ");
    throw new ValidationError(`checkpoint_type must be one of [${known}], got: ${type}`, []);
  }
  const { tick, day, configHash, agents, transactions } = stateFigures(state);
  const checkpointId = crypto.randomUUID();
  await database.run(`INSERT INTO simulation_checkpoints VALUES (${Array(15).fill("?").join(", ")})`, [
    checkpointId,
    simulationId,
    tick,
    day,
    new Date(),
    state,
    sha256Hex(state),
    config,
    configHash,
    type,
    description,
    createdBy,
    agents,
    transactions,
    state.length,
  ]);
  return checkpointId;
}

interface StateFigures {
  readonly tick: number;
  readonly day: number;
  readonly configHash: string;
  readonly agents: number;
  readonly transactions: number;
}

function stateFigures(state: string): StateFigures {
  const refuse = (why: string) => new ValidationError(`The text is no saved state: ${why}`, []);
  let parsed: unknown;
  try {
    parsed = JSON.parse(state);
  } catch {
    throw refuse("it is no JSON");
  }
  const at = (key: string): unknown => typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, key) : null;
  const [tick, day, configHash] = [at("current_tick"), at("current_day"), at("config_hash")];
  const [agents, transactions] = [at("agents"), at("transactions")];
  if (typeof tick !== "number" || typeof day !== "number") throw refuse("it has no current_tick and current_day");
  if (typeof configHash !== "string" || configHash.length !== 64) throw refuse("its config_hash has not 64 characters");
  if (!Array.isArray(agents) || !Array.isArray(transactions)) throw refuse("it has no agents and transactions");
  return { tick, day, configHash, agents: agents.length, transactions: transactions.length };
}

/**
 * A saved state.
 *
 * @throws {NotFound} for an id that does not exist; {@linkcode StoreError} for a state that was changed since.
 */
export async function loadCheckpoint(database: Database, checkpointId: string): Promise<SavedCheckpoint> {
  const [row] = await database.rows("SELECT * FROM simulation_checkpoints WHERE checkpoint_id = ?", [checkpointId]);
  if (row === undefined) throw new NotFound(`Checkpoint ${checkpointId} not found`);
  const state = String(row["state_json"]);
  const computed = sha256Hex(state);
  if (computed !== row["state_hash"]) {
    throw new StoreError(
      `Checkpoint integrity check failed: state hash mismatch (expected: ${
        String(row["state_hash"])
      }, computed: ${computed})`,
      { store: "duckdb", retryable: false },
    );
  }
  return {
    checkpointId,
    simulationId: String(row["simulation_id"]),
    tick: Number(row["checkpoint_tick"]),
    state,
    config: String(row["config_json"]),
  };
}

/**
 * The engine that a saved state goes on with, set up from the configuration that was saved with it.
 *
 * @throws {ValidationError} when state and configuration do not belong together.
 */
export function restoredEngine(
  { config, state }: Pick<SavedCheckpoint, "config" | "state">,
  behaviours?: Behaviours,
): PaymentsEngine {
  try {
    // Unknown keys do not matter here: what the state was saved with was checked then.
    const dictionary = loadEngineDictionary(config, "saved configuration", { reference: true });
    return PaymentsEngine.load(dictionary.config, state, behaviours);
  } catch (error) {
    if (!(error instanceof PaymentsError)) throw error;
    const { message } = error;
    const what = /config|mismatch/i.test(message) ? "Config mismatch" : "The state cannot be restored";
    throw new ValidationError(`${what}: ${message}`, []);
  }
}

/** Saved states by tick, without their texts. */
export async function listCheckpoints(
  database: Database,
  { simulationId, type, limit = 1000 }: {
    readonly simulationId?: string;
    readonly type?: string;
    readonly limit?: number;
  } = {},
): Promise<Row[]> {
  const conditions = ["TRUE"];
  const values: string[] = [];
  if (simulationId !== undefined) {
    conditions.push("simulation_id = ?");
    values.push(simulationId);
  }
  if (type !== undefined) {
    conditions.push("checkpoint_type = ?");
    values.push(type);
  }
  return await database.rows(
    `SELECT * EXCLUDE (state_json, config_json) FROM simulation_checkpoints WHERE ${conditions.join(" AND ")}
     ORDER BY checkpoint_tick, checkpoint_timestamp LIMIT ${Math.trunc(limit)}`,
    values,
  );
}

/** The id of a simulation's latest state, null when it has none. */
export async function latestCheckpoint(database: Database, simulationId: string): Promise<string | null> {
  const [row] = await database.rows(
    `SELECT checkpoint_id FROM simulation_checkpoints WHERE simulation_id = ?
     ORDER BY checkpoint_tick DESC, checkpoint_timestamp DESC LIMIT 1`,
    [simulationId],
  );
  return row === undefined ? null : String(row["checkpoint_id"]);
}

/** Deletes the saved states of a simulation and returns how many there were. */
export async function deleteCheckpoints(database: Database, simulationId: string): Promise<number> {
  const rows = await database.rows(
    "DELETE FROM simulation_checkpoints WHERE simulation_id = ? RETURNING checkpoint_id",
    [simulationId],
  );
  return rows.length;
}

/** Deletes a saved state; whether there was one. */
export async function deleteCheckpoint(database: Database, checkpointId: string): Promise<boolean> {
  const rows = await database.rows(
    "DELETE FROM simulation_checkpoints WHERE checkpoint_id = ? RETURNING checkpoint_id",
    [
      checkpointId,
    ],
  );
  return rows.length > 0;
}
