/**
 * bilancio as a library: scenarios, simulations, metrics, sweeps, stores and executors.
 *
 * Models are pure: {@linkcode simulateRing} reads nothing but its scenario. Stores and executors touch the system, with
 * the permissions that the caller has.
 *
 * @example Simulate a scenario and measure it
 * ```ts
 * import { loadScenarioText, runMetrics, simulateRing } from "./mod.ts";
 *
 * const { scenario } = loadScenarioText(`
 * name: Two firms
 * agents:
 *   - { id: CB, kind: central_bank, name: Central bank }
 *   - { id: A, kind: firm, name: Firm A }
 *   - { id: B, kind: firm, name: Firm B }
 * initial_actions:
 *   - mint_cash: { to: A, amount: 100 }
 *   - create_payable: { from: A, to: B, amount: 80, due_day: 1 }
 * `, "two firms");
 * const outcome = simulateRing(scenario);
 * outcome.stop.reason; // "stable"
 * runMetrics(outcome, scenario.run.behaviours).summary.phi_total?.toNumber(); // 1: all was paid on time
 * ```
 *
 * @example Sweep over the cash per debt, in memory
 * ```ts
 * import { Decimal, executeRing, LocalExecutor, planRingSweep, ringSweepSettings } from "./mod.ts";
 *
 * const kappas = [0.25, 1, 4].map((kappa) => Decimal.fromNumber(kappa));
 * const plan = planRingSweep(ringSweepSettings({ kappas, concentrations: [Decimal.ONE], mus: [Decimal.ZERO] }));
 * await using executor = new LocalExecutor(executeRing, null);
 * for await (const result of executor.executeMany(plan.runs.map(({ runId, source }) => ({ model: "ring", runId, source })))) {
 *   console.log(result.runId, result.metrics["delta_total"]);
 * }
 * ```
 *
 * @example Banks that pay each other through a central system
 * ```ts
 * import { loadPaymentsScenario, runPayments } from "./mod.ts";
 *
 * const { config, behaviours } = await loadPaymentsScenario(`
 * simulation: { ticks_per_day: 10, num_days: 1, rng_seed: 1 }
 * agents:
 *   - { id: NORTH, opening_balance: 1000 }
 *   - { id: SOUTH, opening_balance: 0 }
 * scenario_events:
 *   - type: CustomTransactionArrival
 *     from_agent: NORTH
 *     to_agent: SOUTH
 *     amount: 800
 *     schedule: { type: OneTime, tick: 2 }
 * `, "two banks.yaml");
 * const { engine } = runPayments(config, { behaviours });
 * engine?.systemMetrics().settlement_rate; // 1
 * engine?.agentState("SOUTH").balance; // 800, in cents
 * ```
 *
 * @example Record runs of both models and ask one question of them
 * ```ts
 * import { loadScenarioText, Recordings, rowsFor } from "./mod.ts";
 *
 * // A path such as out/runs.duckdb keeps them; DuckDB is loaded here, and needs the permission to call native code.
 * await using recordings = await Recordings.open(":memory:");
 * await recordings.recordPayments(`
 * simulation: { ticks_per_day: 10, num_days: 1, rng_seed: 1 }
 * agents: [{ id: NORTH, opening_balance: 1000 }, { id: SOUTH, opening_balance: 0 }]
 * `, { simulationId: "two banks" });
 * const { scenario } = loadScenarioText(`
 * name: One firm
 * agents: [{ id: CB, kind: central_bank, name: Central bank }, { id: A, kind: firm, name: Firm A }]
 * initial_actions: [{ mint_cash: { to: A, amount: 100 } }]
 * `, "one firm");
 * await recordings.recordRing(scenario, { simulationId: "one firm" });
 * const sql = "SELECT model, count(*) AS events FROM simulations JOIN simulation_events USING (simulation_id) GROUP BY ALL";
 * for (const { model, events } of await rowsFor(recordings.database, sql)) console.log(model, events);
 * ```
 *
 * @example A table of runs, and questions to it
 * ```ts
 * import { FileRegistryStore } from "./mod.ts";
 *
 * const directory = Deno.makeTempDirSync();
 * {
 *   await using registry = new FileRegistryStore(directory);
 *   const run = { experimentId: "", status: "completed", artifactPaths: {}, error: null } as const;
 *   await registry.upsert([
 *     { ...run, runId: "a", parameters: { kappa: "0.5" }, metrics: { delta_total: "0.25" } },
 *     { ...run, runId: "b", parameters: { kappa: "2.0" }, metrics: { delta_total: "0" } },
 *   ]);
 *   for (const { runId } of await registry.query("", { kappa: 2 })) console.log(runId); // b
 *   for (const { runId } of await registry.query("", { delta_total: { min: 0.1 } })) console.log(runId); // a
 * }
 * Deno.removeSync(directory, { recursive: true });
 * ```
 *
 * @example A sweep into the cloud that the settings name, and its files out of it
 * ```ts
 * import {
 *   downloadSweep,
 *   migrate,
 *   openPostgres,
 *   openS3,
 *   PostgresRegistryStore,
 *   processConfiguration,
 *   requiredDatabaseUrl,
 *   requiredObjectStorageOptions,
 *   syncSweep,
 * } from "./mod.ts";
 *
 * async function share(sweep: string, copy: string) {
 *   const settings = await processConfiguration("."); // BILANCIO_..., .env, bilancio.yaml
 *   await using database = openPostgres({ url: requiredDatabaseUrl(settings) });
 *   await using storage = openS3(requiredObjectStorageOptions(settings));
 *   await migrate(database);
 *   const report = await syncSweep(sweep, { name: "trading", full: true, database, storage });
 *   console.log(report.supabase, report.r2); // success success
 *   const registry = new PostgresRegistryStore(database, { arm: "active" }); // without an arm: of a sweep without pairs
 *   const jammed = await registry.query("trading", { delta_total: { min: 0.5 } });
 *   console.log(jammed.map(({ runId }) => runId));
 *   await downloadSweep(storage, "trading", copy);
 * }
 * ```
 *
 * @example Which runs of a job did badly, read without the right to write
 * ```ts
 * import { RestCloudReader } from "./mod.ts";
 *
 * async function worst(jobId: string, url: string, anonKey: string) {
 *   await using cloud = new RestCloudReader({ url, anonKey });
 *   return await cloud.queryMetrics({ jobId, minDelta: "0.5", limit: 10 });
 * }
 * ```
 *
 * @module
 */

