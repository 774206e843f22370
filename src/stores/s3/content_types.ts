/**
 * What kind of content an object has, for whoever opens a link to it.
 *
 * @module
 */
const TYPES: Readonly<Record<string, string>> = {
  csv: "text/csv; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
  yaml: "application/yaml",
  gz: "application/gzip",
  parquet: "application/vnd.apache.parquet",
};

/** The content type of a file by the end of its name. */
export function contentTypeOf(name: string): string {
  return TYPES[/\.([a-z]+)$/.exec(name)?.[1] ?? ""] ?? "application/octet-stream";
}
