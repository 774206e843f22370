/**
 * Checks of aliases over the whole course of a scenario, before anything is applied.
 * Source: specification chapter 01, section 8.
 *
 * @module
 */
import { SimulationError } from "../../core/errors.ts";
import type { Action, RefusedAction, Scenario } from "./types.ts";

/**
 * Refuses an alias that is given twice, and a scheduled claim transfer whose alias is not known by then. Actions that
 * could not be read are passed over.
 *
 * @throws {SimulationError} with the rule `alias`, the day for scheduled actions.
 */
export function preflightAliases(scenario: Scenario): void {
  const known = new Set<string>();
  for (const action of scenario.initialActions) {
    const alias = givenAlias(action);
    if (alias === null) continue;
    if (known.has(alias)) throw new SimulationError(`Duplicate alias in initial_actions: ${alias}`, { rule: "alias" });
    known.add(alias);
  }
  // The sort is stable: file order within a day.
  for (const { day, action } of scenario.scheduledActions.toSorted((a, b) => a.day - b.day)) {
    checkScheduled(day, action, known);
  }
}

function checkScheduled(day: number, action: Action | RefusedAction, known: Set<string>): void {
  const rule = "alias";
  if (action.type === "transfer_claim") {
    const used = action.contractAlias;
    if (!used || known.has(used)) return;
    const message = `Scheduled transfer_claim references unknown alias '${used}' on day ${day}. ` +
      "Ensure it is created earlier (same day allowed only if ordered before use).";
    throw new SimulationError(message, { rule, time: day });
  }
  const alias = givenAlias(action);
  if (alias === null) return;
  if (known.has(alias)) {
    const message = `Duplicate alias detected: '${alias}' already defined before day ${day}`;
    throw new SimulationError(message, { rule, time: day });
  }
  known.add(alias);
}

/** The alias that an action gives; an empty one is none. */
function givenAlias(action: Action | RefusedAction): string | null {
  switch (action.type) {
    case "mint_cash":
    case "mint_reserves":
    case "create_payable":
    case "create_delivery_obligation":
      return action.alias || null;
    default:
      return null;
  }
}
