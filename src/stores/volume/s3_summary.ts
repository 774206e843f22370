/**
 * What a folder of a bucket is: the manifest of an uploaded sweep, of an upload under way, or of a job says so, and
 * nothing else is taken for one. Source: spec 09 3.4.
 *
 * @module
 */
import { InvalidReference, NotFound, StoreError, ValidationError } from "../../core/errors.ts";
import { designOf } from "../../experiments/paired_plan.ts";
import { MANIFEST, readManifest, UNFINISHED } from "../archive/manifest.ts";
import { MANIFEST_NAME as JOB_MANIFEST, parseManifest as parseJobManifest } from "../files/job_manifest.ts";
import type { ObjectStorage } from "../s3/objects.ts";
import type { ExperimentKind } from "./volume.ts";

/** Files that say what a folder is. */
export const TELLING: readonly string[] = [MANIFEST, UNFINISHED, JOB_MANIFEST];

/** What a folder is. */
export interface Summary {
  readonly isExperiment: boolean;
  readonly kind: ExperimentKind;
  /** Whether all of a sweep was uploaded, or a job has ended. */
  readonly hasEnded: boolean;
  /** Why what looks like a manifest is none. */
  readonly problem: string | null;
}

const NOTHING: Summary = Object.freeze({ isExperiment: false, kind: "unknown", hasEnded: false, problem: null });

/**
 * Reads what a folder says of itself.
 *
 * @param files names of files that stand in it, of those that tell
 */
export async function readSummary(storage: ObjectStorage, id: string, files: ReadonlySet<string>): Promise<Summary> {
  let problem: string | null = null;
  for (const name of TELLING.filter((name) => files.has(name))) {
    try {
      const summary = await summaryIn(storage, id, name);
      if (summary !== null) return summary;
    } catch (error) {
      const isKnown = [InvalidReference, NotFound, StoreError, ValidationError].some((kind) => error instanceof kind);
      if (!isKnown || !(error instanceof Error)) throw error;
      problem ??= error.message.replaceAll(/\s*\n\s*/g, " ");
    }
  }
  return { ...NOTHING, problem };
}

async function summaryIn(storage: ObjectStorage, id: string, name: string): Promise<Summary | null> {
  if (name === JOB_MANIFEST) {
    const key = `${id}/${name}`;
    const { job } = parseJobManifest(new TextDecoder().decode(await storage.readObject(key)), key);
    const hasEnded = job.completedAt !== null || (job.status !== "pending" && job.status !== "running");
    return { ...NOTHING, isExperiment: true, kind: kindOf(job.config.sweepType), hasEnded };
  }
  const manifest = await readManifest(storage, id, name === MANIFEST ? MANIFEST : UNFINISHED);
  if (manifest === null) return null;
  return { ...NOTHING, isExperiment: true, kind: kindOf(manifest.sweepType), hasEnded: name === MANIFEST };
}

function kindOf(sweepType: string): ExperimentKind {
  return sweepType === "ring" ? "ring" : designOf(sweepType) === undefined ? "unknown" : "paired";
}
