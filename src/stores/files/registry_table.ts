/**
 * The rows of a registry in memory, in the shape of `registry/experiments.csv`: columns in file order, cells as texts.
 * Rows that came from a file stay as they stand until someone asks for them. No file is touched here. Source: spec 03
 * 5.3 and 10.2.
 *
 * @module
 */
import { StoreError } from "../../core/errors.ts";
import { floatText } from "../../core/number_text.ts";
import { csvRow } from "../../core/csv_text.ts";
import type { Filter, Filters, RegistryEntry, RunStatus, Scalar } from "../../experiments/contracts.ts";
import { canonicalScalar } from "../../experiments/canonical.ts";
import { recordCells, recordLines } from "./csv_records.ts";
import { isRunStatus } from "./result_text.ts";

/** What a column holds. */
export type ColumnRole = "row" | "parameter" | "metric" | "artifact";

/** The columns of a new registry, in order (spec 03 5.3), with what they hold. */
const STANDARD_COLUMNS: Readonly<Record<string, ColumnRole>> = {
  run_id: "row",
  experiment_id: "row",
  phase: "parameter",
  status: "row",
  error: "row",
  seed: "parameter",
  n_agents: "parameter",
  kappa: "parameter",
  concentration: "parameter",
  mu: "parameter",
  monotonicity: "parameter",
  maturity_days: "parameter",
  Q_total: "parameter",
  S1: "parameter",
  L0: "parameter",
  default_handling: "parameter",
  dealer_enabled: "parameter",
  phi_total: "metric",
  delta_total: "metric",
  time_to_stability: "metric",
  scenario_yaml: "artifact",
  events_jsonl: "artifact",
  balances_csv: "artifact",
  metrics_csv: "artifact",
  metrics_html: "artifact",
  run_html: "artifact",
};

const ROW_COLUMNS = ["run_id", "experiment_id", "status", "error"] as const;
const ARTIFACT_NAME = /_(csv|json|jsonl|html|yaml)$/;

/** A row: its record as it stood in the file, or the entry that was put last. Cells are made when somebody asks. */
type Row = string | RegistryEntry;

/** The table of one experiment. */
export class RegistryTable {
  readonly #experimentId: string;
  readonly #columns: string[] = [];
  readonly #positions = new Map<string, number>();
  /** What each of the columns holds. */
  readonly #roles: ColumnRole[] = [];
  readonly #rows: Row[] = [];
  readonly #rowOf = new Map<string, number>();

