/**
 * The flags of `bilancio sweep comparison` and `bilancio sweep balanced` (spec 03 8.3, 16, 09 5) and the settings that
 * they stand for.
 *
 * @module
 */
import type {
  BalancedSettings,
  ComparisonSettings,
  Overrides,
  PairedSettings,
} from "../experiments/paired_settings.ts";
import { exact, list, real } from "./decimal_flags.ts";
import { type CommandShape, type FlagValues, oneOf, onOff, path, text, wholeNumber } from "./flags.ts";
import { EXECUTION_FLAGS } from "./sweep_execution.ts";

const PLACE = {
  "config": path("FILE", "sweep file (YAML); a flag wins over what the file says"),
  "out-dir": path("DIR", "where the sweep's files go; required unless the file says it"),
};

const GRID = {
  "kappas": list("cash per debt, > 0", "0.25,0.5,1,2,4", "Grid"),
  "concentrations": list("inequality of the debts, > 0: small is unequal", "0.2,0.5,1,2,5"),
  "mus": list("spread of the due days, 0 to 1", "0,0.25,0.5,0.75,1"),
  "monotonicities": list("order of the debts around the ring, -1 to 1", "0"),
};

const RING = {
  "n-agents": wholeNumber("N", "agents of a ring, at least 3", {}, { fallback: "100", group: "Rings" }),
  "maturity-days": wholeNumber("N", "last day on which a debt can be due", {}, { fallback: "10" }),
};

const RING_REST = {
  "liquidity-mode": oneOf(["single_at", "uniform"], "who starts with the cash", { fallback: "uniform" }),
  "liquidity-agent": text("ID", "who has it under single_at, such as H1"),
  "base-seed": wholeNumber("N", "seed of both runs of the first pair; each later pair takes the next number", {}, {
    fallback: "42",
  }),
  "default-handling": oneOf(["fail-fast", "expel-agent"], "what happens to an agent that cannot pay", {
    fallback: "fail-fast",
  }),
};

const RISK = {
  "risk-assessment": onOff("traders judge the risk of a claim before they trade", {
    negatable: true,
    fallback: "on",
    group: "Traders",
  }),
  "risk-premium": exact("fraction of face that a trader wants for bearing risk", "0.02"),
  "risk-urgency": exact("how far a trader in need of cash gives way", "0.10"),
};

const VERBOSE = { "verbose": onOff("one line for each finished run instead of a bar") };
const REFERENCE = { "reference": onOff("behave as the reference implementation, defects included") };
const logging = (fallback: string) =>
  onOff("keep the tables of trades, inventories, system states and repayments of runs with dealers", {
    negatable: true,
    fallback,
  });

const COMPARISON_FLAGS = {
  ...PLACE,
  ...GRID,
  ...RING,
  "q-total": real("sum of all debts of a ring", "10000.0"),
  ...RING_REST,
  "name-prefix": text("TEXT", "how the names of the scenarios begin", { fallback: "Dealer Comparison" }),
  ...REFERENCE,
  "dealer-ticket-size": real("face of a ticket", "1.0", "Dealers of the treatment"),
  "dealer-share": real("share of the claims that the dealers start with", "0.25"),
  "vbt-share": real("share of the claims that value-based traders start with", "0.50"),
  "detailed-logging": logging("off"),
  ...RISK,
  ...EXECUTION_FLAGS,
  ...VERBOSE,
};

const BALANCED_FLAGS = {
  ...PLACE,
  ...GRID,
  "outside-mid-ratios": list(
    "price of the outside holders' claims per face, above 0 and up to 1",
    "1.0,0.9,0.8,0.75,0.5",
  ),
  ...RING,
  "q-total": exact("sum of all debts of a ring", "10000"),
  ...RING_REST,
  "name-prefix": text("TEXT", "how the names of the scenarios begin", { fallback: "Balanced Comparison" }),
  "rollover": onOff("a paid debt is lent again", { negatable: true, fallback: "on" }),
  ...REFERENCE,
  "face-value": exact("face of a ticket", "20", "Holders and dealers"),
  "vbt-share-per-bucket": exact("claims of a bucket's value-based trader per ring debt of the bucket", "0.25"),
  "dealer-share-per-bucket": exact("claims of a bucket's dealer per ring debt of the bucket", "0.125"),
  "vbt-share": exact("share of the claims that value-based traders of the active market start with", "0.50"),
  "big-entity-share": exact("without effect; recorded for older tools", "0.25"),
  "detailed-logging": logging("on"),
  ...RISK,
  ...EXECUTION_FLAGS,
  ...VERBOSE,
};

