/**
 * Results as files: `runs/<run_id>/` with `scenario.yaml`, `result.json`, `run.html` and `out/`. A run appears complete
 * or not at all: its files are written into a staging directory that is renamed once. Source: spec 09 3.1 and 3.2.
 *
 * @module
 */
import { InvalidReference, NotFound, StoreError } from "../../core/errors.ts";
import type { Artifact, ResultStore, RunResult } from "../../experiments/contracts.ts";
import { exists, isMissing, readFailure, removeQuietly, writeFailure, writeFileAtomic } from "./atomic_file.ts";
import { artifactName, checkedExperiment, checkedName, checkedReference, placeInRun, runReference } from "./names.ts";
import { parseResult, resultText } from "./result_text.ts";
import { directoryOf, joined } from "./paths.ts";

/** Where runs are put together before they appear; beside `runs`, so that a rename is enough. */
const STAGING = ".staging";

/** Where a replaced run waits until the new one is in its place. */
const REPLACED = ".replaced";

/** Size of the buffer for short texts, in bytes; a character takes three at most. */
const BUFFER = 256 * 1024;

/** Results below a base directory, one directory per run. */
export class FileResultStore implements ResultStore {
  readonly #base: string;
  readonly #encoder = new TextEncoder();
  /** Where short texts become bytes: a new array for every small file would cost more than the rest of the work. */
  readonly #buffer = new Uint8Array(BUFFER);
  readonly #staged = new Set<string>();

