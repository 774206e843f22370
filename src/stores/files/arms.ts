/**
 * The two arms of a paired sweep as files: each has a directory of its own, laid out like a plain sweep. Seen from
 * outside they are one registry and one result store; which arm a run belongs to shows in its id, which begins with the
 * arm's phase. Source: spec 03 8.6, spec 09 3.1.
 *
 * @module
 */
import { InvalidReference } from "../../core/errors.ts";
import type {
  Artifact,
  Filters,
  RegistryEntry,
  RegistryStore,
  ResultStore,
  RunResult,
} from "../../experiments/contracts.ts";
import type { Arm } from "../../experiments/paired_plan.ts";
import { joined } from "./paths.ts";
import { FileRegistryStore } from "./registry_store.ts";
import { FileResultStore } from "./result_store.ts";

/** An arm and its stores; references and paths start in its directory. */
export interface ArmFiles {
  readonly arm: Arm;
  /** The directory of the arm. */
  readonly path: string;
  readonly registry: FileRegistryStore;
  readonly results: FileResultStore;
}

/** The stores of some arms below the directory of a sweep. */
export function armFiles(directory: string, arms: readonly Arm[]): ArmFiles[] {
  return arms.map((arm) => {
    const path = joined(directory, arm.name);
    return { arm, path, registry: new FileRegistryStore(path), results: new FileResultStore(path) };
  });
}

/**
 * The arm that a run belongs to.
 *
 * @throws {InvalidReference} when it belongs to none.
 */
export function armOf<T extends { readonly arm: Arm }>(arms: readonly T[], runId: string): T {
  const found = arms.find(({ arm }) => runId.startsWith(`${arm.phase}_`));
  if (found !== undefined) return found;
  const phases = arms.map(({ arm }) => `${arm.phase}_`).join(" or ");
  throw new InvalidReference(
    `Run ${JSON.stringify(runId)} belongs to no arm of this sweep: its id begins with ${phases}`,
  );
}

/** The registries of the arms as one. */
export class ArmRegistry implements RegistryStore {
  readonly #arms: readonly ArmFiles[];

  constructor(arms: readonly ArmFiles[]) {
    this.#arms = arms;
  }

  /** @inheritdoc */
  async upsert(entries: RegistryEntry | readonly RegistryEntry[]): Promise<void> {
    const byArm = new Map<ArmFiles, RegistryEntry[]>();
    for (const entry of isList(entries) ? entries : [entries]) {
      const arm = armOf(this.#arms, entry.runId);
      const group = byArm.get(arm);
      if (group === undefined) byArm.set(arm, [entry]);
      else group.push(entry);
    }
    await Promise.all([...byArm].map(([{ registry }, group]) => registry.upsert(group)));
  }

  /** @inheritdoc */
  get(experimentId: string, runId: string): Promise<RegistryEntry | null> {
    return armOf(this.#arms, runId).registry.get(experimentId, runId);
  }

  /** Rows arm by arm, within an arm in the order in which the runs were first recorded. */
  async listRuns(experimentId: string): Promise<RegistryEntry[]> {
    const lists = await Promise.all(this.#arms.map(({ registry }) => registry.listRuns(experimentId)));
    return lists.flat();
  }

  /** @inheritdoc */
  async getCompletedKeys(experimentId: string, parameterNames: readonly string[]): Promise<Set<string>> {
    const sets = await Promise.all(
      this.#arms.map(({ registry }) => registry.getCompletedKeys(experimentId, parameterNames)),
    );
    return new Set(sets.flatMap((keys) => [...keys]));
  }

  /** @inheritdoc */
  async query(experimentId: string, filters: Filters): Promise<RegistryEntry[]> {
    const lists = await Promise.all(this.#arms.map(({ registry }) => registry.query(experimentId, filters)));
    return lists.flat();
  }

  /** @inheritdoc */
  async flush(): Promise<void> {
    for (const { registry } of this.#arms) await registry.flush();
  }

  /** @inheritdoc */
  async [Symbol.asyncDispose](): Promise<void> {
    const ends = await Promise.allSettled(this.#arms.map(({ registry }) => registry[Symbol.asyncDispose]()));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}

function isList(entries: RegistryEntry | readonly RegistryEntry[]): entries is readonly RegistryEntry[] {
  return Array.isArray(entries);
}

/** The result stores of the arms as one. References start in the directory of the run's arm. */
export class ArmResults implements ResultStore {
  readonly #arms: readonly ArmFiles[];

  constructor(arms: readonly ArmFiles[]) {
    this.#arms = arms;
  }

  /** @inheritdoc */
  saveArtifact(experimentId: string, runId: string, artifact: Artifact): Promise<string> {
    return armOf(this.#arms, runId).results.saveArtifact(experimentId, runId, artifact);
  }

  /** @inheritdoc */
  saveRun(experimentId: string, result: RunResult, artifacts: readonly Artifact[] = []): Promise<RunResult> {
    return armOf(this.#arms, result.runId).results.saveRun(experimentId, result, artifacts);
  }

  /** @inheritdoc */
  loadRun(experimentId: string, runId: string): Promise<RunResult | null> {
    return armOf(this.#arms, runId).results.loadRun(experimentId, runId);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- what is wrong with a reference is a rejection, as in other stores
  async loadArtifact(reference: string): Promise<Uint8Array> {
    return this.#storeOf(reference).loadArtifact(reference);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- see above
  async openArtifact(reference: string): Promise<ReadableStream<Uint8Array>> {
    return this.#storeOf(reference).openArtifact(reference);
  }

  #storeOf(reference: string): FileResultStore {
    const [, runId = ""] = /(?:^|\/)runs\/([^/]+)\//.exec(reference) ?? [];
    return armOf(this.#arms, runId).results;
  }
}