// Numbers, errors, logs
export { Decimal } from "./src/core/decimal.ts";
export * from "./src/core/errors.ts";
export * from "./src/core/event_log.ts";
export * from "./src/core/model.ts";
export {
  cellAt,
  cellsOf,
  type CodedTexts,
  type ColumnValue,
  type CompactValues,
  type NumberedTexts,
  type SameValue,
} from "./src/core/column_values.ts";
export { csvRecords } from "./src/core/csv_records.ts";
export { eventLines } from "./src/core/json_lines.ts";

// The ring model
export * from "./src/ring/behaviours.ts";
export * from "./src/ring/events.ts";
export * from "./src/ring/model.ts";
export * from "./src/ring/outcome.ts";
export * from "./src/ring/scenario/types.ts";
export * from "./src/ring/scenario/parse.ts";
export * from "./src/ring/scenario/preflight.ts";
export * from "./src/ring/scenario/document.ts";
export type {
  Allocation,
  AllocationText,
  BalancedTerms,
  BalancedTermsText,
  RingSpec,
  RingSpecText,
  RingTerms,
  RingVariant,
} from "./src/ring/generator/spec.ts";
export type { DealerBucketText, DealerText, RiskAssessmentText } from "./src/ring/generator/dealer_text.ts";
export { dealerFromText, dealerText } from "./src/ring/generator/dealer_text.ts";
export { ringSpecFromText } from "./src/ring/generator/spec.ts";
export * from "./src/ring/generator/compile.ts";
export * from "./src/ring/engine/simulate.ts";
export { balancesCsv } from "./src/ring/balances.ts";
export { dealerMetricsText, type MarketFile, type MarketOutcome, marketTables } from "./src/ring/dealers/outcome.ts";
export type { ByBucket, DealerMetrics } from "./src/ring/dealers/metrics.ts";
export type { DealerDay, SystemDay, TradeRecord, TradeSide } from "./src/ring/dealers/records.ts";
export type { RunStamp } from "./src/ring/dealers/tables.ts";
export * from "./src/ring/analytics/mod.ts";

