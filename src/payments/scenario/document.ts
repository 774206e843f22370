/**
 * The text of a scenario file as plain values: maps, lists, text, booleans, null, and an exact {@linkcode Decimal} for
 * every number, which still knows whether it was written as an integer.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { type Issue, ValidationError } from "../../core/errors.ts";
import { type JsonNode, JsonSyntaxError, readJson } from "../policies/json_reader.ts";

/**
 * Reads JSON; integers keep all their digits.
 *
 * @param subject What is read, such as a file name, for messages.
 * @throws {ValidationError} for broken syntax with its line and column, and for a key that stands twice in one object.
 */
export function parseJsonDocument(text: string, subject: string): unknown {
  const failed = (issues: readonly Issue[]) => new ValidationError(`Failed to parse JSON from ${subject}`, issues);
  let node: JsonNode;
  try {
    node = readJson(text, Number);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column } = error.at;
    throw failed([{ path: [], message: `${error.message} (line ${line}, column ${column})` }]);
  }
  const issues: Issue[] = [];
  const document = plainValue(node, [], issues);
  if (issues.length > 0) throw failed(issues);
  return document;
}

function plainValue(node: JsonNode, path: readonly (string | number)[], issues: Issue[]): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "number":
      return decimalOf(node.literal);
    case "array":
      return node.items.map((item, i) => plainValue(item, [...path, i], issues));
    case "object": {
      const members = new Map<string, unknown>();
      for (const { key, at, value } of node.members) {
        if (members.has(key)) {
          const message = `the key stands twice in one object (line ${at.line}, column ${at.column}); keep one of them`;
          issues.push({ path: [...path, key], message });
        }
        members.set(key, plainValue(value, [...path, key], issues));
      }
      return Object.fromEntries(members);
    }
    default:
      return node.value;
  }
}

function decimalOf(literal: string): unknown {
  return /^-?[0-9]+$/.test(literal) ? Decimal.integer(BigInt(literal)) : Decimal.parse(literal) ?? literal;
}
