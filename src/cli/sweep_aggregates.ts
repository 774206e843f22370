/**
 * The aggregates of a sweep, made from its registry and the files of its runs: `aggregate/results.csv` and
 * `aggregate/dashboard.html` (spec 02 8).
 *
 * @module
 */
import { type ResultRow, resultRows, resultsCsv } from "../experiments/aggregate.ts";
import type { RegistryEntry } from "../experiments/contracts.ts";
import type { PlanHeader } from "../experiments/plan.ts";
import { dashboardPage } from "../reports/dashboard_page.ts";
import type { DashboardPageInput } from "../reports/inputs.ts";
import { readTable } from "../ring/analytics/tables.ts";
import { readTextIfPresent, writeFileAtomic } from "../stores/files/atomic_file.ts";

/** Writes both aggregates of the sweep in a directory and returns the rows of its completed runs. */
export async function writeAggregates(
  directory: string,
  header: PlanHeader,
  entries: readonly RegistryEntry[],
): Promise<readonly ResultRow[]> {
  const rows = await resultRows(entries, (entry) => daysOf(directory, entry), { reference: header.reference });
  // The file stands in aggregate/, its references point from there (spec 02 8.1).
  const cells = rows.map((row) => row.metrics_csv === "" ? row : { ...row, metrics_csv: `../${row.metrics_csv}` });
  writeFileAtomic(`${directory}/aggregate/results.csv`, resultsCsv(cells));
  writeFileAtomic(`${directory}/aggregate/dashboard.html`, await dashboardPage(dashboardInput(header, entries, rows)));
  return rows;
}

function daysOf(directory: string, entry: RegistryEntry): ReturnType<typeof readTable> | null {
  const reference = entry.artifactPaths["metrics_csv"] ?? "";
  if (reference === "") return null;
  const text = readTextIfPresent(`${directory}/${reference}`);
  return text === null ? null : readTable(text, reference);
}

function dashboardInput(
  header: PlanHeader,
  entries: readonly RegistryEntry[],
  rows: readonly ResultRow[],
): DashboardPageInput {
  const pages = new Map(entries.map((entry) => [entry.runId, pageOf(entry)]));
  return {
    subtitle: `${header.settings["name-prefix"] ?? ""}${header.reference ? " (as the reference behaves)" : ""}`,
    rows: rows.map((row) => ({
      runId: row.run_id,
      phase: row.phase,
      kappa: row.kappa,
      concentration: row.concentration,
      mu: row.mu,
      monotonicity: row.monotonicity,
      phiTotal: row.phi_total ?? "",
      deltaTotal: row.delta_total ?? "",
      maxG: row.max_G_t ?? "",
      days: row.time_to_stability,
      href: pages.get(row.run_id) ?? null,
    })),
    failed: entries.filter((entry) => entry.status === "failed").map((entry) => ({
      runId: entry.runId,
      phase: cell(entry, "phase"),
      kappa: cell(entry, "kappa"),
      concentration: cell(entry, "concentration"),
      mu: cell(entry, "mu"),
      monotonicity: cell(entry, "monotonicity"),
      error: entry.error ?? "",
      href: pageOf(entry),
    })),
    settings: Object.entries(header.settings).map(([name, value]) => [name, String(value)] as const),
    links: [
      { label: "results.csv", href: "results.csv" },
      { label: "registry", href: "../registry/experiments.csv" },
    ],
  };
}

function pageOf(entry: RegistryEntry): string | null {
  const reference = entry.artifactPaths["run_html"] ?? "";
  return reference === "" ? null : `../${reference}`;
}

function cell(entry: RegistryEntry, column: string): string {
  return String(entry.parameters[column] ?? "");
}
