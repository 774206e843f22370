/**
 * The plan of a paired sweep: for every point of the grid two runs with the same seed, one without and one with
 * trading, one behind the other. Source: spec 03 6 and 7, spec 09 5.
 *
 * @module
 */
import type { Decimal } from "../core/decimal.ts";
import { ringHeader } from "./ring_header.ts";
import { trimmedText } from "../core/number_text.ts";
import type { DealerText, RiskAssessmentText } from "../ring/generator/dealer_text.ts";
import type { BalancedTermsText, RingSpecText } from "../ring/generator/spec.ts";
import type { Values } from "./contracts.ts";
import { ENGINE_VERSION } from "./engine_version.ts";
import type { AnyPairedSettings, BalancedSettings, PairedSettings } from "./paired_settings.ts";
import type { Plan, PlanHeader, PlannedRun, PlanSetting } from "./plan.ts";
import { type BehavioursText, behavioursText, type RingSpecSource } from "./ring_source.ts";
import { RunIds } from "./run_ids.ts";
import { gridPoints, type Point } from "./samplers.ts";

/** One arm of a paired design. */
export interface Arm {
  /** Its directory, and the word for it in tables: `passive`, `control`, ... */
  readonly name: string;
  /** Phase of its runs; their ids begin with it. */
  readonly phase: string;
}

/** A paired design: what is compared with what. */
export interface PairedDesign {
  readonly kind: AnyPairedSettings["kind"];
  /** Without trading. */
  readonly baseline: Arm;
  /** With trading. */
  readonly trading: Arm;
}

/** Control against treatment (spec 03 6). */
export const COMPARISON: PairedDesign = Object.freeze({
  kind: "comparison",
  baseline: { name: "control", phase: "comparison_control" },
  trading: { name: "treatment", phase: "comparison_treatment" },
});

/** Passive against active holders (spec 03 7). */
export const BALANCED: PairedDesign = Object.freeze({
  kind: "balanced",
  baseline: { name: "passive", phase: "balanced_passive" },
  trading: { name: "active", phase: "balanced_active" },
});

/** The design of a plan by its kind; undefined for a plan that has no pairs. */
export function designOf(kind: string): PairedDesign | undefined {
  return [COMPARISON, BALANCED].find((design) => design.kind === kind);
}

/** The two runs of a pair. */
export interface PlannedPair {
  readonly baseline: PlannedRun;
  readonly trading: PlannedRun;
}

/** The plan of a paired sweep. */
export function planPairedSweep(settings: AnyPairedSettings): Plan {
  const design = settings.kind === "balanced" ? BALANCED : COMPARISON;
  const planner = new PairPlanner(design, settings);
  const runs: PlannedRun[] = [];
  // The ratio turns slowest (spec 03 7); a comparison has none.
  for (const ratio of settings.kind === "balanced" ? settings.outsideMidRatios : [null]) {
    for (const point of gridPoints(settings)) runs.push(...planner.pair(point, ratio));
  }
  return { header: pairedHeader(settings), runs };
}

/** The pairs of a plan, in its order. */
export function plannedPairs(design: PairedDesign, runs: readonly PlannedRun[]): PlannedPair[] {
  const pairs: PlannedPair[] = [];
  runs.forEach((baseline, i) => {
    const trading = runs[i + 1];
    if (baseline.phase !== design.baseline.phase || trading?.phase !== design.trading.phase) return;
    pairs.push({ baseline, trading });
  });
  return pairs;
}

/** What the runs of one arm have in common. */
interface ArmCommon {
  readonly arm: Arm;
  readonly spec: Omit<RingSpecText, "kappa">;
  readonly ids: RunIds;
  readonly parameters: Values;
}

/** Turns points into pairs; every pair takes the next seed. */
class PairPlanner {
  readonly #settings: AnyPairedSettings;
  readonly #behaviours: BehavioursText;
  readonly #arms: readonly ArmCommon[];
  #seed: number;

  constructor(design: PairedDesign, settings: AnyPairedSettings) {
    this.#settings = settings;
    this.#behaviours = behavioursText(settings.behaviours);
    this.#arms = [this.#common(design.baseline, null), this.#common(design.trading, dealerOf(settings))];
    this.#seed = settings.baseSeed;
  }

  pair(point: Point, ratio: Decimal | null): PlannedRun[] {
    const seed = this.#seed++;
    const values = {
      kappa: point.kappa.toString(),
      concentration: point.concentration.toString(),
      mu: point.mu.toString(),
      monotonicity: point.monotonicity.toString(),
    };
    const outside: { outside_mid_ratio?: string } = ratio === null ? {} : { outside_mid_ratio: ratio.toString() };
    return this.#arms.map(({ arm, spec, ids, parameters }) => {
      const source: RingSpecSource = {
        spec: { ...spec, seed, ...values, ...this.#balanced(ratio) },
        behaviours: this.#behaviours,
        ...(this.#settings.detailedLogging ? { detailedLogging: true } : {}),
      };
      return {
        runId: ids.next(arm.phase, null, { seed, ...values, ...outside }),
        phase: arm.phase,
        label: null,
        parameters: {
          phase: arm.phase,
          seed,
          n_agents: this.#settings.nAgents,
          ...values,
          ...parameters,
          regime: arm.name,
          ...outside,
        },
        seed,
        source,
      };
    });
  }

  #common(arm: Arm, dealer: DealerText | null): ArmCommon {
    const settings = this.#settings;
    const spec = {
      ...commonSpec(settings, arm),
      ...(dealer === null ? {} : { dealer }),
    };
    const common = { spec, behaviours: this.#behaviours, balanced: this.#balanced(null) };
    return {
      arm,
      spec,
      ids: new RunIds("ring", common),
      parameters: {
        maturity_days: settings.maturityDays,
        Q_total: settings.qTotal.toString(),
        default_handling: settings.defaultHandling,
        dealer_enabled: dealer !== null,
      },
    };
  }

