/**
 * Turns conditions and computations into functions of what the engine shows (spec 07 2.5, 3). Literals, parameters and
 * readings of fields are found once, before the run; whatever fails in the evaluation becomes a function that throws
 * when it is reached, and not before.
 *
 * @module
 */
import { PolicyError, type PolicyView } from "../policy_contract.ts";
import {
  type BinaryOperator,
  type ComparisonOperator,
  type Computation,
  type Expression,
  operandsOf,
  type TreeKey,
  type UnaryFunction,
  type Value,
} from "./document.ts";
import type { FieldReading, FieldTable } from "./fields.ts";
import type { JsonNode } from "./json_reader.ts";

/** Two numbers nearer than this are equal (spec 07 3.2). */
const TOLERANCE = 1e-9;
/** A divisor nearer to zero than this cannot divide (spec 07 2.5): the distance of 1 to the next double. */
const SMALLEST_DIVISOR = Number.EPSILON;
/** Where `div0` takes its default. */
const NO_DENOMINATOR = 1e-9;

/** A condition ready to be evaluated. */
export type Test = (view: PolicyView) => boolean;

/** What names mean in one tree. `stage` says which part of an evaluation its errors belong to. */
export interface Scope {
  readonly tree: TreeKey;
  readonly fields: FieldTable;
  readonly parameters: ReadonlyMap<string, number>;
  readonly stage: "traversal" | "action";
}

/** A function that fails when it is reached. */
export function failing(stage: Scope["stage"], message: string): () => never {
  return () => {
    throw new PolicyError(stage, message);
  };
}

/** The number of a literal in a condition or computation; undefined for what is none (spec 07 3.1). */
export function literalNumber(json: JsonNode): number | undefined {
  if (json.kind === "number") return json.value;
  return json.kind === "boolean" ? Number(json.value) : undefined;
}

/** A value that never changes, if it is one. */
function constantOf(value: Value, scope: Scope): number | undefined {
  if (value.kind === "literal") return literalNumber(value.json);
  return value.kind === "param" ? scope.parameters.get(value.name) : undefined;
}

/** Prepares a value for evaluation (spec 07 3.1). */
export function compileValue(value: Value, scope: Scope): FieldReading {
  const constant = constantOf(value, scope);
  if (constant !== undefined) return () => constant;
  switch (value.kind) {
    case "field":
      return scope.fields.reading(value.name, scope.tree) ?? failing(scope.stage, `Field not found: ${value.name}`);
    case "param":
      return failing(scope.stage, `Parameter not found: ${value.name}`);
    case "literal":
      return failing(scope.stage, "Invalid literal type: expected number");
    case "compute":
      return compileComputation(value.computation, scope);
  }
}

function compileComputation(computation: Computation, scope: Scope): FieldReading {
  const operands = operandsOf(computation).map((operand) => compileValue(operand, scope));
  const [first = () => NaN, second = first, third = first] = operands;
  switch (computation.op) {
    case "max":
      return extreme(operands, -Infinity, (value, best) => value > best, scope);
    case "min":
      return extreme(operands, Infinity, (value, best) => value < best, scope);
    case "clamp":
      return (view) => clamped(first(view), second(view), third(view));
    case "div0":
      return (view) => {
        const numerator = first(view);
        const denominator = second(view);
        return Math.abs(denominator) < NO_DENOMINATOR ? third(view) : numerator / denominator;
      };
    case "+":
    case "-":
    case "*":
    case "/":
      return binary(computation.op, first, second, scope);
    default:
      return unary(computation.op, first);
  }
}

function extreme(
  operands: readonly FieldReading[],
  start: number,
  better: (value: number, best: number) => boolean,
  scope: Scope,
): FieldReading {
  if (operands.length === 0) return failing(scope.stage, "Empty value list for min/max computation");
  return (view) => {
    let best = start;
    for (const operand of operands) {
      const value = operand(view);
      if (better(value, best)) best = value;
    }
    return best;
  };
}

/** A bound that is no number is passed over; where the bounds cross the upper one wins. */
function clamped(value: number, min: number, max: number): number {
  if (Number.isNaN(value)) value = min;
  else if (value < min) value = min;
  if (Number.isNaN(value)) return max;
  return value > max ? max : value;
}

function binary(op: BinaryOperator, left: FieldReading, right: FieldReading, scope: Scope): FieldReading {
  switch (op) {
    case "+":
      return (view) => left(view) + right(view);
    case "-":
      return (view) => left(view) - right(view);
    case "*":
      return (view) => left(view) * right(view);
    case "/": {
      const refuse = failing(scope.stage, "Division by zero in computation");
      return (view) => {
        const dividend = left(view);
        const divisor = right(view);
        return Math.abs(divisor) < SMALLEST_DIVISOR ? refuse() : dividend / divisor;
      };
    }
  }
}

function unary(name: UnaryFunction, operand: FieldReading): FieldReading {
  switch (name) {
    case "ceil":
      return (view) => Math.ceil(operand(view));
    case "floor":
      return (view) => Math.floor(operand(view));
    case "abs":
      return (view) => Math.abs(operand(view));
    case "round":
      return (view) => roundedAwayFromZero(operand(view));
  }
}

/** The nearest whole number, halves away from zero; 0.49999999999999994 is below a half. */
export function roundedAwayFromZero(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

/** Prepares a condition for evaluation. `and` and `or` stop at the first operand that decides (spec 07 3.3). */
export function compileExpression(expression: Expression, scope: Scope): Test {
  switch (expression.op) {
    case "and": {
      const tests = expression.conditions.map((condition) => compileExpression(condition, scope));
      return (view) => {
        for (const test of tests) if (!test(view)) return false;
        return true;
      };
    }
    case "or": {
      const tests = expression.conditions.map((condition) => compileExpression(condition, scope));
      return (view) => {
        for (const test of tests) if (test(view)) return true;
        return false;
      };
    }
    case "not": {
      const test = compileExpression(expression.condition, scope);
      return (view) => !test(view);
    }
    default:
      return comparison(expression.op, compileValue(expression.left, scope), compileValue(expression.right, scope));
  }
}

/** Comparisons with the tolerance of spec 07 3.2; two equal infinities are neither equal nor unequal. */
export function comparison(op: ComparisonOperator, left: FieldReading, right: FieldReading): Test {
  switch (op) {
    case "==":
      return (view) => Math.abs(left(view) - right(view)) < TOLERANCE;
    case "!=":
      return (view) => Math.abs(left(view) - right(view)) >= TOLERANCE;
    case "<":
      return (view) => left(view) < right(view);
    case ">":
      return (view) => left(view) > right(view);
    case "<=":
      return (view) => {
        const a = left(view);
        const b = right(view);
        return a <= b || Math.abs(a - b) < TOLERANCE;
      };
    case ">=":
      return (view) => {
        const a = left(view);
        const b = right(view);
        return a >= b || Math.abs(a - b) < TOLERANCE;
      };
  }
}
