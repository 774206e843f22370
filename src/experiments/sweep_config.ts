/**
 * The file of a sweep (`--config`): what it may say, checked as a whole. Import this module only when there is a file:
 * it brings the schema library along. Source: spec 03 8.2.
 *
 * @module
 */
import { z } from "zod";
import type { Decimal } from "../core/decimal.ts";
import { type Issue, ValidationError } from "../core/errors.ts";
import { parseYaml } from "../core/yaml_text.ts";
import {
  anyMapping,
  choice,
  decimal,
  flag,
  integer,
  isMapping,
  list,
  mapping,
  optional,
  ruled,
  text,
} from "../ring/scenario/fields.ts";
import { fieldIssues } from "../ring/scenario/issues.ts";
import { unknownKeys } from "../ring/scenario/unknown_keys.ts";
import { type DealerText, dealerText } from "../ring/generator/dealer_text.ts";
import { dealerSection } from "../ring/scenario/market_sections.ts";
import { type CloudSyncConfig, cloudSyncFields, cloudSyncOf, idleCloudSync } from "./cloud_sync_config.ts";
import type { RingSweepOverrides } from "./ring_settings.ts";

/** What a sweep file says. */
export interface SweepConfig {
  /** Where the sweep goes, unless a flag says so; null when the file is silent. */
  readonly outDir: string | null;
  readonly overrides: RingSweepOverrides;
  readonly cloudSync: CloudSyncConfig;
  /** What the file says without effect. */
  readonly warnings: readonly Issue[];
}

const range = optional(list(decimal));

const sweepFile = z.object({
  version: ruled(
    integer,
    (value) => value === 1 ? undefined : `Value error, Unsupported sweep config version: ${value}`,
  )
    .default(1),
  out_dir: optional(text),
  ...cloudSyncFields,
  grid: optional(mapping({
    enabled: flag.default(true),
    kappas: list(decimal).default([]),
    concentrations: list(decimal).default([]),
    mus: list(decimal).default([]),
    monotonicities: list(decimal).default([]),
  }, "SweepGridConfig")),
  lhs: optional(mapping({
    count: integer.default(0),
    kappa_range: range,
    concentration_range: range,
    mu_range: range,
    monotonicity_range: range,
  }, "SweepLHSConfig")),
  frontier: optional(mapping({
    enabled: flag.default(false),
    kappa_low: optional(decimal),
    kappa_high: optional(decimal),
    tolerance: optional(decimal),
    max_iterations: optional(integer),
  }, "SweepFrontierConfig")),
  runner: optional(mapping({
    n_agents: optional(integer),
    maturity_days: optional(integer),
    q_total: optional(decimal),
    liquidity_mode: optional(choice(["single_at", "uniform"])),
    liquidity_agent: optional(text),
    base_seed: optional(integer),
    name_prefix: optional(text),
    default_handling: optional(choice(["fail-fast", "expel-agent"])),
    dealer_enabled: flag.default(false),
    dealer_config: optional(anyMapping),
    risk_assessment_enabled: optional(flag),
    risk_assessment_config: optional(anyMapping),
  }, "SweepRunnerConfig")),
});

type SweepFile = z.output<typeof sweepFile>;
type Section<K extends keyof SweepFile> = NonNullable<SweepFile[K]>;

const RANGES = ["kappa_range", "concentration_range", "mu_range", "monotonicity_range"] as const;

/**
 * Reads the text of a sweep file.
 *
 * @param options `reference`: keys that nobody knows give a warning, as the reference's own files need, not an error
 * @throws {ValidationError} listing every problem.
 */
export function loadSweepConfig(text: string, subject: string, options: { reference?: boolean } = {}): SweepConfig {
  return parseSweepConfig(parseYaml(text, subject), options);
}

/** Checks what a sweep file holds; see {@linkcode loadSweepConfig}. */
export function parseSweepConfig(source: unknown, options: { reference?: boolean } = {}): SweepConfig {
  if (!isMapping(source)) throw new ValidationError("Sweep configuration must be a YAML mapping", []);
  const parsed = sweepFile.safeParse(source, { reportInput: true });
  const market = parsed.success ? dealerMarket(parsed.data.runner) : NO_MARKET;
  const unknown = [...unknownKeys(sweepFile, source), ...market.unknown];
  const issues = [
    ...(options.reference === true ? [] : unknown),
    ...(parsed.success ? sectionIssues(parsed.data) : fieldIssues(parsed.error)),
    ...market.issues,
  ];
  if (!parsed.success || issues.length > 0) throw new ValidationError("Invalid sweep configuration", issues);
  return {
    outDir: parsed.data.out_dir,
    overrides: { ...overridesOf(parsed.data), dealer: market.dealer },
    cloudSync: cloudSyncOf(parsed.data),
    warnings: [
      ...(options.reference === true ? unknown : []),
      ...idleMarket(parsed.data.runner),
      ...idleCloudSync(parsed.data),
    ],
  };
}

/** The dealer market that a file asks for, with what is wrong with it. */
interface FileMarket {
  readonly dealer: DealerText | undefined;
  readonly issues: readonly Issue[];
  readonly unknown: readonly Issue[];
}

const NO_MARKET: FileMarket = { dealer: undefined, issues: [], unknown: [] };

