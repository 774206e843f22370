/**
 * A name in the cloud stands for one sweep. What was synced under it before must have the same plan; otherwise the runs
 * of two sweeps would mix.
 *
 * @module
 */
import { Conflict, NotFound, ValidationError } from "../core/errors.ts";
import { parsePlan, planDifferences, type PlanHeader } from "../experiments/plan.ts";
import { MANIFEST, readManifest } from "../stores/archive/manifest.ts";
import type { ObjectStorage } from "../stores/s3/objects.ts";

/** Where an upload keeps the plan of a sweep, below its name. */
const PLAN_KEY = "files/plan.jsonl";

/** A header is a line of some hundred bytes; nothing that we wrote is longer. */
const LONGEST_HEADER = 4 * 1024 * 1024;

/** The header that a record or a line holds; null for a sweep that has none, such as one of the reference. */
export function headerIn(line: string): PlanHeader | null {
  try {
    return parsePlan(`${line}\n`, PLAN_KEY).header;
  } catch (error) {
    if (error instanceof ValidationError) return null;
    throw error;
  }
}

/**
 * Refuses a name that another sweep has.
 *
 * @param there the plan that was synced under that name, null for a sweep without one
 * @throws {Conflict} naming the first difference.
 */
export function refuseOtherSweep(name: string, place: string, there: PlanHeader | null, here: PlanHeader | null): void {
  if (there === null && here === null) return;
  const [difference] = there === null || here === null ? [undefined] : planDifferences(there, here);
  if (there !== null && here !== null && difference === undefined) return;
  const how = difference === undefined
    ? "one of them has a plan, the other has none"
    : `${difference.name}: ${difference.before} there, ${difference.after} here`;
  throw new Conflict(
    `${place} holds another sweep under the name ${JSON.stringify(name)} (${how}); ` +
      "choose another name with --name, or remove that one with bilancio cloud prune --pattern",
  );
}

/**
 * The plan of the sweep that was uploaded under a name: undefined when no upload came to its end there.
 *
 * @throws {StoreError}
 */
export async function uploadedPlan(
  storage: ObjectStorage,
  name: string,
  signal: AbortSignal | undefined,
): Promise<PlanHeader | null | undefined> {
  const manifest = await finishedManifest(storage, name, signal);
  if (manifest === null) return undefined;
  if (!manifest.objects.some(({ key }) => key === PLAN_KEY)) return null;
  try {
    return headerIn(await firstLine(storage, `${name}/${PLAN_KEY}`, signal));
  } catch (error) {
    if (error instanceof NotFound) return undefined; // taken away meanwhile
    throw error;
  }
}

/** A manifest that cannot be read is replaced by the next upload: it says nothing. */
async function finishedManifest(storage: ObjectStorage, name: string, signal: AbortSignal | undefined) {
  try {
    return await readManifest(storage, name, MANIFEST, signal);
  } catch (error) {
    if (error instanceof ValidationError) return null;
    throw error;
  }
}

async function firstLine(storage: ObjectStorage, key: string, signal: AbortSignal | undefined): Promise<string> {
  const { stream } = await storage.getObject(key, signal === undefined ? {} : { signal });
  const decoder = new TextDecoder();
  let text = "";
  for await (const block of stream) {
    text += decoder.decode(block, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
    if (text.length > LONGEST_HEADER) break;
  }
  return text;
}
