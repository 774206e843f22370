/**
 * The balance-sheet model as the laboratory sees it. This module also reads scenario files, whose schemas are slow to
 * load: whoever already has a scenario imports `engine/simulate.ts` alone.
 *
 * @module
 */
import type { Model } from "../core/model.ts";
import { simulateRing, type SimulateRingOptions } from "./engine/simulate.ts";
import type { RingOutcome } from "./outcome.ts";
import { parseScenario } from "./scenario/parse.ts";
import { preflightAliases } from "./scenario/preflight.ts";
import type { Scenario } from "./scenario/types.ts";

/** Model `ring`: agents tied by payables, money, deposits and goods, settled day by day (spec 01). */
export class RingModel implements Model<Scenario, RingOutcome> {
  readonly name = "ring";

  /**
   * Checks a scenario and its aliases and fills in every default.
   *
   * @throws {ValidationError} listing every problem with its path.
   * @throws {SimulationError} for an alias that is given twice or used before it is given.
   */
  parse(source: unknown): Scenario {
    const { scenario } = parseScenario(source);
    preflightAliases(scenario);
    return scenario;
  }

  /**
   * Runs a scenario to its end; see {@linkcode simulateRing}.
   *
   * @throws {SimulationError} when the scenario cannot be set up.
   */
  simulate(scenario: Scenario, options?: SimulateRingOptions): RingOutcome {
    return simulateRing(scenario, options);
  }
}
