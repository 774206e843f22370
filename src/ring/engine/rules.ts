/**
 * The errors of the engine: a rule of the model that a step broke, by class (spec 01 2.4).
 *
 * @module
 */
import { SimulationError } from "../../core/errors.ts";

/** The class of a broken rule. Only `validation` is caught inside a payment (spec 01 9.2). */
export type Rule = "validation" | "default" | "assertion" | "unknown-name" | "action";

/** An error of the engine; the day and the agent are added where they help. */
export function broken(rule: Rule, message: string, agent?: string): SimulationError {
  return new SimulationError(message, agent === undefined ? { rule } : { rule, agent });
}

/** Whether an error is a broken rule of a class. */
export function breaks(error: unknown, rule: Rule): error is SimulationError {
  return error instanceof SimulationError && error.where.rule === rule;
}
