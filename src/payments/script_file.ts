/**
 * Reads the text of a script: a JSON list of calls between ticks (golden/rtgs/README section 3 gives the calls).
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { type Issue, ValidationError } from "../core/errors.ts";
import { parseJsonDocument } from "./scenario/document.ts";
import { isMap } from "./scenario/numbers.ts";
import type { ScriptEntry } from "./script.ts";

/**
 * The calls of a script, in the order of the file.
 *
 * @throws {ValidationError} listing every entry that is no call.
 */
export function parseScript(text: string, subject: string): ScriptEntry[] {
  const document = plainNumbers(parseJsonDocument(text, subject));
  const issues: Issue[] = [];
  const entries: ScriptEntry[] = [];
  if (!Array.isArray(document)) issues.push({ path: [], message: "a script is a list of calls" });
  else document.forEach((entry: unknown, i) => readEntry(entry, i, entries, issues));
  if (issues.length > 0) throw new ValidationError(`Script ${subject}`, issues);
  return entries;
}

function readEntry(entry: unknown, i: number, entries: ScriptEntry[], issues: Issue[]): void {
  const problem = (path: Issue["path"], message: string) => void issues.push({ path: [i, ...path], message });
  if (!isMap(entry)) return problem([], "a call is a map with before_tick, op and args");
  const { before_tick: tick, op, args = {} } = entry;
  const isTick = typeof tick === "number" && Number.isInteger(tick) && tick >= 0;
  if (!isTick) problem(["before_tick"], "a whole number of at least 0 is expected");
  if (typeof op !== "string") problem(["op"], "the name of a call is expected");
  if (!isMap(args)) problem(["args"], "a map is expected");
  if (isTick && typeof op === "string" && isMap(args)) entries.push({ before_tick: tick, op, args });
}

/** The same document with plain numbers; integers that those do not hold become big integers. */
function plainNumbers(value: unknown): unknown {
  if (value instanceof Decimal) {
    const number = value.toNumber();
    return value.isInteger && !Number.isSafeInteger(number) ? BigInt(value.coefficient) : number;
  }
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plainNumbers(each)]));
}
