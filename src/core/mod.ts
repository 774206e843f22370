/**
 * What every model stands on: exact numbers, seeded chance, the column log, text forms, errors. Knows no model.
 *
 * @module
 */
export * from "./csv_text.ts";
export * from "./decimal.ts";
export * from "./errors.ts";
export * from "./event_log.ts";
export * from "./gamma.ts";
export * from "./hash.ts";
export * from "./json_lines.ts";
export * from "./mersenne_twister.ts";
export type * from "./model.ts";
export * from "./nearest.ts";
export * from "./number_text.ts";
export * from "./yaml_format.ts";
