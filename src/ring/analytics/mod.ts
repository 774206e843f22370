/**
 * Metrics of the ring model: from the log of a run, or from its written files, to day metrics, totals and tables.
 *
 * @module
 */
export * from "./analysis.ts";
export * from "./day_metrics.ts";
export * from "./history.ts";
export * from "./json_lines_history.ts";
export * from "./log_history.ts";
export * from "./metric_files.ts";
export * from "./metrics_computer.ts";
export * from "./run_metrics.ts";
export * from "./summary.ts";
export * from "./tables.ts";
