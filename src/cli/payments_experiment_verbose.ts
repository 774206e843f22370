/**
 * Which events of an experiment are shown besides its course: all of them, or some kinds.
 *
 * @module
 */
import { type Flag, type FlagValues, onOff } from "./flags.ts";

/** Kinds of events by flag (spec 08 12, 20). */
const KINDS = {
  "verbose-iterations": ["experiment_start", "iteration_start", "experiment_end", "experiment_summary"],
  "verbose-bootstrap": ["context_simulation_complete", "bootstrap_evaluation", "simulation_run"],
  "verbose-llm": ["llm_interaction", "llm_refusal", "llm_error", "llm_stats"],
  "verbose-policy": ["policy_evaluation"],
  "verbose-metrics": ["evaluation", "iteration_metrics"],
} as const;

/** The flags of the commands that show an experiment. */
export const VERBOSE_FLAGS = {
  "verbose": onOff("show every event"),
  "verbose-iterations": onOff("show how the experiment and its iterations begin and end"),
  "verbose-bootstrap": onOff("show simulations and samples"),
  "verbose-llm": onOff("show what was said to the proposer and what it answered"),
  "verbose-policy": onOff("show what became of proposals"),
  "verbose-metrics": onOff("show costs and liquidity by iteration"),
} as const satisfies Readonly<Record<string, Flag<boolean>>>;

/** Whether an event of a type is shown in full. */
export type Shown = (type: string) => boolean;

/** What the flags ask for. */
export function shownBy(flags: FlagValues<typeof VERBOSE_FLAGS>): Shown {
  if (flags.verbose === true) return () => true;
  const types = new Set<string>();
  for (const [name, kinds] of Object.entries(KINDS)) {
    const isOn = Object.entries(flags).some(([flag, value]) => flag === name && value === true);
    if (isOn) { for (const kind of kinds) types.add(kind); }
  }
  return (type) => types.has(type);
}
