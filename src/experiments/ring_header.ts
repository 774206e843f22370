/**
 * What every sweep of rings writes into the header of its plan: the terms of the rings, by the names of their flags.
 *
 * @module
 */
import type { PlanSetting } from "./plan.ts";
import type { RingSweepSettings } from "./ring_settings.ts";

/** The settings of a sweep that say what its rings are like. */
export type RingTermSettings = Pick<
  RingSweepSettings,
  | "nAgents"
  | "maturityDays"
  | "qTotal"
  | "liquidityMode"
  | "liquidityAgent"
  | "baseSeed"
  | "namePrefix"
  | "defaultHandling"
>;

/** The terms of the rings as plan settings. The agent counts only where one agent holds all liquidity. */
export function ringHeader(settings: RingTermSettings): Record<string, PlanSetting> {
  return {
    "n-agents": settings.nAgents,
    "maturity-days": settings.maturityDays,
    "q-total": settings.qTotal.toString(),
    "liquidity-mode": settings.liquidityMode,
    "liquidity-agent": settings.liquidityMode === "single_at" ? settings.liquidityAgent : null,
    "base-seed": settings.baseSeed,
    "name-prefix": settings.namePrefix,
    "default-handling": settings.defaultHandling,
  };
}
