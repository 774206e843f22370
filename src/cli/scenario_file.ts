/**
 * Reading a scenario file that the caller named, for `run` and `validate`.
 *
 * @module
 */
import { loadScenarioText, type ParsedScenario } from "../ring/scenario/parse.ts";
import { fileNameOf } from "../stores/files/paths.ts";
import { issueText } from "./issue_text.ts";
import { readText } from "./read_text.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The scenario in a file; what is ignored in it is said on standard error.
 *
 * @throws {UsageError} when there is no such file, {@linkcode ValidationError} when it breaks the rules.
 */
export function readScenario(file: string, reference: boolean | undefined, terminal: Terminal): ParsedScenario {
  const text = readText(terminal.directory, file, "scenario file");
  const parsed = loadScenarioText(text, fileNameOf(file), reference === true ? { reference } : {});
  for (const warning of parsed.warnings) terminal.error(`warning: ${issueText(warning)}\n`);
  return parsed;
}
