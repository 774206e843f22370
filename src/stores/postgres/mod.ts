/**
 * Registries, jobs, records of the cloud, sweeps and recorded simulations in Postgres. Load this lazily.
 *
 * @module
 */
export type { Written } from "./bulk.ts";
export { openPostgres, type PostgresConnection, type PostgresOptions } from "./connection.ts";
export { PostgresJobStore } from "./job_store.ts";
export { type AppliedMigration, migrate, pendingMigrations, SCHEMA_VERSION } from "./migrations.ts";
export { type CloudRecords, PostgresRecords } from "./records.ts";
export { type PostgresRegistryOptions, PostgresRegistryStore } from "./registry_store.ts";
export { PostgresSimulations } from "./simulations.ts";
export {
  type BranchEntry,
  type ListedSweep,
  PostgresSweeps,
  type SavedSweep,
  type StoredSweep,
  type SweepQuery,
  type SweepRecord,
} from "./sweeps.ts";
