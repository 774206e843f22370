/**
 * The file of a paired sweep (`--config`): what it may say, checked as a whole. Import this module only when there is a
 * file: it brings the schema library along. The sections `grid` and `runner` are those of a ring sweep; a section named
 * after the kind of sweep holds what is its own. Source: spec 03 8.2 and 16, spec 09 9.
 *
 * @module
 */
import { z } from "zod";
import type { Decimal } from "../core/decimal.ts";
import { type Issue, ValidationError } from "../core/errors.ts";
import { parseYaml } from "../core/yaml_text.ts";
import {
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
import { BALANCED_RULES, DEALER_RULES } from "../ring/scenario/market_rules.ts";
import { unknownKeys } from "../ring/scenario/unknown_keys.ts";
import { type CloudSyncConfig, cloudSyncFields, cloudSyncOf, idleCloudSync } from "./cloud_sync_config.ts";
import type {
  BalancedSettings,
  ComparisonSettings,
  Overrides,
  PairedSettings,
  RiskSettings,
} from "./paired_settings.ts";

/** What the file of a paired sweep says. */
export interface PairedConfig<S> {
  /** Where the sweep goes, unless a flag says so; null when the file is silent. */
  readonly outDir: string | null;
  readonly overrides: Overrides<S>;
  readonly cloudSync: CloudSyncConfig;
  /** What the file says without effect. */
  readonly warnings: readonly Issue[];
}

/** Options of {@linkcode loadComparisonConfig} and {@linkcode loadBalancedConfig}. */
export interface ConfigOptions {
  /** Keys that nobody knows give a warning, not an error. */
  readonly reference?: boolean;
}

const decimals = optional(list(decimal));
const share = optional(ruled(decimal, DEALER_RULES.share));

const riskFields = {
  lookback_window: optional(ruled(integer, DEALER_RULES.lookbackWindow)),
  smoothing_alpha: optional(ruled(decimal, DEALER_RULES.smoothingAlpha)),
  base_risk_premium: optional(ruled(decimal, DEALER_RULES.premium)),
  urgency_sensitivity: optional(ruled(decimal, DEALER_RULES.premium)),
  use_issuer_specific: optional(flag),
  buy_premium_multiplier: optional(ruled(decimal, DEALER_RULES.buyPremiumMultiplier)),
};

const gridFields = { kappas: decimals, concentrations: decimals, mus: decimals, monotonicities: decimals };

const runnerFields = {
  n_agents: optional(integer),
  maturity_days: optional(integer),
  q_total: optional(decimal),
  liquidity_mode: optional(choice(["single_at", "uniform"])),
  liquidity_agent: optional(text),
  base_seed: optional(integer),
  name_prefix: optional(text),
  default_handling: optional(choice(["fail-fast", "expel-agent"])),
  risk_assessment_enabled: optional(flag),
  risk_assessment_config: optional(mapping(riskFields, "RiskAssessmentConfig")),
};

const commonFields = {
  version: ruled(
    integer,
    (value) => value === 1 ? undefined : `Value error, Unsupported sweep config version: ${value}`,
  ).default(1),
  out_dir: optional(text),
  ...cloudSyncFields,
  runner: optional(mapping(runnerFields, "SweepRunnerConfig")),
};

const comparisonFile = z.object({
  type: optional(choice(["comparison"])),
  ...commonFields,
  grid: optional(mapping(gridFields, "SweepGridConfig")),
  comparison: optional(mapping({
    dealer_ticket_size: optional(ruled(decimal, DEALER_RULES.ticketSize)),
    dealer_share: share,
    vbt_share: share,
    detailed_logging: optional(flag),
  }, "ComparisonConfig")),
});

const balancedFile = z.object({
  type: optional(choice(["balanced"])),
  ...commonFields,
  grid: optional(mapping({
    ...gridFields,
    outside_mid_ratios: optional(list(ruled(decimal, BALANCED_RULES.outsideMidRatio))),
  }, "SweepGridConfig")),
  balanced: optional(mapping({
    face_value: optional(ruled(decimal, BALANCED_RULES.faceValue)),
    big_entity_share: optional(ruled(decimal, BALANCED_RULES.bigEntityShare)),
    vbt_share_per_bucket: share,
    dealer_share_per_bucket: share,
    vbt_share: share,
    rollover_enabled: optional(flag),
    detailed_logging: optional(flag),
  }, "BalancedConfig")),
});

/**
 * Reads the text of a file for `sweep comparison`.
 *
 * @throws {ValidationError} listing every problem.
 */
export function loadComparisonConfig(
  source: string,
  subject: string,
  options: ConfigOptions = {},
): PairedConfig<ComparisonSettings> {
  const { file, warnings } = checkedFile(comparisonFile, source, subject, options);
  const own = file.comparison;
  return {
    outDir: file.out_dir,
    overrides: {
      ...commonOverrides(file),
      ticketSize: own?.dealer_ticket_size ?? undefined,
      dealerShare: own?.dealer_share ?? undefined,
      vbtShare: own?.vbt_share ?? undefined,
      detailedLogging: own?.detailed_logging ?? undefined,
    },
    cloudSync: cloudSyncOf(file),
    warnings: [...warnings, ...idleCloudSync(file)],
  };
}

/** Reads the text of a file for `sweep balanced`; see {@linkcode loadComparisonConfig}. */
export function loadBalancedConfig(
  source: string,
  subject: string,
  options: ConfigOptions = {},
): PairedConfig<BalancedSettings> {
  const { file, warnings } = checkedFile(balancedFile, source, subject, options);
  const own = file.balanced;
  return {
    outDir: file.out_dir,
    overrides: {
      ...commonOverrides(file),
      outsideMidRatios: filled(file.grid?.outside_mid_ratios),
      faceValue: own?.face_value ?? undefined,
      bigEntityShare: own?.big_entity_share ?? undefined,
      vbtSharePerBucket: own?.vbt_share_per_bucket ?? undefined,
      dealerSharePerBucket: own?.dealer_share_per_bucket ?? undefined,
      vbtShare: own?.vbt_share ?? undefined,
      rolloverEnabled: own?.rollover_enabled ?? undefined,
      detailedLogging: own?.detailed_logging ?? undefined,
    },
    cloudSync: cloudSyncOf(file),
    warnings: [...warnings, ...idleCloudSync(file)],
  };
}

function checkedFile<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  source: string,
  subject: string,
  { reference = false }: ConfigOptions,
): { readonly file: z.output<z.ZodObject<T>>; readonly warnings: readonly Issue[] } {
  const value = parseYaml(source, subject);
  if (!isMapping(value)) throw new ValidationError("Sweep configuration must be a YAML mapping", []);
  const unknown = unknownKeys(schema, value);
  const parsed = schema.safeParse(value, { reportInput: true });
  const issues = [...(reference ? [] : unknown), ...(parsed.success ? [] : fieldIssues(parsed.error))];
  if (!parsed.success || issues.length > 0) throw new ValidationError("Invalid sweep configuration", issues);
  return { file: parsed.data, warnings: reference ? unknown : [] };
}

