/**
 * What few sweeps need: databases, object storage, recordings, files of settings. Deno reads the modules that an
 * `import()` names in the code before the program starts, with all packages behind them, needed or not. The modules here
 * are named in a way that Deno meets when it gets there.
 *
 * @module
 */

/** Where they are, from this file. Not literals of an `import()`; `deno compile` is told of them. */
export const ON_DEMAND = Object.freeze({
  cloudTargets: "./cloud_targets.ts",
  cloudSync: "./cloud_sync.ts",
  configuration: "../configuration/configuration.ts",
  settingViews: "../configuration/views.ts",
  sweepConfig: "../experiments/sweep_config.ts",
  recordingExecutor: "../executors/recording_executor.ts",
  runRecorder: "../executors/run_recorder.ts",
  recordedParts: "../stores/duckdb/parts.ts",
  cloudRecords: "./cloud_records.ts",
});

/** Targets in the cloud, and their settings. */
export function cloudTargets(): Promise<typeof import("./cloud_targets.ts")> {
  return import(ON_DEMAND.cloudTargets);
}

/** The command that sends a sweep. */
export function cloudSync(): Promise<typeof import("./cloud_sync.ts")> {
  return import(ON_DEMAND.cloudSync);
}

/** The settings of this process. */
export function configuration(): Promise<typeof import("../configuration/configuration.ts")> {
  return import(ON_DEMAND.configuration);
}

/** What the settings say of a database, of workers. */
export function settingViews(): Promise<typeof import("../configuration/views.ts")> {
  return import(ON_DEMAND.settingViews);
}

/** Sweep files of rings. */
export function sweepConfig(): Promise<typeof import("../experiments/sweep_config.ts")> {
  return import(ON_DEMAND.sweepConfig);
}

/** The executor that records what it simulates. */
export function recordingExecutor(): Promise<typeof import("../executors/recording_executor.ts")> {
  return import(ON_DEMAND.recordingExecutor);
}

/** Part files that are written while a sweep goes on. */
export function runRecorder(): Promise<typeof import("../executors/run_recorder.ts")> {
  return import(ON_DEMAND.runRecorder);
}

/** Part files that are read. */
export function recordedParts(): Promise<typeof import("../stores/duckdb/parts.ts")> {
  return import(ON_DEMAND.recordedParts);
}

/** A database as the place of a sweep's records. */
export function cloudRecords(): Promise<typeof import("./cloud_records.ts")> {
  return import(ON_DEMAND.cloudRecords);
}
