/**
 * How actions take their parameters out of a document (spec 07 5): numbers in all four forms, texts only as they stand.
 * What is wrong becomes a function that throws when the action is reached.
 *
 * @module
 */
import type { ActionNode, Value } from "./document.ts";
import { compileValue, failing, type Scope } from "./expressions.ts";
import type { FieldReading } from "./fields.ts";

/** A text of an action, or why there is none. */
export type TextParameter =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "not-text" }
  | { readonly kind: "not-literal"; readonly form: Exclude<Value["kind"], "literal"> };

/** What stands under `name` as a text. */
export function textParameter(node: ActionNode, name: string): TextParameter {
  const value = node.parameters.get(name);
  if (value === undefined) return { kind: "missing" };
  if (value.kind !== "literal") return { kind: "not-literal", form: value.kind };
  return value.json.kind === "string" ? { kind: "text", text: value.json.value } : { kind: "not-text" };
}

/** The text under `name`, or undefined for whatever else stands there. */
export function plainText(node: ActionNode, name: string): string | undefined {
  const parameter = textParameter(node, name);
  return parameter.kind === "text" ? parameter.text : undefined;
}

/** The number under `name`; undefined when there is none. Booleans are no numbers here (spec 07 3.1). */
export function numberParameter(node: ActionNode, name: string, scope: Scope): FieldReading | undefined {
  const value = node.parameters.get(name);
  if (value === undefined) return undefined;
  if (value.kind === "literal" && value.json.kind !== "number") return invalidParameter(scope, name);
  return compileValue(value, scope);
}

/** The number under `name`, which the action cannot do without. */
export function requiredNumber(node: ActionNode, name: string, scope: Scope): FieldReading {
  return numberParameter(node, name, scope) ?? missingParameter(scope, name);
}

/** Fails with `InvalidActionParameter` (spec 07 3.6). */
export function invalidParameter(scope: Scope, message: string): () => never {
  return failing(scope.stage, `Invalid action parameter type: ${message}`);
}

/** Fails with `MissingActionParameter`. */
export function missingParameter(scope: Scope, name: string): () => never {
  return failing(scope.stage, `Missing required action parameter: ${name}`);
}
