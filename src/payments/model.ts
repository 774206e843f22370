/**
 * The payments model as the laboratory sees it. This module also reads scenario files, whose schemas are slow to load:
 * whoever already has a configuration imports `script.ts` or `engine/engine.ts` alone.
 *
 * @module
 */
import type { Model, SimulateOptions } from "../core/model.ts";
import { type PaymentsScenario, readPaymentsScenario } from "./scenario/load.ts";
import { type PaymentsRun, runPayments } from "./script.ts";

/** Model `payments`: banks that settle payments through a central queue, tick by tick (spec 05 to 07). */
export class PaymentsModel implements Model<PaymentsScenario, PaymentsRun> {
  readonly name = "payments";

  /**
   * Checks a scenario, or an engine dictionary, and fills in every default.
   *
   * @throws {ValidationError} listing every problem with its path.
   */
  parse(source: unknown): PaymentsScenario {
    return readPaymentsScenario(source);
  }

  /** Runs a scenario to its end; see {@linkcode runPayments}. */
  simulate({ config, behaviours }: PaymentsScenario, { onTime, signal }: SimulateOptions = {}): PaymentsRun {
    return runPayments(config, {
      behaviours,
      ...(onTime === undefined ? {} : { onTick: ({ tick }) => onTime(tick) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
