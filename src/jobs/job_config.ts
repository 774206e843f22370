/**
 * What a sweep was asked for, as its job keeps it: read from the header of its plan.
 *
 * @module
 */
import type { JobConfig } from "../experiments/contracts.ts";
import type { PlanHeader, PlanSetting } from "../experiments/plan.ts";

/** The configuration of the job of a sweep. A sweep without a setting has none of its values. */
export function jobConfigOf({ kind, settings }: PlanHeader, { cloud = false }: { cloud?: boolean } = {}): JobConfig {
  const seed = settings["base-seed"];
  return {
    sweepType: kind,
    nAgents: whole(settings["n-agents"]) ?? 0,
    maturityDays: whole(settings["maturity-days"]) ?? 5,
    kappas: texts(settings["kappas"]),
    concentrations: texts(settings["concentrations"]),
    mus: texts(settings["mus"]),
    outsideMidRatios: settings["outside-mid-ratios"] === undefined ? ["1"] : texts(settings["outside-mid-ratios"]),
    seeds: typeof seed === "number" ? [seed] : [],
    cloud,
  };
}

/** What `jobs ls` shows beside the id, in the words of the reference (spec 03 11). */
export function jobDescription({ sweepType, nAgents, cloud }: JobConfig): string {
  const name =
    { ring: "Ring sweep", balanced: "Balanced comparison sweep", comparison: "Comparison sweep" }[sweepType] ??
      `${sweepType} sweep`;
  return `${name} (n=${nAgents}, cloud=${cloud ? "True" : "False"})`;
}

function whole(setting: PlanSetting | undefined): number | undefined {
  return typeof setting === "number" && Number.isInteger(setting) ? setting : undefined;
}

function texts(setting: PlanSetting | undefined): readonly string[] {
  if (setting === undefined || setting === null) return [];
  return (typeof setting === "object" ? setting : [setting]).map(String);
}
