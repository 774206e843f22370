/**
 * Records of policy experiments in the same database as their simulations (spec 08 20).
 *
 * @module
 */
import type {
  EvaluationRecord,
  ExperimentEvent,
  ExperimentRecord,
  ExperimentRecorder,
  IterationRecord,
  SimulationRecord,
} from "../../experiments/payments/contracts.ts";
import type { Cell, Session } from "./driver.ts";
import { columnNames } from "./schema.ts";
import type { DuckDbSimulations } from "./simulations.ts";

/** Columns whose values are kept as JSON. */
const JSON_COLUMNS: ReadonlySet<string> = new Set([
  "config",
  "costs_per_agent",
  "accepted_changes",
  "policies",
  "event_data",
  "proposed_policy",
  "sample_details",
  "cost_breakdown",
  "confidence_interval_95",
  "agent_stats",
]);

/** Keeps experiments in an open database, which stays its owner's to close. */
export class DuckDbExperimentRecorder implements ExperimentRecorder {
  readonly #store: DuckDbSimulations;

  constructor(store: DuckDbSimulations) {
    this.#store = store;
  }

  /** @inheritdoc */
  async saveExperiment(record: ExperimentRecord): Promise<void> {
    await this.#replace("experiments", record);
  }

  /** @inheritdoc */
  async saveIteration(record: IterationRecord): Promise<void> {
    await this.#replace("experiment_iterations", record);
  }

  /** @inheritdoc */
  async saveEvaluation(record: EvaluationRecord): Promise<void> {
    await this.#replace("policy_evaluations", record);
  }

  /** @inheritdoc */
  async saveEvent(event: ExperimentEvent): Promise<void> {
    await this.#store.database.transaction(async (session) => {
      const [last] = await session.rows("SELECT coalesce(max(id), 0) AS last FROM experiment_events");
      await insert(session, "INSERT", "experiment_events", { ...event, id: Number(last?.["last"] ?? 0) + 1 });
    });
  }

  /** @inheritdoc */
  async saveSimulation(record: SimulationRecord): Promise<void> {
    const { simulation_id, log } = record;
    await this.#store.start(simulation_id, record.config, {
      model: "payments",
      seed: BigInt(record.seed),
      ticksPerDay: record.ticks_per_day,
      numDays: record.num_days,
      numAgents: record.num_agents,
      experimentRunId: record.experiment_run_id,
      ...(record.experiment_iteration === null ? {} : { experimentIteration: record.experiment_iteration }),
    });
    await this.#store.record(simulation_id, [{ log, from: 0, to: log.length }]);
    await this.#store.persistSimulationComplete(simulation_id, {
      total_arrivals: record.total_arrivals,
      total_settlements: record.total_settlements,
      total_cost_cents: record.total_cost_cents,
    });
  }

  async #replace(table: string, record: object): Promise<void> {
    await this.#store.database.transaction((session) => insert(session, "INSERT OR REPLACE", table, record));
  }
}

async function insert(session: Session, verb: string, table: string, record: object): Promise<void> {
  const names = columnNames(table);
  const values = names.map((name) => cellOf(name, Reflect.get(record, name)));
  await session.run(`${verb} INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`, values);
}

function cellOf(name: string, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (JSON_COLUMNS.has(name)) return JSON.stringify(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : String(value);
}
