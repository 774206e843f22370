/**
 * The standard studies of the behaviours: sets of runs that are made with any switches, what is measured of each run,
 * and how two sets of measures differ.
 *
 * @module
 */
import { sha256Hex } from "../../src/core/hash.ts";
import { eventLines } from "../../src/core/json_lines.ts";
import { planRingSweep } from "../../src/experiments/ring_sweep.ts";
import { ringSweepSettings } from "../../src/experiments/ring_settings.ts";
import { checkedRingSource } from "../../src/experiments/ring_source.ts";
import { runMetrics } from "../../src/ring/analytics/run_metrics.ts";
import type { Behaviours } from "../../src/ring/behaviours.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { compileRing } from "../../src/ring/generator/compile.ts";
import { ringSpecFromText, type RingSpecText } from "../../src/ring/generator/spec.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import type { Scenario } from "../../src/ring/scenario/types.ts";
import { mixedEconomy } from "../../tests/property/mixed_economies.ts";
import { balancedMarkets, MARKET_ABSENT, MARKET_TEXT, NO_MARKET } from "./market_study.ts";

/** Why a switch cannot change anything in a study. */
export type Absent = { readonly [K in keyof Behaviours]?: string };

/** A set of runs. */
export interface Study {
  readonly name: string;
  /** What is run, for people. */
  readonly text: string;
  readonly absent: Absent;
  /** The scenarios with the given switches, always in the same order. */
  scenarios(behaviours: Behaviours): Scenario[];
}

/** What is measured of one run. */
export interface Measures {
  /** Share of the dues that was not paid on time, 0 to 1; null when nothing was due. */
  readonly delta: number | null;
  /** `time_to_stability`, in days. */
  readonly rest: number;
  /** Largest liquidity gap of a day, in money. */
  readonly gap: number;
  /** Days that were simulated. */
  readonly days: number;
  /** Hash of all events. */
  readonly events: string;
}

/** How much a study moves: after minus before, over all runs. */
export interface Change {
  readonly delta: number;
  /** Share of the runs whose delta moves by more than {@linkcode NEGLIGIBLE}. */
  readonly deltaShare: number;
  /** Mean absolute change of delta per run. */
  readonly deltaSize: number;
  readonly rest: number;
  readonly gap: number;
  readonly days: number;
  /** Share of the runs with other events. */
  readonly eventShare: number;
  /** Share of the runs in which anything at all differs. */
  readonly anyShare: number;
}

/** A smaller change of a measure is rounding of the 28th digit or of a double. */
export const NEGLIGIBLE = 1e-12;

const FILES_ONLY: Absent = {
  unknownPaymentMethodLoads: "only hand-written files",
  badScheduledActionLoads: "only hand-written files",
  sweepTicketsAreWhole: "only paired sweeps with a ticket size that is not whole",
  zeroTermsBecomeDefaults: "only sweeps that ask for 0",
  riskAssessmentStaysOn: "only sweeps that switch it off",
};

const RING_ABSENT: Absent = {
  ...FILES_ONLY,
  depositsPayFromOneBankOnly: "no banks",
  payingOwnBankStopsRun: "no banks",
  clientPaymentUsesLastBank: "no banks",
  selfHeldDebtDefaults: "no debt changes hands",
  ownMoneyCannotBeSplit: "no money returns to its issuer",
  stockTransferUsesOneLot: "no goods",
  failedActionsLeaveTraces: "no action fails",
  pastDueNeverSettles: "no payable is made late",
  maturityDistanceIsDueDay: "all payables are made before day 0",
  rolloverWithoutDistance: "every distance is a day or more",
  executedActionsCancelled: "no staged actions",
  stagedActionsIgnoredByStop: "no staged actions",
  expelledDebtsKeepRunAlive: "debts of the expelled are written off; new ones need banks",
};

const GRID_ABSENT: Absent = {
  ...RING_ABSENT,
  ...NO_MARKET,
  rolloverWithoutDistance: "no rollover",
  rolloverKeepsUnlentAmount: "no rollover",
};

