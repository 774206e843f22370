/**
 * The sections of a scenario file other than actions and dealers. Source: specification chapter 01, A1.1 and A1.2.
 *
 * @module
 */
import { z } from "zod";
import { suggestion } from "../../core/nearest.ts";
import { BEHAVIOUR_NAMES } from "../behaviours.ts";
import { anyMapping, choice, flag, integer, list, mapping, named, optional, ruled, text } from "./fields.ts";
import { balancedDealerSection, dealerSection } from "./market_sections.ts";
import { type RunSettings, SCENARIO_AGENT_KINDS } from "./types.ts";

const agent = mapping({ id: text, kind: choice(SCENARIO_AGENT_KINDS), name: text }, "AgentSpec");

const agents = list(agent).superRefine((specs, context) => {
  const ids = new Set<string>();
  const repeated = specs.find((spec) => ids.size === ids.add(spec.id).size);
  if (repeated === undefined) return;
  context.addIssue({ code: "custom", message: "Value error, Agent IDs must be unique", input: repeated.id });
});

/** A version number that must be 1; `what` is `configuration` or `generator`. */
export function version(what: string): z.ZodType<number> {
  return ruled(integer, (value) => value === 1 ? undefined : `Value error, Unsupported ${what} version: ${value}`)
    .default(1);
}

/** Payment order by kind of debtor. */
export const policyOverrides: z.ZodType<{ readonly mop_rank: Record<string, string[]> | null } | null> = optional(
  mapping({ mop_rank: optional(named(list(text))) }, "PolicyOverrides"),
);

const behaviours = named(flag).superRefine((switches, context) => {
  for (const name of Object.keys(switches)) {
    if (BEHAVIOUR_NAMES.some((known) => known === name)) continue;
    const message = `Unknown behaviour${suggestion(name, BEHAVIOUR_NAMES) || `; known: ${BEHAVIOUR_NAMES.join(", ")}`}`;
    context.addIssue({ code: "custom", path: [name], message });
  }
});

const show = mapping({
  balances: optional(list(text)),
  events: choice(["summary", "detailed", "table"]).optional(),
}, "ShowConfig");

const exports = mapping({ balances_csv: optional(text), events_jsonl: optional(text) }, "ExportConfig");

/** The `run` section; what is not given stays undefined. `reference` and `behaviours` are this program's own keys. */
export const runSection = mapping({
  mode: choice(["step", "until_stable"]).optional(),
  max_days: ruled(integer, (value) => value > 0 ? undefined : "Value error, Max days must be positive").optional(),
  quiet_days: ruled(integer, (value) => value >= 0 ? undefined : "Value error, Quiet days cannot be negative")
    .optional(),
  default_handling: choice(["fail-fast", "expel-agent"]).optional(),
  rollover_enabled: flag.optional(),
  show: show.optional(),
  export: exports.optional(),
  reference: flag.optional(),
  behaviours: behaviours.optional(),
}, "RunConfig");

/** The two keys of `run` that choose the behaviours, as they are read before all others. */
export const behaviourKeys = mapping(
  { reference: flag.optional(), behaviours: behaviours.optional() },
  "RunConfig",
);

const day = ruled(integer, (value) => value >= 1 ? undefined : "Value error, Scheduled action day must be >= 1");

const sharedSections = {
  description: optional(text),
  initial_actions: list(anyMapping).default([]),
  scheduled_actions: list(mapping({ day, action: anyMapping }, "ScheduledAction")).default([]),
  dealer: dealerSection,
  balanced_dealer: balancedDealerSection,
  run: runSection.default({}),
};

/** What may stand beside `generator`: it is laid over the generated scenario. */
export const overlayFile = z.object(sharedSections);

/** What stands beside `generator`. */
export type Overlay = z.output<typeof overlayFile>;

/** A whole scenario file without generator. */
export const scenarioFile = z.object({
  version: version("configuration"),
  name: text,
  policy_overrides: policyOverrides,
  agents,
  ...sharedSections,
});

/** What a scenario file says, its actions unread. */
export type ScenarioFile = z.output<typeof scenarioFile>;

/** What the `run` section says. */
export type RunSection = z.output<typeof runSection>;

/** The run settings of a scenario that says nothing (spec 01 A1.2). */
export const DEFAULT_RUN: Omit<RunSettings, "behaviours"> = {
  mode: "until_stable",
  maxDays: 90,
  quietDays: 2,
  defaultHandling: "fail-fast",
  rolloverEnabled: false,
  show: { balances: null, events: "detailed" },
  export: { balancesCsv: null, eventsJsonl: null },
};