  #balanced(ratio: Decimal | null): { variant?: "balanced"; balanced?: BalancedTermsText } {
    const settings = this.#settings;
    if (settings.kind !== "balanced") return {};
    return {
      variant: "balanced",
      balanced: {
        faceValue: settings.faceValue.toString(),
        vbtSharePerBucket: settings.vbtSharePerBucket.toString(),
        dealerSharePerBucket: settings.dealerSharePerBucket.toString(),
        ...(ratio === null ? {} : { outsideMidRatio: ratio.toString() }),
      },
    };
  }
}

/** `<prefix> (Passive)`: each arm names its scenarios (spec 03 6 and 7). */
function commonSpec(settings: AnyPairedSettings, { name }: Arm): Omit<RingSpecText, "kappa"> {
  const { liquidityMode, liquidityAgent } = settings;
  return {
    namePrefix: `${settings.namePrefix} (${name.charAt(0).toUpperCase()}${name.slice(1)})`,
    nAgents: settings.nAgents,
    qTotal: settings.qTotal.toString(),
    allocation: liquidityMode === "single_at"
      ? { mode: "single_at", agent: liquidityAgent ?? "" }
      : { mode: liquidityMode },
    maturityDays: settings.maturityDays,
    defaultHandling: settings.defaultHandling,
    ...(settings.kind === "balanced" ? { rolloverEnabled: settings.rolloverEnabled } : {}),
  };
}

/** The dealer market of the arm with trading (spec 03 6 and 7). */
function dealerOf(settings: AnyPairedSettings): DealerText {
  return {
    enabled: true,
    ticketSize: ticketSize(settings),
    dealerShare: settings.kind === "balanced" ? "0" : settings.dealerShare.toString(),
    vbtShare: settings.vbtShare.toString(),
    riskAssessment: settings.riskAssessment ? riskText(settings) : { enabled: false },
  };
}

function ticketSize(settings: AnyPairedSettings): string {
  const size = settings.kind === "balanced" ? settings.faceValue : settings.ticketSize;
  // behaviour: sweepTicketsAreWhole
  return settings.behaviours.sweepTicketsAreWhole ? size.truncated().toString() : trimmedText(size);
}

function riskText({ risk }: PairedSettings): RiskAssessmentText {
  const text: { -readonly [K in keyof RiskAssessmentText]: RiskAssessmentText[K] } = { enabled: true };
  if (risk.lookbackWindow !== undefined) text.lookbackWindow = risk.lookbackWindow;
  if (risk.smoothingAlpha !== undefined) text.smoothingAlpha = risk.smoothingAlpha.toString();
  if (risk.baseRiskPremium !== undefined) text.baseRiskPremium = risk.baseRiskPremium.toString();
  if (risk.urgencySensitivity !== undefined) text.urgencySensitivity = risk.urgencySensitivity.toString();
  if (risk.useIssuerSpecific !== undefined) text.useIssuerSpecific = risk.useIssuerSpecific;
  if (risk.buyPremiumMultiplier !== undefined) text.buyPremiumMultiplier = risk.buyPremiumMultiplier.toString();
  return text;
}

/** What the sweep depends on, by the names of the flags. */
function pairedHeader(settings: AnyPairedSettings): PlanHeader {
  const list = (values: readonly Decimal[]): PlanSetting => values.map(String);
  const behaviours = behavioursText(settings.behaviours);
  return {
    format: 1,
    kind: settings.kind,
    model: "ring",
    engine: ENGINE_VERSION,
    reference: behaviours === "reference",
    settings: {
      kappas: list(settings.kappas),
      concentrations: list(settings.concentrations),
      mus: list(settings.mus),
      monotonicities: list(settings.monotonicities),
      ...(settings.kind === "balanced" ? { "outside-mid-ratios": list(settings.outsideMidRatios) } : {}),
      ...ringHeader(settings),
      ...(settings.kind === "balanced" ? balancedHeader(settings) : {
        "dealer-ticket-size": settings.ticketSize.toString(),
        "dealer-share": settings.dealerShare.toString(),
      }),
      "vbt-share": settings.vbtShare.toString(),
      ...riskHeader(settings),
      ...(typeof behaviours === "string" ? {} : { behaviours }),
    },
  };
}

function balancedHeader(settings: BalancedSettings): Record<string, PlanSetting> {
  return {
    "face-value": settings.faceValue.toString(),
    "big-entity-share": settings.bigEntityShare.toString(),
    "vbt-share-per-bucket": settings.vbtSharePerBucket.toString(),
    "dealer-share-per-bucket": settings.dealerSharePerBucket.toString(),
    rollover: settings.rolloverEnabled,
  };
}

function riskHeader(settings: PairedSettings): Record<string, PlanSetting> {
  const { risk } = settings;
  const header: Record<string, PlanSetting> = { "risk-assessment": settings.riskAssessment };
  if (!settings.riskAssessment) return header;
  const given = {
    "risk-premium": risk.baseRiskPremium?.toString(),
    "risk-urgency": risk.urgencySensitivity?.toString(),
    "buy-premium-multiplier": risk.buyPremiumMultiplier?.toString(),
    "lookback-window": risk.lookbackWindow,
    "smoothing-alpha": risk.smoothingAlpha?.toString(),
    "use-issuer-specific": risk.useIssuerSpecific,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) header[name] = value;
  return header;
}