type CommonFile = Pick<z.output<typeof comparisonFile>, "grid" | "runner">;

function commonOverrides({ grid, runner }: CommonFile): Overrides<PairedSettings> {
  return {
    kappas: filled(grid?.kappas),
    concentrations: filled(grid?.concentrations),
    mus: filled(grid?.mus),
    monotonicities: filled(grid?.monotonicities),
    nAgents: runner?.n_agents ?? undefined,
    maturityDays: runner?.maturity_days ?? undefined,
    qTotal: runner?.q_total ?? undefined,
    liquidityMode: runner?.liquidity_mode ?? undefined,
    liquidityAgent: runner?.liquidity_agent ?? undefined,
    baseSeed: runner?.base_seed ?? undefined,
    namePrefix: runner?.name_prefix ?? undefined,
    defaultHandling: runner?.default_handling ?? undefined,
    riskAssessment: runner?.risk_assessment_enabled ?? undefined,
    risk: riskOverrides(runner?.risk_assessment_config),
  };
}

type RiskFile = NonNullable<NonNullable<CommonFile["runner"]>["risk_assessment_config"]>;

function riskOverrides(risk: RiskFile | null | undefined): RiskSettings | undefined {
  if (risk === null || risk === undefined) return undefined;
  return {
    lookbackWindow: risk.lookback_window ?? undefined,
    smoothingAlpha: risk.smoothing_alpha ?? undefined,
    baseRiskPremium: risk.base_risk_premium ?? undefined,
    urgencySensitivity: risk.urgency_sensitivity ?? undefined,
    useIssuerSpecific: risk.use_issuer_specific ?? undefined,
    buyPremiumMultiplier: risk.buy_premium_multiplier ?? undefined,
  };
}

/** An empty list says nothing. */
function filled(values: readonly Decimal[] | null | undefined): readonly Decimal[] | undefined {
  return values === null || values === undefined || values.length === 0 ? undefined : values;
}
