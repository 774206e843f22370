/**
 * Recorded simulations and registries on DuckDB. Load this lazily: it brings native code.
 *
 * @module
 */
export { type CheckpointRecord, deleteCheckpoint, latestCheckpoint, listCheckpoints } from "./checkpoints.ts";
export { loadCheckpoint, saveCheckpoint, type SavedCheckpoint } from "./checkpoints.ts";
export { type Cell, Database, type OpenOptions, type Row } from "./driver.ts";
export { migrate, SCHEMA_VERSION, schemaProblems } from "./migrations.ts";
export { openPart, openParts } from "./parts.ts";
export { PaymentsRecorder } from "./payments_recorder.ts";
export { PaymentsRecording } from "./payments_recording.ts";
export * from "./queries.ts";
export { DuckDbRegistryStore } from "./registry_store.ts";
export { recordRing } from "./ring_recorder.ts";
export { DuckDbSimulations } from "./simulations.ts";
export { exportParquet, rowsFor, tableFor } from "./tables.ts";
