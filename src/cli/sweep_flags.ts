/**
 * The flags of `bilancio sweep ring` (spec 03 8.1, 09 5) and the settings that they stand for.
 *
 * @module
 */
import type { RingSweepOverrides } from "../experiments/ring_settings.ts";
import { list, real } from "./decimal_flags.ts";
import { type CommandShape, type FlagValues, oneOf, onOff, path, text, wholeNumber } from "./flags.ts";
import { EXECUTION_FLAGS } from "./sweep_execution.ts";

const FLAGS = {
  "config": path("FILE", "sweep file (YAML); a flag wins over what the file says"),
  "out-dir": path("DIR", "where the sweep's files go", { fallback: "out/experiments/<time>_ring" }),
  "grid": onOff("run every combination of the four lists", { negatable: true, fallback: "on", group: "Grid" }),
  "kappas": list("cash per debt, > 0", "0.25,0.5,1,2,4"),
  "concentrations": list("inequality of the debts, > 0: small is unequal", "0.2,0.5,1,2,5"),
  "mus": list("spread of the due days, 0 to 1", "0,0.25,0.5,0.75,1"),
  "monotonicities": list("order of the debts around the ring, -1 to 1", "0"),
  "lhs": wholeNumber("N", "points of a Latin hypercube over the ranges below", { min: 0 }, {
    fallback: "0",
    group: "Latin hypercube",
  }),
  "kappa-min": real("range of kappa", "0.2"),
  "kappa-max": real("range of kappa, upper end", "5.0"),
  "c-min": real("range of the concentration", "0.2"),
  "c-max": real("range of the concentration, upper end", "5.0"),
  "mu-min": real("range of mu", "0.0"),
  "mu-max": real("range of mu, upper end", "1.0"),
  "monotonicity-min": real("range of the monotonicity", "0.0"),
  "monotonicity-max": real("range of the monotonicity, upper end", "0.0"),
  "frontier": onOff("search the smallest kappa at which everything is paid, for each cell of the grid's other lists", {
    negatable: true,
    fallback: "off",
    group: "Frontier",
  }),
  "frontier-low": real("kappa to start from", "0.1"),
  "frontier-high": real("kappa to go up to at first", "4.0"),
  "frontier-tolerance": real("delta that counts as paid, and width of kappa that ends the search", "0.02"),
  "frontier-iterations": wholeNumber("N", "halvings of the interval", { min: 0 }, { fallback: "6" }),
  "n-agents": wholeNumber("N", "agents of a ring, at least 3", {}, { fallback: "5", group: "Rings" }),
  "maturity-days": wholeNumber("N", "last day on which a debt can be due", {}, { fallback: "3" }),
  "q-total": real("sum of all debts of a ring", "500.0"),
  "liquidity-mode": oneOf(["single_at", "uniform"], "who starts with the cash", { fallback: "single_at" }),
  "liquidity-agent": text("ID", "who has it under single_at", { fallback: "H1" }),
  "base-seed": wholeNumber("N", "seed of the first run; each later run takes the next number", {}, { fallback: "42" }),
  "name-prefix": text("TEXT", "how the names of the scenarios begin", { fallback: "Kalecki Ring Sweep" }),
  "default-handling": oneOf(["fail-fast", "expel-agent"], "what happens to an agent that cannot pay", {
    fallback: "fail-fast",
  }),
  "reference": onOff("behave as the reference implementation, defects included"),
  ...EXECUTION_FLAGS,
};

/** What `bilancio sweep ring` takes. */
export const SWEEP_RING: CommandShape<typeof FLAGS> = {
  name: "sweep ring",
  summary: "Simulates rings of debts over a range of parameters",
  positionals: [],
  flags: FLAGS,
  details: [
    "Every run is a ring of agents in which each owes the next. kappa is the cash per debt, concentration the equality " +
    "of the debts, mu the spread of their due days. delta is the share of the debts that was not paid on time.",
    "The same sweep started again in the same directory runs only what is missing. Ctrl-C finishes the runs in flight " +
    "and keeps what is done.",
  ],
  examples: [
    [
      "bilancio sweep ring --kappas 0.25,0.5,1,2 --liquidity-mode uniform --default-handling expel-agent --out-dir out/first",
      "100 rings, each with its cash spread evenly, and a dashboard",
    ],
    [
      "bilancio sweep ring --config examples/sweeps/grid.yaml --executor pool --out-dir out/grid",
      "a sweep from a file",
    ],
    [
      "bilancio sweep ring --no-grid --lhs 5000 --n-agents 100 --executor pool --artifacts none",
      "many runs, numbers only",
    ],
  ],
};

/** The values of the flags. */
export type SweepRingFlags = FlagValues<typeof FLAGS>;

/** The settings that the flags give; what is absent stays undefined. */
export function settingsFromFlags(flags: SweepRingFlags): RingSweepOverrides {
  return {
    grid: flags.grid,
    kappas: flags.kappas,
    concentrations: flags.concentrations,
    mus: flags.mus,
    monotonicities: flags.monotonicities,
    lhs: flags.lhs,
    kappaMin: flags["kappa-min"],
    kappaMax: flags["kappa-max"],
    concentrationMin: flags["c-min"],
    concentrationMax: flags["c-max"],
    muMin: flags["mu-min"],
    muMax: flags["mu-max"],
    monotonicityMin: flags["monotonicity-min"],
    monotonicityMax: flags["monotonicity-max"],
    frontier: flags.frontier,
    frontierLow: flags["frontier-low"],
    frontierHigh: flags["frontier-high"],
    frontierTolerance: flags["frontier-tolerance"],
    frontierIterations: flags["frontier-iterations"],
    nAgents: flags["n-agents"],
    maturityDays: flags["maturity-days"],
    qTotal: flags["q-total"],
    liquidityMode: flags["liquidity-mode"],
    liquidityAgent: flags["liquidity-agent"],
    baseSeed: flags["base-seed"],
    namePrefix: flags["name-prefix"],
    defaultHandling: flags["default-handling"],
  };
}
