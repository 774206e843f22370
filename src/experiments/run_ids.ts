/**
 * Run ids that depend on what is run and on nothing else, so that the same sweep recognises its runs whatever executor
 * made them. Source: spec 09 section 5.
 *
 * @module
 */
import { sha256Hex } from "../core/hash.ts";
import { canonicalText } from "./canonical.ts";
import { ENGINE_VERSION } from "./engine_version.ts";

/** Gives out the ids of one plan. */
export class RunIds {
  readonly #model: string;
  readonly #taken = new Set<string>();

  constructor(model: string) {
    this.#model = model;
  }

  /**
   * The id of a run: `<phase>_<12 hex>`, or `<phase>_<label>_<12 hex>` for a step of an adaptive search. Numbers in the
   * source count by value: 1 and 1.0 give one id. Asked for the same source twice, the second id differs.
   *
   * @param source all that decides the outcome: parameters, seed, behaviours
   */
  next(phase: string, label: string | null, source: unknown): string {
    const text = canonicalText({ model: this.#model, engine: ENGINE_VERSION, source });
    for (let repetition = 0;; repetition++) {
      const hash = sha256Hex(repetition === 0 ? text : `${text}#${repetition}`).slice(0, 12);
      const id = label === null ? `${phase}_${hash}` : `${phase}_${label}_${hash}`;
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      return id;
    }
  }
}