const MIXED_ABSENT: Absent = {
  ...FILES_ONLY,
  ...NO_MARKET,
  floorExcessChargedToLast: "amounts are not generated",
  sweepAmountsAreDoubles: "amounts are not generated",
};

const MIXED_ECONOMIES = 400;

/** The standard studies. */
export const STUDIES: readonly Study[] = [
  {
    name: "market",
    text: MARKET_TEXT,
    absent: { ...RING_ABSENT, ...MARKET_ABSENT },
    scenarios: balancedMarkets,
  },
  {
    name: "grid",
    text: "125 runs of the default grid, fail-fast and again expel-agent; 20 agents, cash spread evenly, 10 days",
    absent: GRID_ABSENT,
    scenarios: (behaviours) => rings({}, behaviours),
  },
  {
    name: "rollover",
    text: "the same 250 runs with rollover",
    absent: { ...RING_ABSENT, ...NO_MARKET },
    scenarios: (behaviours) => rings({ rolloverEnabled: true }, behaviours),
  },
  {
    name: "mixed",
    text: `${MIXED_ECONOMIES} random economies with two banks, deposits, goods and staged actions`,
    absent: MIXED_ABSENT,
    scenarios: (behaviours) => Array.from({ length: MIXED_ECONOMIES }, (_, i) => mixedEconomy(i + 1, behaviours)),
  },
];

/** The runs of the default grid with more agents and days, as a sweep makes them. */
function rings(changes: Partial<RingSpecText>, behaviours: Behaviours): Scenario[] {
  const size = { nAgents: 20, maturityDays: 10, liquidityMode: "uniform", behaviours } as const;
  return (["fail-fast", "expel-agent"] as const).flatMap((defaultHandling) =>
    planRingSweep(ringSweepSettings({ ...size, defaultHandling })).runs.map((run) => {
      const source = checkedRingSource(run.source);
      if (!("spec" in source)) throw new TypeError("a planned ring has a spec");
      return compileRing(ringSpecFromText({ ...source.spec, ...changes }), behaviours, { throughDoubles: true })
        .scenario;
    })
  );
}

/** Runs a study. */
export function measure(study: Study, behaviours: Behaviours): Measures[] {
  return study.scenarios(behaviours).map((scenario) => measuresOf(simulateRing(scenario), behaviours));
}

/** What is measured of a run. */
export function measuresOf(outcome: RingOutcome, behaviours: Behaviours): Measures {
  const { summary, time_to_stability: rest } = runMetrics(outcome, behaviours);
  return {
    delta: summary.delta_total?.toNumber() ?? null,
    rest,
    gap: summary.max_G_t?.toNumber() ?? 0,
    days: outcome.days.length,
    events: sha256Hex(eventLines(outcome.log)),
  };
}

/** Compares two runs of a study. */
export function changeOf(before: readonly Measures[], after: readonly Measures[]): Change {
  const pairs = before.flatMap((a, i) => {
    const b = after[i];
    return b === undefined ? [] : [{ a, b }];
  });
  const mean = (value: (pair: { a: Measures; b: Measures }) => number) =>
    pairs.reduce((sum, pair) => sum + value(pair), 0) / pairs.length;
  // A run in which nothing is due pays all of it.
  const deltaChange = ({ a, b }: { a: Measures; b: Measures }) => (b.delta ?? 0) - (a.delta ?? 0);
  const differs = (value: number) => Math.abs(value) > NEGLIGIBLE;
  return {
    delta: mean(deltaChange),
    deltaShare: mean((pair) => differs(deltaChange(pair)) ? 1 : 0),
    deltaSize: mean((pair) => Math.abs(deltaChange(pair))),
    rest: mean(({ a, b }) => b.rest - a.rest),
    gap: mean(({ a, b }) => b.gap - a.gap),
    days: mean(({ a, b }) => b.days - a.days),
    eventShare: mean(({ a, b }) => a.events === b.events ? 0 : 1),
    anyShare: mean(({ a, b }) =>
      a.events !== b.events || a.rest !== b.rest || a.days !== b.days || differs(b.gap - a.gap) ||
        a.delta !== b.delta
        ? 1
        : 0
    ),
  };
}