  /**
   * @param csv the text of an `experiments.csv`, also one that the reference wrote; null for a new table
   * @param roles what columns beyond the standard ones hold, where it is known
   */
  constructor(experimentId: string, csv: string | null, roles: Readonly<Record<string, ColumnRole>> = {}) {
    this.#experimentId = experimentId;
    const records = csv === null ? [] : recordLines(csv);
    const header = records[0] === undefined ? Object.keys(STANDARD_COLUMNS) : recordCells(records[0]);
    for (const name of header) this.#addColumn(name, roles[name]);
    for (const name of ROW_COLUMNS) if (!this.#positions.has(name)) this.#addColumn(name);
    const runIdAt = this.#positions.get("run_id") ?? 0;
    for (let i = 1; i < records.length; i++) {
      const record = records[i] ?? "";
      const runId = runIdAt === 0 && !record.startsWith('"') ? firstCell(record) : recordCells(record)[runIdAt] ?? "";
      if (runId !== "") this.#place(runId, record);
    }
  }

  /** Number of runs. */
  get size(): number {
    return this.#rows.length;
  }

  /** What the columns beyond the standard ones hold. */
  extraRoles(): Record<string, ColumnRole> {
    const extra: Record<string, ColumnRole> = {};
    for (const [at, name] of this.#columns.entries()) {
      const role = this.#roles[at];
      if (role !== undefined && !(name in STANDARD_COLUMNS)) extra[name] = role;
    }
    return extra;
  }

  /**
   * Adds or replaces a row that was checked, and keeps the entry itself. A replaced row keeps its place; what the entry
   * does not name becomes empty.
   */
  put(entry: RegistryEntry): void {
    this.#addColumnsOf(entry);
    this.#place(entry.runId, entry);
  }

  /**
   * Checks an entry before it is put.
   *
   * @throws {StoreError} when a parameter and a metric have the same name.
   */
  check(entry: RegistryEntry): void {
    eachColumn(entry, (name, role) => {
      const known = this.#roles[this.#positions.get(name) ?? -1] ?? STANDARD_COLUMNS[name];
      if (known === undefined || known === role) return;
      // A foreign column is taken for a parameter until someone knows better.
      if (known === "parameter" && !(name in STANDARD_COLUMNS) && role === "metric") return;
      throw new StoreError(
        `Cannot record ${role} ${
          JSON.stringify(name)
        } of run ${entry.runId}: the registry has a column of that name for a ${known}`,
        { store: "files", retryable: false },
      );
    });
  }

  get(runId: string): RegistryEntry | null {
    const at = this.#rowOf.get(runId);
    return at === undefined ? null : this.#entry(this.#cells(this.#rows[at] ?? ""));
  }

  entries(): RegistryEntry[] {
    return this.#rows.map((row) => this.#entry(this.#cells(row)));
  }

  /** The rows for which every filter holds. */
  query(filters: Filters): RegistryEntry[] {
    const conditions = Object.entries(filters).map(([name, filter]) => ({
      at: this.#positions.get(name),
      holds: condition(filter),
    }));
    const found: RegistryEntry[] = [];
    for (const row of this.#rows) {
      const cells = this.#cells(row);
      if (conditions.every(({ at, holds }) => holds(at === undefined ? "" : cells[at] ?? ""))) {
        found.push(this.#entry(cells));
      }
    }
    return found;
  }

  /** Canonical keys of the completed rows. */
  completedKeys(names: readonly string[]): Set<string> {
    const statusAt = this.#positions.get("status") ?? -1;
    const positions = names.map((name) => this.#positions.get(name) ?? -1);
    const keys = new Set<string>();
    for (const row of this.#rows) {
      const cells = this.#cells(row);
      if (cells[statusAt] !== "completed") continue;
      keys.add(positions.map((at) => canonicalScalar(cellScalar(cells[at] ?? ""))).join(","));
    }
    return keys;
  }

  /** The text of `experiments.csv`. */
  csv(): string {
    const parts = [csvRow(this.#columns)];
    const width = this.#columns.length;
    for (const row of this.#rows) {
      const cells = this.#cells(row);
      const missing = width - cells.length;
      parts.push((typeof row === "string" ? row : csvRow(cells)) + (missing > 0 ? ",".repeat(missing) : ""));
    }
    parts.push("");
    return parts.join("\r\n");
  }

  #place(runId: string, row: Row): void {
    const at = this.#rowOf.get(runId);
    if (at === undefined) {
      this.#rowOf.set(runId, this.#rows.length);
      this.#rows.push(row);
    } else {
      this.#rows[at] = row;
    }
  }

  #addColumnsOf(entry: RegistryEntry): void {
    eachColumn(entry, (name, role) => {
      const at = this.#positions.get(name);
      if (at === undefined) this.#addColumn(name, role);
      else if (this.#roles[at] !== role) this.#roles[at] = role;
    });
  }

  #addColumn(name: string, role?: ColumnRole): void {
    if (this.#positions.has(name)) return;
    this.#positions.set(name, this.#columns.length);
    this.#columns.push(name);
    this.#roles.push(STANDARD_COLUMNS[name] ?? role ?? (ARTIFACT_NAME.test(name) ? "artifact" : "parameter"));
  }

  /** The cells of a row in the order of the columns; those of a row from a file end where its record does. */
  #cells(row: Row): readonly string[] {
    if (typeof row === "string") return recordCells(row);
    const cells = new Array<string>(this.#columns.length).fill("");
    const set = (name: string, cell: string): void => {
      const at = this.#positions.get(name);
      if (at !== undefined) cells[at] = cell;
    };
    set("run_id", row.runId);
    set("experiment_id", row.experimentId);
    set("status", row.status);
    set("error", row.error ?? "");
    for (const name in row.parameters) set(name, scalarCell(row.parameters[name] ?? null));
    for (const name in row.metrics) set(name, scalarCell(row.metrics[name] ?? null));
    for (const name in row.artifactPaths) set(name, this.#pathCell(row.artifactPaths[name] ?? ""));
    return cells;
  }

  #entry(cells: readonly string[]): RegistryEntry {
    const parameters: Record<string, Scalar> = {};
    const metrics: Record<string, Scalar> = {};
    const artifactPaths: Record<string, string> = {};
    for (let at = 0; at < this.#columns.length; at++) {
      const cell = cells[at] ?? "";
      if (cell === "") continue;
      const name = this.#columns[at] ?? "";
      const role = this.#roles[at];
      if (role === "parameter") parameters[name] = cellScalar(cell);
      else if (role === "metric") metrics[name] = cellScalar(cell);
      else if (role === "artifact") artifactPaths[name] = this.#cellPath(cell);
    }
    const cell = (name: string): string => cells[this.#positions.get(name) ?? -1] ?? "";
    return {
      runId: cell("run_id"),
      experimentId: this.#experimentId,
      status: statusOf(cell("status")),
      parameters,
      metrics,
      artifactPaths,
      error: cell("error") === "" ? null : cell("error"),
    };
  }

  /** References are relative to the store, paths in the file to the registry's directory (spec 03 5.3). */
  #pathCell(reference: string): string {
    if (this.#experimentId === "") return `../${reference}`;
    const own = `${this.#experimentId}/`;
    return reference.startsWith(own) ? `../${reference.slice(own.length)}` : `../../${reference}`;
  }

  #cellPath(cell: string): string {
    if (this.#experimentId !== "" && cell.startsWith("../../")) return cell.slice(6);
    if (!cell.startsWith("../")) return cell;
    return this.#experimentId === "" ? cell.slice(3) : `${this.#experimentId}/${cell.slice(3)}`;
  }
}

function firstCell(record: string): string {
  const comma = record.indexOf(",");
  return comma < 0 ? record : record.slice(0, comma);
}

/** Tells of every column that an entry names, and what it takes it for. */
function eachColumn(entry: RegistryEntry, tell: (name: string, role: ColumnRole) => void): void {
  for (const name in entry.parameters) tell(name, "parameter");
  for (const name in entry.metrics) tell(name, "metric");
  for (const name in entry.artifactPaths) tell(name, "artifact");
}

function statusOf(cell: string): RunStatus {
  return isRunStatus(cell) ? cell : "pending";
}

/** A value as a cell: decimals as their text, booleans as Python writes them, nothing for null. */
function scalarCell(value: Scalar): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : floatText(value);
  return value;
}

/** A cell as a value: integers that a double holds exactly become numbers, every other number keeps its exact text. */
function cellScalar(cell: string): Scalar {
  if (cell === "") return null;
  if (cell === "True") return true;
  if (cell === "False") return false;
  const number = Number(cell);
  return Number.isSafeInteger(number) && String(number) === cell ? number : cell;
}

function condition(filter: Filter): (cell: string) => boolean {
  if (typeof filter === "object" && filter !== null) {
    const { min = -Infinity, max = Infinity } = filter;
    return (cell) => cell !== "" && Number(cell) >= min && Number(cell) <= max;
  }
  const wanted = canonicalScalar(filter);
  return (cell) => canonicalScalar(cellScalar(cell)) === wanted;
}
