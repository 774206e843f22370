/**
 * The generator's part of a scenario file: `generator`, `name_prefix`, `params`, `compile`.
 * Source: specification chapters 01 (A1.4) and 03 (16).
 *
 * @module
 */
import { z } from "zod";
import {
  bigInteger,
  choice,
  decimal,
  flag,
  integer,
  list,
  mapping,
  optional,
  ruled,
  text,
} from "../scenario/fields.ts";
import { policyOverrides, version } from "../scenario/sections.ts";
import { type Allocation, RING_DEFAULTS, RING_GENERATOR, RING_RULES, type RingSpec } from "./spec.ts";

const allocationFields = mapping({
  mode: choice(["single_at", "uniform", "vector"]).default("uniform"),
  agent: optional(text),
  vector: optional(list(decimal)),
}, "LiquidityAllocation");

const allocation = ruled(allocationFields, (fields) => {
  if (fields.mode === "single_at") return RING_RULES.agent(fields.agent);
  return fields.mode === "vector" ? RING_RULES.vector(fields.vector) : undefined;
}).transform((fields): Allocation => {
  if (fields.mode === "single_at") return { mode: "single_at", agent: fields.agent ?? "" };
  return fields.mode === "vector" ? { mode: "vector", vector: fields.vector ?? [] } : { mode: "uniform" };
});

const params = mapping({
  n_agents: ruled(integer, RING_RULES.nAgents).default(RING_DEFAULTS.nAgents),
  seed: bigInteger.default(RING_DEFAULTS.seed),
  kappa: ruled(decimal, RING_RULES.kappa),
  Q_total: optional(decimal),
  liquidity: mapping({
    total: optional(ruled(decimal, RING_RULES.liquidityTotal)),
    allocation: allocation.default({ mode: "uniform" }),
  }, "LiquiditySpec").default({ total: null, allocation: { mode: "uniform" } }),
  inequality: mapping({
    scheme: choice(["dirichlet"]).default("dirichlet"),
    concentration: ruled(decimal, RING_RULES.concentration).default(RING_DEFAULTS.concentration),
    monotonicity: ruled(decimal, RING_RULES.monotonicity).default(RING_DEFAULTS.monotonicity),
  }, "InequalitySpec").default({
    scheme: "dirichlet",
    concentration: RING_DEFAULTS.concentration,
    monotonicity: RING_DEFAULTS.monotonicity,
  }),
  maturity: mapping({
    days: ruled(integer, RING_RULES.maturityDays).default(RING_DEFAULTS.maturityDays),
    mode: choice(["lead_lag"]).default("lead_lag"),
    mu: ruled(decimal, RING_RULES.mu).default(RING_DEFAULTS.mu),
  }, "MaturitySpec").default({ days: RING_DEFAULTS.maturityDays, mode: "lead_lag", mu: RING_DEFAULTS.mu }),
  currency: text.default("USD"),
  policy_overrides: policyOverrides,
}, "RingExplorerParams");

/** The generator's keys of a scenario file. */
export const generatorFile = z.object({
  version: version("generator"),
  generator: choice([RING_GENERATOR]),
  name_prefix: text,
  params,
  compile: mapping({ out_dir: optional(text), emit_yaml: flag.default(true) }, "CompileSpec")
    .default({ out_dir: null, emit_yaml: true }),
});

/** What the generator's keys say. */
export type GeneratorFile = z.output<typeof generatorFile>;

/** The exact request for the generator. */
export function ringSpecOf(file: GeneratorFile): RingSpec {
  const { liquidity, inequality, maturity } = file.params;
  return {
    variant: "plain",
    namePrefix: file.name_prefix,
    nAgents: file.params.n_agents,
    seed: file.params.seed,
    kappa: file.params.kappa,
    qTotal: file.params.Q_total,
    liquidityTotal: liquidity.total,
    allocation: liquidity.allocation,
    concentration: inequality.concentration,
    monotonicity: inequality.monotonicity,
    maturityDays: maturity.days,
    mu: maturity.mu,
    mopRank: file.params.policy_overrides?.mop_rank ?? {},
    defaultHandling: "fail-fast",
    rolloverEnabled: false,
    dealer: null,
  };
}
