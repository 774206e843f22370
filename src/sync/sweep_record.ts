/**
 * What a database keeps of the sweep in a directory: its plan, its pairs, its summary, and the registries of its arms
 * (spec 09 7). Directories of the reference have no plan; their tables are read all the same. Nothing is written, so
 * that a sweep that is at work can be read, too.
 *
 * @module
 */
import { csvRecords } from "../core/csv_records.ts";
import { NotFound, ValidationError } from "../core/errors.ts";
import { parsedJson } from "../core/json_text.ts";
import type { RegistryEntry, Scalar, Values } from "../experiments/contracts.ts";
import { BALANCED, COMPARISON, designOf, type PairedDesign, plannedPairs } from "../experiments/paired_plan.ts";
import { isRecord, type Plan } from "../experiments/plan.ts";
import { exists, isDirectory, readTextIfPresent } from "../stores/files/atomic_file.ts";
import { joined } from "../stores/files/paths.ts";
import { PlanFile } from "../stores/files/plan_file.ts";
import { FileRegistryStore } from "../stores/files/registry_store.ts";
import type { BranchEntry, SweepRecord } from "../stores/postgres/sweeps.ts";
import { experimentIn } from "../stores/volume/experiment_folder.ts";

/** The sweep in a directory, as far as it is known without its runs. */
export interface SweepFolder {
  readonly directory: string;
  /** `ring`, `comparison`, `balanced`, or the name of another kind. */
  readonly type: string;
  /** Undefined for a sweep without pairs. */
  readonly design: PairedDesign | undefined;
  /** Null for a sweep of the reference. */
  readonly plan: Plan | null;
  /** Folders with a registry: the directory itself (empty text), or its arms. */
  readonly arms: readonly string[];
}

/**
 * Recognises the sweep in a directory.
 *
 * @throws {NotFound} when there is none; {@linkcode ValidationError} for a plan that cannot be read.
 */
export function sweepFolder(directory: string): SweepFolder {
  const found = isDirectory(directory) ? experimentIn(directory) : null;
  if (found === null) {
    const what = exists(directory) ? "neither a plan.jsonl nor a registry is in it" : "no such directory";
    throw new NotFound(`There is no sweep in ${directory}: ${what}`);
  }
  const plan = found.hasPlan ? new PlanFile(joined(directory, "plan.jsonl")).read() : null;
  const design = plan === null ? designOfArms(found.arms) : designOf(plan.header.kind);
  return { directory, type: plan?.header.kind ?? design?.kind ?? "ring", design, plan, arms: found.arms };
}

function designOfArms(arms: readonly string[]): PairedDesign | undefined {
  return [BALANCED, COMPARISON].find(({ baseline }) => arms.includes(baseline.name));
}

/**
 * Reads what a database keeps.
 *
 * @throws {ValidationError} for a summary that is no JSON; {@linkcode StoreError} for tables that cannot be read.
 */
export async function readSweepRecord(folder: SweepFolder, name: string, type: string): Promise<SweepRecord> {
  const { directory, design, plan } = folder;
  const comparisons = design === undefined ? [] : comparisonsIn(directory, design);
  return {
    name,
    sweepType: type,
    config: plan === null ? {} : { ...plan.header },
    summary: summaryIn(directory),
    pairsTotal: design === undefined
      ? null
      : plan === null
      ? comparisons.length
      : plannedPairs(design, plan.runs).length,
    pairsCompleted: design === undefined ? null : comparisons.filter(isCompleted).length,
    comparisons,
    registry: await registryOf(folder),
  };
}

/** A pair of which both runs were completed. */
function isCompleted(pair: Values): boolean {
  return pair["passive_status"] === "completed" && pair["active_status"] === "completed";
}

async function registryOf({ directory, arms }: SweepFolder): Promise<BranchEntry[]> {
  const entries: BranchEntry[] = [];
  for (const arm of arms) {
    const base = joined(directory, arm);
    if (!isDirectory(base)) continue; // the sweep was stopped before this arm began
    await using registry = new FileRegistryStore(base);
    for (const entry of await registry.listRuns("")) entries.push({ branch: arm, entry: present(entry) });
  }
  return entries;
}

/** An entry without artifacts that it has not got: the reference names them with empty paths. */
function present(entry: RegistryEntry): RegistryEntry {
  const paths = Object.entries(entry.artifactPaths).filter(([, path]) => path !== "");
  return { ...entry, artifactPaths: Object.fromEntries(paths) };
}

/**
 * Columns of a comparison as a database calls them: the arm without trading is the passive one there, whatever the
 * design calls it, so that one question reaches every kind of paired sweep.
 */
const COMPARISON_NAMES: Readonly<Record<string, string>> = {
  delta_control: "delta_passive",
  phi_control: "phi_passive",
  control_run_id: "passive_run_id",
  control_status: "passive_status",
  delta_treatment: "delta_active",
  phi_treatment: "phi_active",
  treatment_run_id: "active_run_id",
  treatment_status: "active_status",
  delta_reduction: "trading_effect",
  relief_ratio: "trading_relief_ratio",
};

function comparisonsIn(directory: string, { kind }: PairedDesign): Values[] {
  const path = joined(directory, "aggregate", "comparison.csv");
  const text = readTextIfPresent(path);
  if (text === null) return [];
  const [header = [], ...records] = readRecords(text, path);
  const names = header.map((name) => kind === "comparison" ? COMPARISON_NAMES[name] ?? name : name);
  return records.map((cells) => wideSeedAside(Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]))));
}

function readRecords(text: string, path: string): string[][] {
  try {
    return csvRecords(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ValidationError(path, [{ path: [], message: `is no table: ${error.message}` }]);
  }
}

/** The column of seeds has 32 bits; a wider one stands beside it. */
function wideSeedAside(pair: Record<string, Scalar>): Values {
  const seed = Number(pair["seed"]);
  return Number.isInteger(seed) && seed !== (seed | 0)
    ? { ...pair, seed: null, wide_seed: pair["seed"] ?? null }
    : pair;
}

function summaryIn(directory: string): Readonly<Record<string, unknown>> | null {
  const path = joined(directory, "aggregate", "summary.json");
  const text = readTextIfPresent(path);
  if (text === null) return null;
  const value = parsedJson(text, path);
  if (isRecord(value)) return value;
  throw new ValidationError(path, [{ path: [], message: "is no object" }]);
}
