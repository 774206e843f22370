/**
 * Keys of a file that no schema knows: a misspelt key must not be dropped in silence.
 *
 * @module
 */
import { z } from "zod";
import type { Issue } from "../../core/errors.ts";
import { suggestion } from "../../core/nearest.ts";
import { isMapping } from "./fields.ts";

type Path = readonly (string | number)[];

/** One issue for each key of `value`, at any depth, that `schema` has no field for. */
export function unknownKeys(schema: z.core.$ZodType, value: unknown, path: Path = []): Issue[] {
  const issues: Issue[] = [];
  collect(schema, value, path, issues);
  return issues;
}

function collect(schema: z.core.$ZodType, value: unknown, path: Path, issues: Issue[]): void {
  if (schema instanceof z.ZodPipe) {
    collect(schema.in, value, path, issues);
    collect(schema.out, value, path, issues);
  } else if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    collect(schema.unwrap(), value, path, issues);
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    value.forEach((element, i) => collect(schema.element, element, [...path, i], issues));
  } else if (schema instanceof z.ZodRecord && isMapping(value)) {
    for (const [key, element] of Object.entries(value)) collect(schema.valueType, element, [...path, key], issues);
  } else if (schema instanceof z.ZodObject && isMapping(value)) {
    collectInObject(schema, value, path, issues);
  }
}

function collectInObject(
  schema: z.ZodObject,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  issues: Issue[],
): void {
  for (const [key, element] of Object.entries(value)) {
    const field = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined;
    if (field === undefined) issues.push({ path: [...path, key], message: unknownKey(key, Object.keys(schema.shape)) });
    else if (typeof element === "object") collect(field, element, [...path, key], issues);
  }
}

/** The sentence about a key that is not one of `known`. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = suggestion(key, known);
  return near === "" ? `Unknown key; known here: ${known.join(", ")}` : `Unknown key${near}`;
}
