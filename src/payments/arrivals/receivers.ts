/**
 * Whom an agent pays (spec 06 2.3): every other agent in the order of the configuration is a candidate.
 *
 * @module
 */
import { panic } from "../errors.ts";
import type { XorShift64Star } from "../random.ts";
import { weightedChoice } from "./weighted_choice.ts";

/** The agents in the order of the configuration; one object for all generators. */
export interface Roster {
  readonly ids: readonly string[];
  /** The dense number of each. */
  readonly numbers: Int32Array;
}

/** What a candidate weighs that the weights do not name. */
const UNNAMED_WEIGHT = 1;

/** The candidates of one sender with their weights. */
export class Receivers {
  readonly #roster: Roster;
  /** The sender's place in the roster. */
  readonly #sender: number;
  readonly #named: Map<string, number>;
  /** Weights of the candidates; made at the first draw, undefined while all are alike. */
  #weights: Float64Array | undefined;
  #total = 0;

  constructor(roster: Roster, sender: number, named: ReadonlyMap<string, number>) {
    this.#roster = roster;
    this.#sender = sender;
    this.#named = new Map(named);
  }

  /** The weights by id, those of strangers and of the sender included. */
  get named(): ReadonlyMap<string, number> {
    return this.#named;
  }

  /** Replaces the weights. */
  replace(named: Iterable<readonly [string, number]>): void {
    this.#named.clear();
    for (const [id, weight] of named) this.#named.set(id, weight);
    this.#weights = undefined;
  }

  /** Sets one weight: from now on weights decide, also where none were given. */
  set(id: string, weight: number): void {
    this.#named.set(id, weight);
    this.#weights = undefined;
  }

  /**
   * Sets one weight and scales those of all other candidates so that the sum stays what it was. Where that is not
   * possible, because the new weight passes the sum or the others have none, they keep their weights.
   */
  setAndRebalance(id: string, weight: number): void {
    const candidates = this.#roster.ids.filter((_, place) => place !== this.#sender);
    const weights = candidates.map((candidate) => this.#named.get(candidate) ?? UNNAMED_WEIGHT);
    const total = weights.reduce((sum, each) => sum + each, 0);
    const own = weights[candidates.indexOf(id)];
    this.set(id, weight);
    if (own === undefined || weight > total || !(total - own > 0)) return;
    const factor = (total - weight) / (total - own);
    candidates.forEach((candidate, i) => {
      if (candidate !== id) this.#named.set(candidate, (weights[i] ?? UNNAMED_WEIGHT) * factor);
    });
  }

  /**
   * Draws one receiver, by its dense number.
   *
   * @throws {PaymentsError} when the sender is alone.
   */
  draw(random: XorShift64Star): number {
    const count = this.#roster.ids.length - 1;
    if (count < 1) throw panic("Cannot generate transaction: no valid receivers");
    if (this.#named.size === 0) return this.#candidate(random.range(0, count));
    const weights = this.#weights ?? this.#weigh(count);
    const chosen = weightedChoice(random, weights, this.#total);
    return this.#candidate(chosen < 0 ? count - 1 : chosen);
  }

  #weigh(count: number): Float64Array {
    const weights = new Float64Array(count);
    let total = 0;
    for (let i = 0; i < count; i++) {
      const weight = this.#named.get(this.#roster.ids[this.#place(i)] ?? "") ?? UNNAMED_WEIGHT;
      weights[i] = weight;
      total += weight;
    }
    this.#weights = weights;
    this.#total = total;
    return weights;
  }

  #candidate(number: number): number {
    return this.#roster.numbers[this.#place(number)] ?? -1;
  }

  /** The place in the roster of a candidate: the sender's is left out. */
  #place(candidate: number): number {
    return candidate < this.#sender ? candidate : candidate + 1;
  }
}