  /** @param base directory of one experiment (experiment id empty) or of several */
  constructor(base: string) {
    this.#base = base;
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async saveArtifact(experimentId: string, runId: string, artifact: Artifact): Promise<string> {
    const run = runReference(checkedExperiment(experimentId), checkedName(runId, "run id"));
    const reference = `${run}/${placeInRun(checkedName(artifact.name, "artifact name"))}`;
    writeFileAtomic(this.#path(reference), artifact.content);
    return reference;
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async saveRun(experimentId: string, result: RunResult, artifacts: readonly Artifact[] = []): Promise<RunResult> {
    const experiment = joined(this.#base, checkedExperiment(experimentId));
    const runId = checkedName(result.runId, "run id");
    const run = runReference(experimentId, runId);
    const references: Record<string, string> = { ...result.artifacts };
    const sizes: Record<string, number> = {};
    const staging = joined(experiment, STAGING, runId);
    try {
      this.#makeStaging(experiment, staging, artifacts.some((artifact) => placeInRun(artifact.name).includes("/")));
      for (const artifact of artifacts) {
        const place = placeInRun(checkedName(artifact.name, "artifact name"));
        const bytes = this.#bytesOf(artifact.content);
        Deno.writeFileSync(`${staging}/${place}`, bytes);
        references[artifactName(artifact.name)] = `${run}/${place}`;
        sizes[`${run}/${place}`] = bytes.length;
      }
      const saved: RunResult = { ...result, artifacts: references, artifactSizes: sizes };
      Deno.writeFileSync(`${staging}/result.json`, this.#bytesOf(resultText(saved)));
      this.#putInPlace(staging, joined(experiment, "runs", runId), joined(experiment, REPLACED, runId));
      return saved;
    } catch (error) {
      removeQuietly(staging);
      if (error instanceof InvalidReference) throw error;
      throw writeFailure(error, joined(experiment, "runs", runId));
    }
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async loadRun(experimentId: string, runId: string): Promise<RunResult | null> {
    const run = runReference(checkedExperiment(experimentId), checkedName(runId, "run id"));
    const path = this.#path(`${run}/result.json`);
    let text: string;
    try {
      text = Deno.readTextFileSync(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFailure(error, path);
    }
    return parseResult(text, path);
  }

  /** @inheritdoc */
  // deno-lint-ignore require-await -- one interface with stores that wait
  async loadArtifact(reference: string): Promise<Uint8Array> {
    const path = this.#existing(reference);
    try {
      return Deno.readFileSync(path);
    } catch (error) {
      throw readFailure(error, path);
    }
  }

  /** @inheritdoc */
  async openArtifact(reference: string): Promise<ReadableStream<Uint8Array>> {
    const path = this.#existing(reference);
    try {
      return (await Deno.open(path, { read: true })).readable;
    } catch (error) {
      throw readFailure(error, path);
    }
  }

  /** The ids of the runs that have a directory. */
  runIds(experimentId: string): Set<string> {
    const path = joined(this.#base, checkedExperiment(experimentId), "runs");
    try {
      return new Set(entryNames(path));
    } catch (error) {
      throw readFailure(error, path);
    }
  }

  /** Size of an artifact in bytes, null when there is no such file. */
  sizeOf(reference: string): number | null {
    try {
      const found = Deno.statSync(this.#path(checkedReference(reference)));
      return found.isFile ? found.size : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFailure(error, this.#path(reference));
    }
  }

  /**
   * Tidies up after a crash: half-written runs go, a run that was being replaced comes back unless its successor is
   * there already.
   */
  recover(experimentId = ""): void {
    const experiment = joined(this.#base, checkedExperiment(experimentId));
    try {
      for (const runId of entryNames(joined(experiment, REPLACED))) {
        const run = joined(experiment, "runs", runId);
        if (!exists(run)) Deno.renameSync(joined(experiment, REPLACED, runId), run);
      }
    } catch (error) {
      throw writeFailure(error, experiment);
    }
    removeQuietly(joined(experiment, REPLACED));
    removeQuietly(joined(experiment, STAGING));
    this.#staged.delete(experiment);
  }

  /** Removes the working directories when they are empty. */
  tidy(experimentId = ""): void {
    const experiment = joined(this.#base, checkedExperiment(experimentId));
    this.#staged.delete(experiment);
    for (const name of [STAGING, REPLACED]) {
      try {
        Deno.removeSync(joined(experiment, name));
      } catch {
        // Not there, or another writer of this process is at work in it.
      }
    }
  }

  /** The bytes of a content, good until the next call. */
  #bytesOf(content: string | Uint8Array): Uint8Array {
    if (typeof content !== "string") return content;
    if (content.length * 3 > BUFFER) return this.#encoder.encode(content);
    return this.#buffer.subarray(0, this.#encoder.encodeInto(content, this.#buffer).written);
  }

  #path(reference: string): string {
    return joined(this.#base, reference);
  }

  /** The path of something that exists, inside the base also when links are followed. */
  #existing(reference: string): string {
    const path = this.#path(checkedReference(reference));
    let real: string;
    let base: string;
    try {
      real = Deno.realPathSync(path);
      base = Deno.realPathSync(this.#base);
    } catch (error) {
      if (isMissing(error)) throw new NotFound(`There is no artifact ${JSON.stringify(reference)} in ${this.#base}`);
      throw readFailure(error, path);
    }
    const inside = base.replace(/[\\/]$/, "");
    if (!real.startsWith(inside) || !/[\\/]/.test(real.charAt(inside.length))) {
      throw new InvalidReference(`Invalid reference ${JSON.stringify(reference)}: it leaves the store through a link`);
    }
    return real;
  }

  /** Makes the staging directory of a run with as few calls as can be. */
  #makeStaging(experiment: string, staging: string, withOut: boolean): void {
    if (!this.#staged.has(experiment)) {
      Deno.mkdirSync(joined(experiment, STAGING), { recursive: true });
      Deno.mkdirSync(joined(experiment, "runs"), { recursive: true });
      this.#staged.add(experiment);
    }
    try {
      Deno.mkdirSync(staging);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      // Left by a crash, or by an attempt that failed.
      Deno.removeSync(staging, { recursive: true });
      Deno.mkdirSync(staging);
    }
    if (withOut) Deno.mkdirSync(joined(staging, "out"));
  }

  /** One rename for a new run; a swap for one that is replaced. */
  #putInPlace(staging: string, target: string, replaced: string): void {
    try {
      // A rename replaces an empty directory silently; a run's directory is never empty.
      Deno.renameSync(staging, target);
      return;
    } catch (error) {
      if (!exists(target)) throw error;
      if (Deno.lstatSync(target).isFile) {
        throw new StoreError(`${target} is a file, not a run's directory`, notRetryable);
      }
    }
    Deno.mkdirSync(directoryOf(replaced), { recursive: true });
    removeQuietly(replaced);
    Deno.renameSync(target, replaced);
    Deno.renameSync(staging, target);
    removeQuietly(replaced);
  }
}

const notRetryable = { store: "files", retryable: false } as const;

function entryNames(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
