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
  SimulationWatch,
  WatchedSimulation,
} from "../../experiments/payments/contracts.ts";
import type { Session } from "./driver.ts";
import { rowsOf } from "./waiting_rows.ts";
import { RecordingWatch } from "./recording_watch.ts";
import { columnNames } from "./schema.ts";
import { appendAll } from "./simulation_rows.ts";
import type { DuckDbSimulations, SimulationStart, WholeSimulation } from "./simulations.ts";

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
  readonly #name: string;

  /** @param name The database as the caller named it: a replay of a simulation prints it. */
  constructor(store: DuckDbSimulations, name: string = store.database.path) {
    this.#store = store;
    this.#name = name;
  }

  /**
   * Deletes simulations of an experiment that were not recorded to their end, such as a crash leaves them: who goes on
   * with the experiment records them again. Returns how many.
   */
  async forgetUnfinished(runId: string): Promise<number> {
    const found = await this.#store.database.rows(
      "SELECT simulation_id FROM simulations WHERE experiment_run_id = ? AND status <> 'completed'",
      [runId],
    );
    for (const row of found) await this.#store.delete(String(row["simulation_id"]));
    return found.length;
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
  async saveEvents(events: readonly ExperimentEvent[]): Promise<void> {
    await this.#store.database.transaction(async (session) => {
      const [last] = await session.rows("SELECT coalesce(max(id), 0) AS last FROM experiment_events");
      const next = Number(last?.["last"] ?? 0) + 1;
      await appendAll(session, [
        rowsOf("experiment_events", events.map((event, i) => cellsOf("experiment_events", { ...event, id: next + i }))),
      ]);
    });
  }

  /** @inheritdoc */
  async watchSimulation(simulation: WatchedSimulation): Promise<SimulationWatch> {
    return await RecordingWatch.begin(simulation, this.#name);
  }

  /** @inheritdoc All of them or none, each with all its rows. */
  async saveSimulations(records: readonly SimulationRecord[]): Promise<void> {
    const wholes: WholeSimulation[] = [];
    for (const record of records) {
      const { watch, log } = record;
      wholes.push(watch instanceof RecordingWatch ? await watch.whole(log) : withEventsOnly(record));
    }
    await this.#store.recordMany(wholes);
  }

  async #replace(table: string, record: object): Promise<void> {
    await this.#store.database.transaction((session) => insert(session, "INSERT OR REPLACE", table, record));
  }
}

/** What the reference stores of a simulation (spec 08 9.4). */
function withEventsOnly(record: SimulationRecord): WholeSimulation {
  const { simulation_id: simulationId, config, log } = record;
  const start: SimulationStart = {
    model: "payments",
    seed: BigInt(record.seed),
    ticksPerDay: record.ticks_per_day,
    numDays: record.num_days,
    numAgents: record.num_agents,
    experimentRunId: record.experiment_run_id,
    ...(record.experiment_iteration === null ? {} : { experimentIteration: record.experiment_iteration }),
  };
  const { total_arrivals, total_settlements, total_cost_cents } = record;
  const end = { status: "completed", total_arrivals, total_settlements, total_cost_cents } as const;
  return { simulationId, config, start, stretch: { log, from: 0, to: log.length }, end };
}

async function insert(session: Session, verb: string, table: string, record: object): Promise<void> {
  const names = columnNames(table);
  const places = names.map(() => "?").join(", ");
  await session.run(`${verb} INTO ${table} (${names.join(", ")}) VALUES (${places})`, cellsOf(table, record));
}

function cellsOf(table: string, record: object): (string | number | boolean | null)[] {
  return columnNames(table).map((name) => cellOf(name, Reflect.get(record, name)));
}

function cellOf(name: string, value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (JSON_COLUMNS.has(name)) return JSON.stringify(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : String(value);
}
