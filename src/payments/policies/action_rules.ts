/**
 * What is wrong with the actions and literals of a tree beyond the rules of spec 07 6.2: everything that would end a
 * run when it is reached, or that would be ignored without a word. The reference finds none of it before the run.
 *
 * @module
 */
import { suggestion } from "../../core/nearest.ts";
import { SHORT_BUDGET_KEYS } from "./bank_actions.ts";
import {
  type ActionName,
  type ActionNode,
  ACTIONS,
  BANK_ACTIONS,
  COLLATERAL_ACTIONS,
  type Location,
  nodesOf,
  PAYMENT_ACTIONS,
  type PolicyProblem,
  RTGS_ACTIONS,
  type TreeKey,
  type TreeNode,
  type Value,
  valuesOf,
} from "./document.ts";
import { literalNumber } from "./expressions.ts";
import { REGISTER_PREFIX } from "./fields.ts";
import { rtgsPriorityNamed } from "./payment_actions.ts";
import { debugText } from "./rust_text.ts";

/** What an action parameter is made of. `any` has a meaning in whatever form, `texts` is a literal list of texts. */
type ParameterKind = "any" | "number" | "parts" | "text" | "urgency" | "register" | "texts";

interface Parameter {
  readonly kind: ParameterKind;
  readonly required?: true;
}

type Parameters = Readonly<Record<string, Parameter>>;

const RELEASE: Parameters = { priority_flag: { kind: "any" }, timed_for_tick: { kind: "number" } };
const SPLIT: Parameters = { num_splits: { kind: "parts", required: true } };
const REGISTER: Parameters = {
  key: { kind: "register", required: true },
  value: { kind: "number", required: true },
  reason: { kind: "text" },
};

/** The parameters of every action (spec 07 5). */
const PARAMETERS: Readonly<Record<ActionName, Parameters>> = {
  Release: RELEASE,
  ReleaseWithCredit: RELEASE,
  Split: SPLIT,
  PaceAndRelease: SPLIT,
  StaggerSplit: {
    ...SPLIT,
    stagger_first_now: { kind: "number", required: true },
    stagger_gap_ticks: { kind: "number", required: true },
    priority_boost_children: { kind: "number", required: true },
  },
  Hold: { reason: { kind: "any" } },
  Drop: {},
  Reprioritize: { new_priority: { kind: "number", required: true } },
  WithdrawFromRtgs: {},
  ResubmitToRtgs: { rtgs_priority: { kind: "urgency", required: true } },
  SetReleaseBudget: {
    max_value_to_release: { kind: "number", required: true },
    focus_counterparties: { kind: "texts" },
    max_per_counterparty: { kind: "number" },
  },
  SetState: REGISTER,
  AddState: REGISTER,
  NoAction: {},
  PostCollateral: {
    amount: { kind: "number", required: true },
    reason: { kind: "any" },
    auto_withdraw_after_ticks: { kind: "number" },
  },
  WithdrawCollateral: { amount: { kind: "number", required: true }, reason: { kind: "any" } },
  HoldCollateral: {},
};

/** The actions that each tree carries out. */
const SUITABLE: Readonly<Record<TreeKey, readonly ActionName[]>> = {
  payment_tree: [...PAYMENT_ACTIONS, ...RTGS_ACTIONS],
  bank_tree: BANK_ACTIONS,
  strategic_collateral_tree: COLLATERAL_ACTIONS,
  end_of_tick_collateral_tree: COLLATERAL_ACTIONS,
};

/** Doing nothing, which a bank tree may say in the words of the other trees. */
const IDLE: ReadonlySet<ActionName> = new Set<ActionName>(["Hold", "HoldCollateral"]);

/** The problems of one tree in the order of its nodes. */
export function actionProblems(key: TreeKey, tree: TreeNode): PolicyProblem[] {
  return [...nodesOf(tree)].flatMap((node) => [
    ...node.kind === "action" ? actionNodeProblems(key, node) : [],
    ...valueProblems(node),
  ]);
}

