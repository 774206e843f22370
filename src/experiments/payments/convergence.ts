/**
 * When an experiment has found what it can find (spec 08 18).
 *
 * @module
 */
import type { ConvergenceSettings } from "./settings.ts";
import { coefficientOfVariation, hasTrend } from "./statistics.ts";

/** Why to stop. */
export interface Stop {
  readonly reason: string;
  /** The limit was reached, and nothing else. */
  readonly limit: boolean;
}

/** Looks at the cost of each iteration. Once it says stop it stays with that. */
export interface ConvergenceDetector {
  /** Takes the cost of the next iteration, in cents. */
  record(cost: number): void;
  /** Why to stop; undefined to go on. */
  readonly stop: Stop | undefined;
}

function limitReached(limit: number): Stop {
  return { reason: `Max iterations reached (${limit})`, limit: true };
}

/** Deterministic modes: so many iterations in a row with nearly the same cost (spec 08 18.1). */
export class StabilityDetector implements ConvergenceDetector {
  #previous: number | undefined;
  #count = 0;
  #stable = 0;
  stop: Stop | undefined;

  constructor(readonly settings: ConvergenceSettings) {}

  record(cost: number): void {
    const { stabilityThreshold, stabilityWindow, maxIterations } = this.settings;
    this.#count++;
    const previous = this.#previous;
    this.#previous = cost;
    if (previous !== undefined) {
      const stable = previous === 0
        ? Math.abs(cost) < stabilityThreshold
        : Math.abs(cost - previous) / Math.abs(previous) <= stabilityThreshold;
      this.#stable = stable ? this.#stable + 1 : 0;
    }
    if (this.stop !== undefined) return;
    if (this.#stable >= stabilityWindow) {
      this.stop = { reason: `Stability achieved (${stabilityWindow} consecutive stable iterations)`, limit: false };
    } else if (this.#count >= maxIterations) this.stop = limitReached(maxIterations);
  }
}

/** Mode bootstrap: little spread, no trend, and not far from the best (spec 08 18.2). */
export class BootstrapDetector implements ConvergenceDetector {
  readonly #costs: number[] = [];
  stop: Stop | undefined;

  constructor(readonly settings: ConvergenceSettings) {}

  record(cost: number): void {
    this.#costs.push(cost);
    const { maxIterations, stabilityWindow, cvThreshold, regretThreshold } = this.settings;
    if (this.stop !== undefined) return;
    if (this.#costs.length >= maxIterations) {
      this.stop = limitReached(maxIterations);
      return;
    }
    if (this.#costs.length < stabilityWindow) return;
    const last = stabilityWindow <= 0 ? this.#costs : this.#costs.slice(-stabilityWindow);
    const best = this.#costs.reduce((least, each) => Math.min(least, each), Infinity);
    const regret = best === 0 ? (cost === 0 ? 0 : Infinity) : (cost - best) / Math.abs(best);
    if (coefficientOfVariation(last) < cvThreshold && !hasTrend(last) && regret <= regretThreshold) {
      this.stop = { reason: "All convergence criteria satisfied (CV, trend, regret)", limit: false };
    }
  }
}

const SAME_FRACTION = 0.001;

/** Mode temporal: the fractions of all agents stay where they are (spec 08 18.3). */
export class FractionStability {
  readonly #fractions = new Map<string, Map<number, number>>();

  /** Takes an agent's fraction in an iteration; a later one replaces it. */
  record(agent: string, iteration: number, fraction: number): void {
    let history = this.#fractions.get(agent);
    if (history === undefined) this.#fractions.set(agent, history = new Map());
    history.set(iteration, fraction);
  }

  /** Whether the last `window` fractions of every agent are nearly equal. */
  isStable(agents: readonly string[], window: number): boolean {
    return agents.every((agent) => {
      const values = [...this.#fractions.get(agent)?.values() ?? []];
      const last = window <= 0 ? [] : values.slice(-window);
      const first = last[0];
      return values.length >= window && last.every((value) => Math.abs(value - (first ?? 0)) <= SAME_FRACTION);
    });
  }
}