// The payments model
export {
  BEHAVIOUR_NAMES as PAYMENTS_BEHAVIOUR_NAMES,
  type Behaviours as PaymentsBehaviours,
  CORRECTED as PAYMENTS_CORRECTED,
  REFERENCE as PAYMENTS_REFERENCE,
} from "./src/payments/behaviours.ts";
export type * from "./src/payments/config.ts";
export { PaymentsError, type PaymentsErrorKind } from "./src/payments/errors.ts";
export { PAYMENT_EVENTS, type PaymentsLog, type WrittenEvent, writtenEvent } from "./src/payments/events.ts";
export { PaymentsModel } from "./src/payments/model.ts";
export {
  type PaymentsRun,
  type RunError as PaymentsRunError,
  type RunOptions as PaymentsRunOptions,
  runPayments,
  type ScriptEntry,
  type TickLine,
  writtenEvents,
} from "./src/payments/script.ts";
export { PaymentsEngine, type QueueCallAnswer } from "./src/payments/engine/engine.ts";
export type { CallAnswer as CollateralCallAnswer } from "./src/payments/engine/collateral.ts";
export type { RecordColumns as PaymentRecordColumns } from "./src/payments/engine/payment_records.ts";
export type { PaymentOrder } from "./src/payments/engine/submissions.ts";
export type { Answer as PaymentsAnswer } from "./src/payments/engine/queries.ts";
export type { TickResult } from "./src/payments/engine/tick.ts";
export type { SystemMetrics } from "./src/payments/engine/system_metrics.ts";
export type { SettlementTotals } from "./src/payments/engine/settlement_counter.ts";
export type { EngineDictionary } from "./src/payments/scenario/conversion.ts";
export {
  type LoadOptions as PaymentsLoadOptions,
  loadPaymentsScenario,
  type PaymentsScenario,
  readPaymentsScenario,
} from "./src/payments/scenario/load.ts";
export {
  type FeatureToggles,
  judgePolicy,
  POLICY_CATEGORIES,
  policyCategories,
  type PolicyCategory,
  type PolicyDocument,
  type PolicyProblem,
  type PolicyVerdict,
} from "./src/payments/policies/mod.ts";
export type { JsonMember, JsonNode, Place as JsonPlace } from "./src/payments/policies/json_reader.ts";
export { ACTIONS as POLICY_ACTIONS, TREE_KEYS as POLICY_TREE_KEYS } from "./src/payments/policies/document.ts";
export type {
  ActionName as PolicyActionName,
  ActionNode as PolicyActionNode,
  BinaryOperator as PolicyBinaryOperator,
  ComparisonOperator as PolicyComparisonOperator,
  Computation as PolicyComputation,
  ConditionNode as PolicyConditionNode,
  Expression as PolicyExpression,
  Location as PolicyLocation,
  TreeKey as PolicyTreeKey,
  TreeNode as PolicyTreeNode,
  UnaryFunction as PolicyUnaryFunction,
  Value as PolicyValue,
} from "./src/payments/policies/document.ts";

// Experiments
export * from "./src/experiments/contracts.ts";
export * from "./src/experiments/plan.ts";
export * from "./src/experiments/ring_settings.ts";
export * from "./src/experiments/ring_source.ts";
export * from "./src/experiments/ring_sweep.ts";
export * from "./src/experiments/samplers.ts";
export * from "./src/experiments/sweep_config.ts";
export type { CloudSyncConfig } from "./src/experiments/cloud_sync_config.ts";
export * from "./src/experiments/sweep_runner.ts";
export * from "./src/experiments/aggregate.ts";
export * from "./src/experiments/strategy_outcomes.ts";
export * from "./src/experiments/dealer_usage.ts";
export type { ActiveFiles, DealerFile, EvaluationOptions } from "./src/experiments/active_runs.ts";
export {
  type Cell,
  type ColumnKind,
  columnsCsv,
  type ReadOptions,
  type TableColumn,
} from "./src/experiments/typed_columns.ts";
export * from "./src/experiments/sweep_summary.ts";
export * from "./src/experiments/paired_settings.ts";
export * from "./src/experiments/paired_plan.ts";
export * from "./src/experiments/paired_sweep.ts";
export type {
  ComparisonOptions,
  ComparisonRow,
  DealerLoader,
  DealerValues,
  Pair,
  PairRun,
} from "./src/experiments/comparison.ts";
export { comparisonColumns, comparisonCsv, comparisonRow, endedPairs } from "./src/experiments/comparison.ts";
export { DEALER_COLUMNS, type DealerColumn, type DealerKind } from "./src/experiments/dealer_columns.ts";
export * from "./src/experiments/paired_groups.ts";
export * from "./src/experiments/paired_summary.ts";

