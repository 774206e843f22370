/**
 * Turns the text of a policy into a {@linkcode PolicyDocument}, or into the list of everything that keeps it from being
 * one, each with its place (spec 07 2). What trees mean is not looked at here.
 *
 * @module
 */
import {
  type ActionName,
  ACTIONS,
  type BinaryOperator,
  type ComparisonOperator,
  type Computation,
  type Expression,
  type Location,
  type PolicyDocument,
  type PolicyProblem,
  TREE_KEYS,
  type TreeKey,
  type TreeNode,
  type UnaryFunction,
  type Value,
} from "./document.ts";
import { type JsonNode, JsonSyntaxError, nearestDouble, readJson } from "./json_reader.ts";
import { suggestion } from "../../core/nearest.ts";
import type { Behaviours } from "../behaviours.ts";
import { twiceRounded } from "./number_reading.ts";

/** A document, or why there is none. */
export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** Parses a policy document and reports every problem of its form. */
export function parsePolicy(text: string, behaviours: Behaviours): ParsedPolicy {
  // behaviour: longDecimalsMisread
  const numberReading = behaviours.longDecimalsMisread ? twiceRounded : nearestDouble;
  const parser = new Parser();
  try {
    const document = parser.document(readJson(text, numberReading));
    if (document !== undefined && parser.problems.length === 0) return { ok: true, document };
    return { ok: false, problems: parser.problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { ok: false, problems: [parseProblem(error.message, { ...error.at, path: [] })] };
  }
}

function parseProblem(message: string, at: Location): PolicyProblem {
  const text = `JSON parsing failed: ${message} at line ${at.line} column ${at.column}`;
  return { type: "ParseError", message: text, debug: text, line: at.line, column: at.column, path: at.path };
}

type Path = readonly (string | number)[];
type ObjectNode = Extract<JsonNode, { kind: "object" }>;

const BINARY: ReadonlySet<string> = new Set<BinaryOperator>(["+", "-", "*", "/"]);
const UNARY: ReadonlySet<string> = new Set<UnaryFunction>(["ceil", "floor", "round", "abs"]);
const COMPARISONS: ReadonlySet<string> = new Set<ComparisonOperator>(["==", "!=", "<", "<=", ">", ">="]);
const EXPRESSION_OPERATORS: readonly string[] = [...COMPARISONS, "and", "or", "not"];
const COMPUTATION_OPERATORS: readonly string[] = [...BINARY, "max", "min", ...UNARY, "clamp", "div0"];

function isBinary(op: string): op is BinaryOperator {
  return BINARY.has(op);
}
function isUnary(op: string): op is UnaryFunction {
  return UNARY.has(op);
}
function isComparison(op: string): op is ComparisonOperator {
  return COMPARISONS.has(op);
}
const ACTION_NAMES: ReadonlySet<string> = new Set(ACTIONS);
function isAction(name: string): name is ActionName {
  return ACTION_NAMES.has(name);
}

/** What row of spec 07 2.4 is tried first. */
const IN_CONDITIONS = ["field", "param", "value", "compute"] as const;
const IN_PARAMETERS = ["value", "field", "param", "compute"] as const;
type ValueForms = typeof IN_CONDITIONS | typeof IN_PARAMETERS;

/** Every method answers undefined after it has noted a problem. */
class Parser {
  readonly problems: PolicyProblem[] = [];

  document(root: JsonNode): PolicyDocument | undefined {
    if (!this.#isObject(root, [], "a policy document")) return undefined;
    this.#noDuplicates(root, [], ["version", "policy_id", "description", "parameters", ...TREE_KEYS]);
    const version = this.#text(root, [], "version");
    const policyId = this.#text(root, [], "policy_id");
    const description = this.#description(root);
    const parameters = this.#parameters(root);
    const trees: Partial<Record<TreeKey, TreeNode>> = {};
    for (const key of TREE_KEYS) {
      const node = member(root, key);
      if (node === undefined || node.kind === "null") continue;
      const tree = this.#node(node, [key]);
      if (tree !== undefined) trees[key] = tree;
    }
    if (version === undefined || policyId === undefined) return undefined;
    return { version, policyId, description, parameters, trees };
  }

  #description(root: ObjectNode): string | null {
    const node = member(root, "description");
    if (node === undefined || node.kind === "null") return null;
    if (node.kind === "string") return node.value;
    this.#note("`description` must be a string or null", node, ["description"]);
    return null;
  }

  #parameters(root: ObjectNode): Map<string, number> {
    const parameters = new Map<string, number>();
    const node = member(root, "parameters");
    if (node === undefined || !this.#isObject(node, ["parameters"], "`parameters`")) return parameters;
    for (const { key, value } of node.members) {
      if (value.kind === "number") parameters.set(key, value.value);
      else this.#note(`parameter \`${key}\` must be a number`, value, ["parameters", key]);
    }
    return parameters;
  }

  #node(node: JsonNode, path: Path): TreeNode | undefined {
    if (!this.#isObject(node, path, "a node")) return undefined;
    const type = this.#text(node, path, "type");
    if (type === undefined) return undefined;
    if (type === "action") return this.#actionNode(node, path);
    if (type === "condition") return this.#conditionNode(node, path);
    this.#note(`unknown variant \`${type}\`, expected \`condition\` or \`action\``, node, [...path, "type"]);
    return undefined;
  }

  #conditionNode(node: ObjectNode, path: Path): TreeNode | undefined {
    this.#noDuplicates(node, path, ["type", "node_id", "description", "condition", "on_true", "on_false"]);
    const id = this.#text(node, path, "node_id");
    if (member(node, "description") !== undefined) this.#text(node, path, "description");
    const condition = this.#part(node, path, "condition", (part, at) => this.#expression(part, at));
    const onTrue = this.#part(node, path, "on_true", (part, at) => this.#node(part, at));
    const onFalse = this.#part(node, path, "on_false", (part, at) => this.#node(part, at));
    if (id === undefined || condition === undefined || onTrue === undefined || onFalse === undefined) return undefined;
    return { kind: "condition", id, condition, onTrue, onFalse, at: location(node, path) };
  }

  #actionNode(node: ObjectNode, path: Path): TreeNode | undefined {
    this.#noDuplicates(node, path, ["type", "node_id", "action", "parameters"]);
    const id = this.#text(node, path, "node_id");
    const action = this.#text(node, path, "action");
    const parameters = new Map<string, Value>();
    const written = member(node, "parameters");
    if (written !== undefined && this.#isObject(written, [...path, "parameters"], "`parameters`")) {
      for (const { key, value } of written.members) {
        const parsed = this.#value(value, [...path, "parameters", key], IN_PARAMETERS);
        if (parsed !== undefined) parameters.set(key, parsed);
      }
    }
    if (id === undefined || action === undefined) return undefined;
    if (isAction(action)) return { kind: "action", id, action, parameters, at: location(node, path) };
    this.#unknown(action, ACTIONS, member(node, "action") ?? node, [...path, "action"]);
    return undefined;
  }

  #expression(node: JsonNode, path: Path): Expression | undefined {
    if (!this.#isObject(node, path, "a condition")) return undefined;
    const op = this.#text(node, path, "op");
    if (op === undefined) return undefined;
    if (isComparison(op)) {
      this.#noDuplicates(node, path, ["op", "left", "right"]);
      const left = this.#operand(node, path, "left");
      const right = this.#operand(node, path, "right");
      return left === undefined || right === undefined ? undefined : { op, left, right };
    }
    if (op === "and" || op === "or") {
      this.#noDuplicates(node, path, ["op", "conditions"]);
      const conditions = this.#list(node, path, "conditions", (item, at) => this.#expression(item, at));
      return conditions === undefined ? undefined : { op, conditions };
    }
    if (op === "not") {
      this.#noDuplicates(node, path, ["op", "condition"]);
      const condition = this.#part(node, path, "condition", (part, at) => this.#expression(part, at));
      return condition === undefined ? undefined : { op, condition };
    }
    this.#unknown(op, EXPRESSION_OPERATORS, member(node, "op") ?? node, [...path, "op"]);
    return undefined;
  }

  #computation(node: JsonNode, path: Path): Computation | undefined {
    if (!this.#isObject(node, path, "a computation")) return undefined;
    const op = this.#text(node, path, "op");
    if (op === undefined) return undefined;
    if (isBinary(op)) {
      const [left, right] = this.#operands(node, path, ["left", "right"]);
      return left === undefined || right === undefined ? undefined : { op, left, right };
    }
    if (op === "max" || op === "min") {
      this.#noDuplicates(node, path, ["op", "values"]);
      const values = this.#list(node, path, "values", (item, at) => this.#value(item, at, IN_CONDITIONS));
      return values === undefined ? undefined : { op, values };
    }
    if (isUnary(op)) {
      const [value] = this.#operands(node, path, ["value"]);
      return value === undefined ? undefined : { op, value };
    }
    if (op === "clamp") {
      const [value, min, max] = this.#operands(node, path, ["value", "min", "max"]);
      return value === undefined || min === undefined || max === undefined ? undefined : { op, value, min, max };
    }
    if (op === "div0") {
      const [numerator, denominator, otherwise] = this.#operands(node, path, ["numerator", "denominator", "default"]);
      if (numerator === undefined || denominator === undefined || otherwise === undefined) return undefined;
      return { op, numerator, denominator, default: otherwise };
    }
    this.#unknown(op, COMPUTATION_OPERATORS, member(node, "op") ?? node, [...path, "op"]);
    return undefined;
  }

  #operands(node: ObjectNode, path: Path, keys: readonly string[]): (Value | undefined)[] {
    this.#noDuplicates(node, path, ["op", ...keys]);
    return keys.map((key) => this.#operand(node, path, key));
  }

  #operand(node: ObjectNode, path: Path, key: string): Value | undefined {
    return this.#part(node, path, key, (part, at) => this.#value(part, at, IN_CONDITIONS));
  }

  /** The first form that fits counts (spec 07 2.4). */
  #value(node: JsonNode, path: Path, forms: ValueForms): Value | undefined {
    if (node.kind !== "object") {
      this.#note("a value is an object with one of the keys `field`, `param`, `value`, `compute`", node, path);
      return undefined;
    }
    const at = location(node, path);
    for (const form of forms) {
      const written = member(node, form);
      if (written === undefined) continue;
      if (form === "value") return { kind: "literal", json: written, at };
      if (form === "compute") {
        const computation = this.#computation(written, [...path, "compute"]);
        return computation === undefined ? undefined : { kind: "compute", computation, at };
      }
      if (written.kind === "string") return { kind: form, name: written.value, at };
    }
    this.#note("a value needs `field` or `param` with a name, `value`, or `compute`", node, path);
    return undefined;
  }

  #part<T>(
    node: ObjectNode,
    path: Path,
    key: string,
    parse: (part: JsonNode, path: Path) => T | undefined,
  ): T | undefined {
    const part = member(node, key);
    if (part !== undefined) return parse(part, [...path, key]);
    this.#note(`missing field \`${key}\``, node, path);
    return undefined;
  }

  #list<T>(
    node: ObjectNode,
    path: Path,
    key: string,
    parse: (item: JsonNode, path: Path) => T | undefined,
  ): T[] | undefined {
    const list = this.#part(node, path, key, (part, at) => {
      if (part.kind === "array") return part.items;
      this.#note(`\`${key}\` must be a list`, part, at);
      return undefined;
    });
    if (list === undefined) return undefined;
    const items = list.map((item, index) => parse(item, [...path, key, index])).filter((item) => item !== undefined);
    return items.length === list.length ? items : undefined;
  }

  #text(node: ObjectNode, path: Path, key: string): string | undefined {
    return this.#part(node, path, key, (part, at) => {
      if (part.kind === "string") return part.value;
      this.#note(`\`${key}\` must be a string`, part, at);
      return undefined;
    });
  }

  #isObject(node: JsonNode, path: Path, what: string): node is ObjectNode {
    if (node.kind === "object") return true;
    this.#note(`${what} must be an object, not ${node.kind === "null" ? "null" : `a ${node.kind}`}`, node, path);
    return false;
  }

  #noDuplicates(node: ObjectNode, path: Path, keys: readonly string[]): void {
    const seen = new Set<string>();
    for (const { key, at } of node.members) {
      if (seen.has(key) && keys.includes(key)) {
        this.problems.push(parseProblem(`duplicate field \`${key}\``, { ...at, path: [...path, key] }));
      }
      seen.add(key);
    }
  }

  #unknown(name: string, known: readonly string[], node: JsonNode, path: Path): void {
    const expected = known.map((each) => `\`${each}\``).join(", ");
    this.#note(`unknown variant \`${name}\`${suggestion(name, known)}, expected one of ${expected}`, node, path);
  }

  #note(message: string, node: JsonNode, path: Path): void {
    this.problems.push(parseProblem(message, location(node, path)));
  }
}

/** The value of a key; of a key that comes twice the first, which is reported elsewhere. */
function member(node: ObjectNode, key: string): JsonNode | undefined {
  return node.members.find((each) => each.key === key)?.value;
}

function location(node: JsonNode, path: Path): Location {
  return { line: node.at.line, column: node.at.column, path };
}
