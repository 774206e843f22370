/**
 * Run ids that depend on what is run and on nothing else, so that the same sweep recognises its runs whatever executor
 * made them. Source: spec 09 section 5.
 *
 * @module
 */
import { sha256Hex } from "../core/hash.ts";
import { canonicalScalar, canonicalText } from "./canonical.ts";
import type { Values } from "./contracts.ts";
import { ENGINE_VERSION } from "./engine_version.ts";

/** Gives out the ids of one plan. */
export class RunIds {
  /** Stands for the model, the engine and all that the runs have in common. */
  readonly #common: string;
  readonly #taken = new Set<string>();

  /** @param common what all runs of the plan share and their outcomes depend on, such as the number of agents */
  constructor(model: string, common: unknown) {
    this.#common = sha256Hex(canonicalText({ model, engine: ENGINE_VERSION, common }));
  }

  /**
   * The id of a run: `<phase>_<12 hex>`, or `<phase>_<label>_<12 hex>` for a step of an adaptive search. Numbers count
   * by value: 1 and 1.0 give one id. Asked for the same values twice, the second id differs.
   *
   * @param values what distinguishes the run: varied parameters and seed
   */
  next(phase: string, label: string | null, values: Values): string {
    let text = this.#common;
    for (const name of Object.keys(values)) text += `,${name}=${canonicalScalar(values[name] ?? null)}`;
    for (let repetition = 0;; repetition++) {
      const hash = sha256Hex(repetition === 0 ? text : `${text}#${repetition}`).slice(0, 12);
      const id = label === null ? `${phase}_${hash}` : `${phase}_${label}_${hash}`;
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      return id;
    }
  }
}