// Stores and executors
export { FileResultStore } from "./src/stores/files/result_store.ts";
export { FileRegistryStore } from "./src/stores/files/registry_store.ts";
export * from "./src/stores/files/plan_file.ts";
export * from "./src/stores/files/sweep_directory.ts";
export * from "./src/stores/files/paired_directory.ts";
export * from "./src/stores/files/arms.ts";
export * from "./src/executors/local.ts";
export * from "./src/executors/pool.ts";
export * from "./src/executors/ring_run.ts";
export * from "./src/executors/run_product.ts";

// Recorded simulations. DuckDB itself, which is native code, is loaded when the first database is opened.
export * from "./src/executors/recordings.ts";
export {
  type Cell as DatabaseCell,
  type ColumnType as DatabaseColumnType,
  type ColumnValues as DatabaseColumnValues,
  Database as RecordedDatabase,
  type OpenOptions as DatabaseOptions,
  type Row as DatabaseRow,
  type Session as DatabaseSession,
} from "./src/stores/duckdb/driver.ts";
export type { Source as DatabaseSource } from "./src/stores/duckdb/source.ts";
export { openParts } from "./src/stores/duckdb/parts.ts";
export { DuckDbRegistryStore } from "./src/stores/duckdb/registry_store.ts";
export { DuckDbJobStore } from "./src/stores/duckdb/job_store.ts";
export {
  type ColumnTable,
  EXPORTED_TABLES,
  exportParquet,
  linesOf,
  rowsFor,
  tableFor,
} from "./src/stores/duckdb/tables.ts";
export {
  type EventPage,
  type EventQuery,
  eventsInOrder,
  eventSummary,
  simulationEvents,
  type StoredEvent,
} from "./src/stores/duckdb/queries.ts";
export * from "./src/stores/duckdb/summaries.ts";
export { type CostSeries, costSeries } from "./src/stores/duckdb/cost_series.ts";
export { REPORT_NAMES, type ReportConditions, simulationReport } from "./src/stores/duckdb/reports.ts";

// Postgres. The package is loaded with the first statement.
export {
  type AppliedMigration,
  type BranchEntry,
  type CloudRecords,
  type ListedSweep,
  migrate,
  openPostgres,
  pendingMigrations,
  type PostgresConnection,
  PostgresJobStore,
  type PostgresOptions,
  PostgresRecords,
  type PostgresRegistryOptions,
  PostgresRegistryStore,
  PostgresSimulations,
  PostgresSweeps,
  type SavedSweep,
  type StoredSweep,
  type SweepQuery,
  type SweepRecord,
  type Written,
} from "./src/stores/postgres/mod.ts";
export type { PostgresSession } from "./src/stores/postgres/connection.ts";
export type { Migration } from "./src/stores/postgres/migration_texts.ts";
export type { RunStore } from "./src/stores/duckdb/run_store.ts";
export type { ColumnType, ColumnValues } from "./src/stores/duckdb/chunk_writer.ts";
export type { SimulationEnd, SimulationStart, TableRows } from "./src/stores/duckdb/simulation_rows.ts";
export type { Row as PostgresRow, SqlValue } from "./src/stores/postgres/values.ts";

// Object storage. The client library is loaded with the first request.
export { openS3, type S3Options } from "./src/stores/s3/connection.ts";
export {
  type ObjectHead,
  ObjectStorage,
  type ObjectStream,
  type PutOptions as ObjectPutOptions,
  type PutStreamOptions as ObjectPutStreamOptions,
  type StoredObject,
  type UnfinishedUpload,
} from "./src/stores/s3/objects.ts";
export type { Uploaded as UploadedObject } from "./src/stores/s3/parts.ts";
export { S3ResultStore } from "./src/stores/s3/result_store.ts";
export {
  type DownloadOptions as SweepDownloadOptions,
  type DownloadReport as SweepDownloadReport,
  downloadSweep,
  listSweeps as listUploadedSweeps,
  type RemovalReport as SweepRemovalReport,
  removeSweep as removeUploadedSweep,
  type SweepListing as UploadedSweep,
  type SweepManifest,
  type SweepObject,
  type TransferProgress,
  type UploadOptions as SweepUploadOptions,
  type UploadReport as SweepUploadReport,
  uploadSweep,
} from "./src/stores/archive/mod.ts";