const PAIRS = "Every pair is the same economy twice, from the same seed: what differs is trading alone. The summary " +
  "states how sure the mean effect is (paired standard errors) and how alike the two arms are.";
const AGAIN =
  "The same sweep started again in the same directory runs only what is missing. Ctrl-C finishes the runs " +
  "in flight and keeps what is done.";

/** What `bilancio sweep comparison` takes. */
export const SWEEP_COMPARISON: CommandShape<typeof COMPARISON_FLAGS> = {
  name: "sweep comparison",
  summary: "Simulates rings of debts without and with dealers, in pairs",
  positionals: [],
  flags: COMPARISON_FLAGS,
  details: [
    `The control is a plain ring; in the treatment dealers buy and sell its claims. ${PAIRS}`,
    AGAIN,
  ],
  examples: [
    [
      "bilancio sweep comparison --n-agents 30 --kappas 0.25,0.5,1 --default-handling expel-agent --out-dir out/dealers",
      "75 pairs and a page that compares them",
    ],
  ],
};

/** What `bilancio sweep balanced` takes. */
export const SWEEP_BALANCED: CommandShape<typeof BALANCED_FLAGS> = {
  name: "sweep balanced",
  summary: "Simulates rings whose claims are partly held outside, without and with trading, in pairs",
  positionals: [],
  flags: BALANCED_FLAGS,
  details: [
    `Outside holders own claims on every agent. In the passive arm they only hold them, in the active arm dealers make a market. ${PAIRS}`,
    AGAIN,
  ],
  examples: [
    [
      "bilancio sweep balanced --config examples/sweeps/balanced.yaml --out-dir out/balanced",
      "a small sweep from a file",
    ],
    [
      "bilancio sweep balanced --kappas 0.5,1 --outside-mid-ratios 0.9,0.5 --executor pool --out-dir out/ratios",
      "100 pairs on all cores",
    ],
  ],
};

/** The values of the flags. */
export type ComparisonFlags = FlagValues<typeof COMPARISON_FLAGS>;
/** The values of the flags. */
export type BalancedFlags = FlagValues<typeof BALANCED_FLAGS>;

/** The settings that the flags of `sweep comparison` give; what is absent stays undefined. */
export function comparisonFromFlags(flags: ComparisonFlags): Overrides<ComparisonSettings> {
  return {
    ...commonFromFlags(flags),
    ticketSize: flags["dealer-ticket-size"],
    dealerShare: flags["dealer-share"],
  };
}

/** The settings that the flags of `sweep balanced` give. */
export function balancedFromFlags(flags: BalancedFlags): Overrides<BalancedSettings> {
  return {
    ...commonFromFlags(flags),
    outsideMidRatios: flags["outside-mid-ratios"],
    faceValue: flags["face-value"],
    bigEntityShare: flags["big-entity-share"],
    vbtSharePerBucket: flags["vbt-share-per-bucket"],
    dealerSharePerBucket: flags["dealer-share-per-bucket"],
    rolloverEnabled: flags.rollover,
  };
}

function commonFromFlags(flags: ComparisonFlags | BalancedFlags): Overrides<PairedSettings> {
  return {
    kappas: flags.kappas,
    concentrations: flags.concentrations,
    mus: flags.mus,
    monotonicities: flags.monotonicities,
    nAgents: flags["n-agents"],
    maturityDays: flags["maturity-days"],
    qTotal: flags["q-total"],
    liquidityMode: flags["liquidity-mode"],
    liquidityAgent: flags["liquidity-agent"],
    baseSeed: flags["base-seed"],
    namePrefix: flags["name-prefix"],
    defaultHandling: flags["default-handling"],
    vbtShare: flags["vbt-share"],
    riskAssessment: flags["risk-assessment"],
    risk: { baseRiskPremium: flags["risk-premium"], urgencySensitivity: flags["risk-urgency"] },
    detailedLogging: flags["detailed-logging"],
  };
}