function problem(type: string, message: string, at: Location): PolicyProblem {
  return { type, message, debug: `${type}(${debugText(message)})`, line: at.line, column: at.column, path: at.path };
}

function actionNodeProblems(key: TreeKey, node: ActionNode): PolicyProblem[] {
  if (key === "bank_tree" && IDLE.has(node.action)) return [];
  if (!SUITABLE[key].includes(node.action)) {
    const suitable = ACTIONS.filter((action) => SUITABLE[key].includes(action)).join(", ");
    return [
      problem(
        "MisplacedAction",
        `${node.action} at node ${node.id} does not belong in ${key}, which has ${suitable}`,
        node.at,
      ),
    ];
  }
  const known = PARAMETERS[node.action];
  const problems: PolicyProblem[] = [];
  const spelled = (name: string) => node.action === "SetReleaseBudget" ? SHORT_BUDGET_KEYS.get(name) ?? name : name;
  const given = new Map([...node.parameters].map(([name, value]) => [spelled(name), value]));
  for (const [name, { required }] of Object.entries(known)) {
    if (required !== true || given.has(name)) continue;
    problems.push(problem("MissingActionParameter", `${node.action} at node ${node.id} needs ${name}`, node.at));
  }
  for (const [name, value] of given) {
    const parameter = known[name];
    const rule = parameter === undefined
      ? `is unknown${suggestion(name, Object.keys(known))}`
      : PARAMETER_RULES[parameter.kind](value);
    if (rule === undefined) continue;
    const type = parameter === undefined ? "UnknownActionParameter" : "InvalidActionParameter";
    problems.push(problem(type, `${name} of ${node.action} at node ${node.id} ${rule}`, value.at));
  }
  return problems;
}

function literalText(value: Value): string | undefined {
  return value.kind === "literal" && value.json.kind === "string" ? value.json.value : undefined;
}

function textRule(value: Value, holds: (text: string) => boolean, rule: string): string | undefined {
  const text = literalText(value);
  return text !== undefined && holds(text) ? undefined : rule;
}

/** What is wrong with a parameter of each kind. */
const PARAMETER_RULES: Readonly<Record<ParameterKind, (value: Value) => string | undefined>> = {
  any: () => undefined,
  number: (value) => value.kind === "literal" && value.json.kind !== "number" ? "must be a number" : undefined,
  parts: (value) => {
    if (value.kind !== "literal") return undefined;
    return value.json.kind === "number" && value.json.value >= 2 ? undefined : "must be a number of at least 2";
  },
  text: (value) => textRule(value, () => true, "must be a literal text"),
  urgency: (value) =>
    textRule(value, (text) => rtgsPriorityNamed(text) !== undefined, "must be HighlyUrgent, Urgent or Normal"),
  register: (value) =>
    textRule(value, (text) => text.startsWith(REGISTER_PREFIX), `must be a text that starts with ${REGISTER_PREFIX}`),
  texts: (value) =>
    value.kind === "literal" && value.json.kind === "array" && value.json.items.every(({ kind }) => kind === "string")
      ? undefined
      : "must be a literal list of texts",
};

/** Literals that are no numbers where arithmetic needs them, and extremes of nothing. */
function valueProblems(node: TreeNode): PolicyProblem[] {
  const parameters: ReadonlySet<Value> = new Set(node.kind === "action" ? node.parameters.values() : []);
  const place = `at node ${node.id}`;
  return [...valuesOf(node)].flatMap((value) => {
    if (value.kind === "literal" && !parameters.has(value) && literalNumber(value.json) === undefined) {
      return [problem("InvalidLiteralType", `a ${value.json.kind} ${place} where a number is needed`, value.at)];
    }
    if (value.kind !== "compute") return [];
    const { computation } = value;
    if ((computation.op !== "max" && computation.op !== "min") || computation.values.length > 0) return [];
    return [problem("EmptyValueList", `${computation.op} of no values ${place}`, value.at)];
  });
}
