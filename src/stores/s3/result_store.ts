/**
 * Results of runs as objects: `<experiment>/runs/<run>/<artifact>`, with `result.json` beside them. An object appears
 * complete or not at all, and a run appears with its `result.json`, which is put last. Source: spec 09 3 and 3.4.
 *
 * @module
 */
import { InvalidReference, NotFound } from "../../core/errors.ts";
import type { Artifact, ResultStore, RunResult } from "../../experiments/contracts.ts";
import { artifactName, checkedExperiment, checkedName, checkedReference, runReference } from "../files/names.ts";
import { parseResult, resultText } from "../files/result_text.ts";
import { contentTypeOf } from "./content_types.ts";
import { inTurn } from "./in_turn.ts";
import type { ObjectStorage } from "./objects.ts";

/** The object that makes a run visible. */
const RESULT = "result.json";

/** How many objects of a run are put or looked at together. */
const AT_ONCE = 8;

/** Results in an object storage. The storage belongs to whoever opened it. */
export class S3ResultStore implements ResultStore {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** @inheritdoc */
  async saveArtifact(experimentId: string, runId: string, artifact: Artifact): Promise<string> {
    const run = runReference(checkedExperiment(experimentId), checkedName(runId, "run id"));
    const reference = `${run}/${checkedArtifact(artifact.name)}`;
    await this.#put(reference, artifact.content);
    return reference;
  }

  /**
   * @inheritdoc
   *
   * The result that stands there already goes first and the new one comes last, so that a run never shows with the
   * artifacts of another attempt.
   */
  async saveRun(experimentId: string, result: RunResult, artifacts: readonly Artifact[] = []): Promise<RunResult> {
    const run = runReference(checkedExperiment(experimentId), checkedName(result.runId, "run id"));
    const references: Record<string, string> = { ...result.artifacts };
    const sizes: Record<string, number> = {};
    const contents = new Map<string, Uint8Array>();
    for (const { name, content } of artifacts) {
      const reference = `${run}/${checkedArtifact(name)}`;
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      contents.set(reference, bytes);
      references[artifactName(name)] = reference;
      sizes[reference] = bytes.length;
    }
    const saved: RunResult = { ...result, artifacts: references, artifactSizes: sizes };
    const stale = (await this.#keysOf(run)).filter((key) => !contents.has(key));
    await this.#storage.deleteObjects(stale.filter((key) => key.endsWith(`/${RESULT}`)));
    await inTurn(AT_ONCE, contents, ([key, content]) => this.#put(key, content));
    await this.#storage.deleteObjects(stale.filter((key) => !key.endsWith(`/${RESULT}`)));
    await this.#put(`${run}/${RESULT}`, resultText(saved));
    return saved;
  }

  /** @inheritdoc */
  async loadRun(experimentId: string, runId: string): Promise<RunResult | null> {
    const run = runReference(checkedExperiment(experimentId), checkedName(runId, "run id"));
    const key = `${run}/${RESULT}`;
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await this.#storage.readObject(key));
      return parseResult(text, `${this.#storage.place}/${key}`);
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  /** @inheritdoc */
  async loadArtifact(reference: string): Promise<Uint8Array> {
    return await this.#storage.readObject(checkedReference(reference));
  }

  /** @inheritdoc */
  async openArtifact(reference: string): Promise<ReadableStream<Uint8Array>> {
    return (await this.#storage.getObject(checkedReference(reference))).stream;
  }

  async #put(key: string, content: Uint8Array | string): Promise<void> {
    await this.#storage.putObject(key, content, { contentType: contentTypeOf(key) });
  }

  async #keysOf(run: string): Promise<string[]> {
    return (await Array.fromAsync(this.#storage.listObjects(`${run}/`))).map(({ key }) => key);
  }
}

function checkedArtifact(name: string): string {
  if (name !== RESULT) return checkedName(name, "artifact name");
  throw new InvalidReference(`Invalid artifact name "${RESULT}": the result has that name`);
}