// The cloud: records in a database, artifacts in object storage
export { type CloudParts, CompositeStorageClient } from "./src/stores/cloud/composite.ts";
export type { RestOptions } from "./src/stores/cloud/rest_client.ts";
export { RestCloudReader } from "./src/stores/cloud/rest_reader.ts";
export * from "./src/sync/sync_sweep.ts";

// Jobs
export { FileJobStore } from "./src/stores/files/job_store.ts";
export { JobManager, type JobManagerOptions } from "./src/jobs/job_manager.ts";
export { jobConfigOf } from "./src/jobs/job_config.ts";
export { LocalReader } from "./src/jobs/local_reader.ts";
export * from "./src/jobs/push_outbox.ts";
export {
  type ComparedMeasure,
  type ComparedPoint,
  compareJobs,
  type JobComparison,
  type MeasureName,
  MEASURES as COMPARED_MEASURES,
  type OverallDifference,
  POINT as COMPARED_POINT,
  type PointName,
} from "./src/jobs/compare.ts";

// Settings, and where they come from
export * from "./src/configuration/configuration.ts";
export { type Setting, type SettingName, SETTINGS } from "./src/configuration/settings.ts";
export { maskedAddress, maskedSetting } from "./src/configuration/masking.ts";
export {
  databaseUrl,
  DEFAULT_BUCKET,
  objectStorageOptions,
  requiredDatabaseUrl,
  requiredObjectStorageOptions,
  requiredSupabaseOptions,
  type SupabaseOptions,
  supabaseOptions,
  type Volume as ConfiguredVolume,
  volume as configuredVolume,
  workers as configuredWorkers,
} from "./src/configuration/views.ts";

// Volumes
export { DirectoryVolume, type DirectoryVolumeOptions } from "./src/stores/volume/directory_volume.ts";
export { type Glob, glob } from "./src/stores/volume/glob.ts";
export { S3Volume, type S3VolumeOptions } from "./src/stores/volume/s3_volume.ts";
export * from "./src/stores/volume/selection.ts";
export * from "./src/stores/volume/volume.ts";

// Pages
export type {
  AgentRow,
  DashboardPageInput,
  DayMetricsRow,
  DebtorShareRow as MetricsPageShare,
  EventRow,
  EventSource,
  FailedRun,
  IntradayRow as MetricsPageStep,
  Link,
  MetricsPageInput,
  Quantity,
  RunEnd,
  RunPageInput,
  SweepRow,
} from "./src/reports/inputs.ts";
export type { MarketDay, MarketInput, MarketTrade, MarketTradeSide } from "./src/reports/market_input.ts";
export { ringPageInput, type RingPageOptions, ringRunPage } from "./src/reports/ring_pages.ts";
export { runPage } from "./src/reports/run_page.ts";
export { metricsPage } from "./src/reports/metrics_page.ts";
export { dashboardPage } from "./src/reports/dashboard_page.ts";
export type { ArmNames, PairedPageInput, PairRow, PairRun as PairRowRun } from "./src/reports/paired_input.ts";
export { BALANCED_ARMS, COMPARISON_ARMS, pairRow } from "./src/reports/paired_input.ts";
export { pairedPage } from "./src/reports/paired_page.ts";
export * from "./src/experiments/paired_statistics.ts";

export type {
  PaymentsBank,
  PaymentsPageInput,
  TickSample as PaymentsTickSample,
} from "./src/reports/payments_input.ts";
export { paymentsPage } from "./src/reports/payments_page.ts";
export { type PaymentsPageOptions, PaymentsWatch } from "./src/reports/payments_pages.ts";

// Policy experiments
export * as policyExperiments from "./src/experiments/payments/mod.ts";

// Notebooks
export * from "./src/reports/notebook.ts";
export { linesView, type LinesViewOptions } from "./src/reports/notebook_lines.ts";