/**
 * The `dealer` section that the keys of `runner` make (spec 03 5.2 step 5). The reference checks the keys about risk and
 * drops them; here they reach the runs.
 */
function dealerMarket(runner: SweepFile["runner"]): FileMarket {
  if (runner === null) return NO_MARKET;
  const { dealer_enabled: enabled, dealer_config: own, risk_assessment_config: ownRisk } = runner;
  if (!enabled && own === null && ownRisk === null) return NO_MARKET;
  const { risk_assessment: inner = {}, ...config } = own ?? {};
  const risk = isMapping(inner)
    ? { ...inner, ...ownRisk, enabled: runner.risk_assessment_enabled ?? inner["enabled"] ?? true }
    : inner;
  const section = { ...config, enabled: true, risk_assessment: risk };
  const parsed = dealerSection.safeParse(section, { reportInput: true });
  const placed = (issue: Issue): Issue => {
    const [key, ...rest] = issue.path;
    const inRisk = key === "risk_assessment";
    return {
      ...issue,
      path: inRisk ? ["runner", "risk_assessment_config", ...rest] : ["runner", "dealer_config", ...issue.path],
    };
  };
  return {
    dealer: enabled && parsed.success && parsed.data !== null ? dealerText(parsed.data) : undefined,
    issues: parsed.success ? [] : fieldIssues(parsed.error).map(placed),
    unknown: unknownKeys(dealerSection, section).map(placed),
  };
}

/** Settings of dealers that nobody asked for. */
function idleMarket(runner: SweepFile["runner"]): Issue[] {
  if (runner === null || runner.dealer_enabled || runner.dealer_config === null) return [];
  return [{ path: ["runner", "dealer_config"], message: "has no effect while dealer_enabled is false" }];
}

/** Rules between the fields of a section. */
function sectionIssues(file: SweepFile): Issue[] {
  return [
    ...(file.grid === null ? [] : gridIssues(file.grid)),
    ...(file.lhs === null ? [] : hypercubeIssues(file.lhs)),
    ...(file.frontier === null ? [] : frontierIssues(file.frontier)),
  ];
}

function gridIssues(grid: Section<"grid">): Issue[] {
  if (!grid.enabled) return [];
  const missing = (["kappas", "concentrations", "mus"] as const).filter((name) => grid[name].length === 0);
  return missing.map((name) => rule("grid", `grid.${name} must be provided when grid.enabled is true`));
}

function hypercubeIssues(lhs: Section<"lhs">): Issue[] {
  const wrong = RANGES.filter((name) => {
    const bounds = lhs[name];
    return bounds === null ? lhs.count > 0 && name !== "monotonicity_range" : bounds.length !== 2;
  });
  return wrong.map((name) => rule("lhs", `lhs.${name} must contain exactly two values when lhs.count > 0`));
}

function frontierIssues(frontier: Section<"frontier">): Issue[] {
  if (!frontier.enabled) return [];
  const required = ["kappa_low", "kappa_high", "tolerance", "max_iterations"] as const;
  const missing = required.filter((name) => frontier[name] === null);
  if (missing.length === 0) return [];
  return [rule("frontier", `frontier fields missing when frontier.enabled is true: ${missing.join(", ")}`)];
}

function rule(section: string, message: string): Issue {
  return { path: [section], message: `Value error, ${message}` };
}

function overridesOf({ grid, lhs, frontier, runner }: SweepFile): RingSweepOverrides {
  return {
    grid: grid?.enabled,
    kappas: filled(grid?.kappas),
    concentrations: filled(grid?.concentrations),
    mus: filled(grid?.mus),
    monotonicities: filled(grid?.monotonicities),
    lhs: lhs?.count,
    kappaMin: lhs?.kappa_range?.[0],
    kappaMax: lhs?.kappa_range?.[1],
    concentrationMin: lhs?.concentration_range?.[0],
    concentrationMax: lhs?.concentration_range?.[1],
    muMin: lhs?.mu_range?.[0],
    muMax: lhs?.mu_range?.[1],
    monotonicityMin: lhs?.monotonicity_range?.[0],
    monotonicityMax: lhs?.monotonicity_range?.[1],
    frontier: frontier?.enabled,
    ...(frontier?.enabled === true
      ? {
        frontierLow: frontier.kappa_low ?? undefined,
        frontierHigh: frontier.kappa_high ?? undefined,
        frontierTolerance: frontier.tolerance ?? undefined,
        frontierIterations: frontier.max_iterations ?? undefined,
      }
      : {}),
    nAgents: runner?.n_agents ?? undefined,
    maturityDays: runner?.maturity_days ?? undefined,
    qTotal: runner?.q_total ?? undefined,
    liquidityMode: runner?.liquidity_mode ?? undefined,
    liquidityAgent: runner?.liquidity_agent ?? undefined,
    baseSeed: runner?.base_seed ?? undefined,
    namePrefix: runner?.name_prefix ?? undefined,
    defaultHandling: runner?.default_handling ?? undefined,
  };
}

/** An empty list says nothing. */
function filled(values: readonly Decimal[] | undefined): readonly Decimal[] | undefined {
  return values === undefined || values.length === 0 ? undefined : values;
}
