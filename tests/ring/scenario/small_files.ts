/** Small scenario files of the tests: three agents, and what a test adds. */
import { assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { loadScenarioText, type ParsedScenario, type ParseOptions } from "../../../src/ring/scenario/parse.ts";

const HEAD = `name: small
agents:
  - {id: CB, kind: central_bank, name: Central Bank}
  - {id: H1, kind: household, name: Household 1}
  - {id: H2, kind: household, name: Household 2}
`;

/** Reads the three agents and `rest`. */
export function small(rest: string, options?: ParseOptions): ParsedScenario {
  return loadScenarioText(HEAD + rest, "small.yaml", options);
}

/** What refuses a file, one text for each problem. */
export function problemsOf(read: () => unknown): string[] {
  const error = assertThrows(read, ValidationError);
  return error.issues.map(({ path, message }) => path.length > 0 ? `${path.join(" -> ")}: ${message}` : message);
}

/** What refuses the three agents and `rest`. */
export function problems(rest: string, options?: ParseOptions): string[] {
  return problemsOf(() => small(rest, options));
}

/** Where there are warnings. */
export function warningPlaces({ warnings }: ParsedScenario): string[] {
  return warnings.map(({ path }) => path.join("."));
}
