/**
 * From the schema library's problems to the project's: paths, sentences, and the value that stood there.
 *
 * @module
 */
import type { z } from "zod";
import { Decimal } from "../../core/decimal.ts";
import type { Issue } from "../../core/errors.ts";

/** Longest value that a message repeats. */
const LONGEST_VALUE = 40;

/** The problems that a schema found, below `prefix`. */
export function fieldIssues(error: z.ZodError, prefix: readonly (string | number)[] = []): Issue[] {
  return error.issues.map((issue) => {
    const path = [...prefix, ...issue.path.map((key) => typeof key === "symbol" ? String(key) : key)];
    const value = shortText(issue.input);
    return value === undefined ? { path, message: issue.message } : { path, message: issue.message, value };
  });
}

/** A value as a person would write it, shortened; undefined for what has no short form. */
function shortText(value: unknown): string | undefined {
  if (value instanceof Decimal || typeof value === "boolean" || typeof value === "number") return clipped(`${value}`);
  if (typeof value === "string") return clipped(JSON.stringify(value));
  return undefined;
}

function clipped(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 3)}...`;
}
