/**
 * A scenario file of the payments model, section by section (spec 06 12). The settings of the engine that the
 * reference's files cannot express are keys here too, with the names and rules of the engine dictionary.
 *
 * @module
 */
import { compareIds } from "../config.ts";
import { POLICY_CATEGORIES } from "../policies/features.ts";
import { agent } from "./file_agents.ts";
import { costRates } from "./file_costs.ts";
import { scenarioEvent } from "./file_events.ts";
import { Findings } from "./findings.ts";
import {
  above,
  atLeast,
  atMost,
  bigInteger,
  defaulted,
  double,
  flag,
  integer,
  type Kind,
  list,
  named,
  optional,
  record,
  REFUSED,
  required,
  type Rule,
  ruled,
  text,
  type ValueOf,
} from "./kinds.ts";

const positive = ruled(integer, above(0));

const simulation = record("SimulationSettings", {
  ticks_per_day: required(positive),
  num_days: required(positive),
  rng_seed: required(bigInteger),
  reference: defaulted(flag, false),
  behaviours: defaulted(named(flag), new Map<string, boolean>()),
});

const lsmConfig = record("LSMConfig", {
  enable_bilateral: defaulted(flag, true),
  enable_cycles: defaulted(flag, true),
  max_cycle_length: defaulted(ruled(integer, atLeast(3), atMost(10)), 4),
  max_cycles_per_tick: defaulted(ruled(integer, atLeast(1), atMost(100)), 10),
});

/** Toggles of one kind: `include` or `exclude`, with names from a list. */
function toggles(name: string, what: string, categories: readonly string[]) {
  const known: Rule<readonly string[]> = (given) => {
    const wrong = given.find((category) => !categories.includes(category));
    if (wrong === undefined) return undefined;
    const valid = categories.toSorted(compareIds).map((category) => `'${category}'`).join(", ");
    return `Value error, Unknown ${what}: ${wrong}. Valid categories: [${valid}]`;
  };
  const names = optional(ruled(list(text), known));
  return record(
    name,
    { include: names, exclude: names },
    ({ include, exclude }) =>
      include !== undefined && exclude !== undefined
        ? "Value error, Cannot specify both 'include' and 'exclude' - choose one"
        : undefined,
  );
}

const escalation = record("PriorityEscalation", {
  enabled: defaulted(flag, false),
  curve: defaulted(text, "linear"),
  start_escalating_at_ticks: defaulted(ruled(integer, atLeast(0)), 20),
  max_boost: defaulted(ruled(integer, atLeast(0), atMost(255)), 3),
});

const FIFO = "fifo";
const ORDERINGS = new Set([FIFO, "Fifo", "FIFO", "priority_deadline", "PriorityDeadline", "priority-deadline"]);

/** Keys of the engine that the reference's files do not have. */
export const ENGINE_KEYS = [
  "eod_rush_threshold",
  "queue1_ordering",
  "priority_mode",
  "algorithm_sequencing",
  "entry_disposition_offsetting",
  "priority_escalation",
  "daily_liquidity_reallocation",
] as const;

const agents = ruled(list(agent, { min: 1 }), (found) => {
  const ids = found.map(({ id }) => id);
  const repeated = ids.filter((id) => ids.indexOf(id) !== ids.lastIndexOf(id));
  return repeated.length === 0
    ? undefined
    : `Value error, Duplicate agent IDs found: [${repeated.map(quoted).join(", ")}]`;
});

/** A text as the reference's language shows it in a list. */
function quoted(id: string): string {
  const escaped = id.replaceAll("\\", "\\\\");
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}

/** A whole file. */
export const scenarioFile = record("SimulationConfig", {
  simulation: required(simulation),
  agents: required(agents),
  cost_rates: defaulted(costRates, filled(costRates)),
  lsm_config: defaulted(lsmConfig, filled(lsmConfig)),
  scenario_events: optional(list(scenarioEvent)),
  policy_feature_toggles: optional(toggles("PolicyFeatureToggles", "category", POLICY_CATEGORIES)),
  cost_feature_toggles: optional(
    toggles("CostFeatureToggles", "cost category", ["PerTick", "OneTime", "Daily", "Modifier"]),
  ),
  deferred_crediting: defaulted(flag, false),
  deadline_cap_at_eod: defaulted(flag, false),
  eod_rush_threshold: defaulted(double, 0.8),
  queue1_ordering: defaulted(
    ruled(
      text,
      (name) =>
        ORDERINGS.has(name) ? undefined : `Invalid queue1_ordering: '${name}'. Must be 'fifo' or 'priority_deadline'`,
    ),
    FIFO,
  ),
  priority_mode: defaulted(flag, false),
  algorithm_sequencing: defaulted(flag, false),
  entry_disposition_offsetting: defaulted(flag, false),
  priority_escalation: defaulted(escalation, filled(escalation)),
  daily_liquidity_reallocation: defaulted(flag, true),
});

/** A record of defaults only. */
function filled<T>(kind: Kind<T>): T {
  const findings = new Findings();
  const read = kind.read({}, [], findings);
  if (read === REFUSED) throw new TypeError("a record of defaults has a required key");
  return read;
}

/** The content of a file. */
export type ScenarioFile = ValueOf<typeof scenarioFile>;
