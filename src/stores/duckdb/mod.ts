/**
 * Recorded simulations and registries on DuckDB. Load this lazily: it brings native code.
 *
 * @module
 */
export {
  type CheckpointRecord,
  deleteCheckpoint,
  deleteCheckpoints,
  latestCheckpoint,
  listCheckpoints,
} from "./checkpoints.ts";
export { loadCheckpoint, restoredEngine, saveCheckpoint, type SavedCheckpoint } from "./checkpoints.ts";
export { type Cell, Database, type OpenOptions, type Row } from "./driver.ts";
export { migrate, requireSchema, SCHEMA_VERSION } from "./migrations.ts";
export { openPart, openParts } from "./parts.ts";
export { PaymentsRecorder } from "./payments_recorder.ts";
export { PaymentsRecording } from "./payments_recording.ts";
export { policyAtDay, policyHistory } from "./policy_history.ts";
export * from "./queries.ts";
export { DuckDbRegistryStore } from "./registry_store.ts";
export { recordRing } from "./ring_recorder.ts";
export { type CostSeries, costSeries } from "./cost_series.ts";
export { type Condition, type Report, REPORT_NAMES, type ReportConditions, simulationReport } from "./reports.ts";
export type { Source } from "./source.ts";
export * from "./summaries.ts";
export * from "./tick_reports.ts";
export { DuckDbSimulations } from "./simulations.ts";
export { rowProblems, schemaProblems } from "./validation.ts";
export { type ColumnTable, exportParquet, linesOf, rowsFor, tableFor } from "./tables.ts";
