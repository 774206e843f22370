/**
 * The files of a ring run as text: scenario, events, balances, metrics and pages. Source: spec 03 8.6.
 *
 * @module
 */
import { eventLineBytes } from "../core/json_lines.ts";
import { formatYaml } from "../core/yaml_format.ts";
import type { Artifact } from "../experiments/contracts.ts";
import { metricsPage } from "../reports/metrics_page.ts";
import { ringRunPage } from "../reports/ring_pages.ts";
import { failurePage } from "../reports/run_page.ts";
import { metricFiles } from "../ring/analytics/metric_files.ts";
import type { RunMetrics } from "../ring/analytics/run_metrics.ts";
import { balancesCsv } from "../ring/balances.ts";
import type { RingOutcome } from "../ring/outcome.ts";
import { scenarioDocument } from "../ring/scenario/document.ts";
import type { Scenario } from "../ring/scenario/types.ts";
import { marketArtifacts } from "./market_product.ts";

/** Where the pages of a run lead. */
const RUN_LINKS = [
  { label: "metrics", href: "out/metrics.html" },
  { label: "events", href: "out/events.jsonl" },
  { label: "balances", href: "out/balances.csv" },
  { label: "scenario", href: "scenario.yaml" },
];
const METRICS_LINKS = [{ label: "run", href: "../run.html" }];

/** What the files of a run also depend on. */
export interface ArtifactOptions {
  readonly runId: string;
  /** Whether the tables of a dealer market are kept, too. */
  readonly detailed: boolean;
}

/** Everything that is kept of a run that was simulated. */
export async function runArtifacts(
  scenario: Scenario,
  outcome: RingOutcome,
  metrics: RunMetrics,
  options: ArtifactOptions,
): Promise<readonly Artifact[]> {
  const { market, log } = outcome;
  return [
    scenarioFile(scenario),
    { name: "events.jsonl", content: eventLineBytes(outcome.log) },
    { name: "balances.csv", content: balancesCsv(outcome) },
    ...metricFiles(metrics),
    ...(market === undefined ? [] : marketArtifacts(market, log, options)),
    { name: "metrics.html", content: metricsPage({ ...metrics, subtitle: scenario.name, links: METRICS_LINKS }) },
    { name: "run.html", content: await ringRunPage(scenario, outcome, { totals: metrics.summary, links: RUN_LINKS }) },
  ];
}

/** What is kept of a run that failed: its scenario, when there is one, and a page that says why. */
export function failureArtifacts(runId: string, scenario: Scenario | undefined, error: string): readonly Artifact[] {
  if (scenario === undefined) return [{ name: "run.html", content: failurePage({ name: runId, error }) }];
  const { name, description } = scenario;
  return [scenarioFile(scenario), { name: "run.html", content: failurePage({ name, description, error }) }];
}

function scenarioFile(scenario: Scenario): Artifact {
  return { name: "scenario.yaml", content: formatYaml(scenarioDocument(scenario)) };
}
