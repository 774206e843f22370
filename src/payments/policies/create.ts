/**
 * Makes the policy of an agent ready to be evaluated.
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import type { PolicyConfig } from "../config.ts";
import {
  type BankDecision,
  type CollateralDecision,
  type PaymentDecision,
  type Policy,
  PolicyDocumentError,
  PolicyError,
  type PolicyView,
} from "../policy_contract.ts";
import { compileBankAction } from "./bank_actions.ts";
import { builtInDocument, injectedParameters } from "./built_in.ts";
import { compileCollateralAction } from "./collateral_actions.ts";
import { nodesOf, type PolicyDocument, type PolicyProblem, RTGS_ACTIONS, type TreeKey } from "./document.ts";
import { parsePolicy } from "./document_parser.ts";
import { failing } from "./expressions.ts";
import { FieldTable } from "./fields.ts";
import { compilePaymentAction } from "./payment_actions.ts";
import { type ActionCompiler, compileTree } from "./tree.ts";
import { validateDocument } from "./validation.ts";

/**
 * Parses a policy and prepares its trees. By default the document is also validated now; the reference validates it at
 * its first evaluation (spec 07 6.1).
 *
 * @throws {PolicyDocumentError} naming every problem with its line and column.
 */
export function createPolicy(config: PolicyConfig, behaviours: Behaviours): Policy {
  const text = config.type === "FromJson" ? config.json : builtInDocument(config.type, behaviours);
  const parsed = parsePolicy(text, behaviours);
  if (!parsed.ok) throw new PolicyDocumentError(`Failed to parse JSON: ${problemList(parsed.problems)}`);
  const policy = new CompiledPolicy(withParameters(parsed.document, config), behaviours);
  // behaviour: policiesCheckedWhenReached
  if (behaviours.policiesCheckedWhenReached || policy.problems.length === 0) return policy;
  throw new PolicyDocumentError(`Tree validation failed: ${problemList(policy.problems)}`);
}

function problemList(problems: readonly PolicyProblem[]): string {
  return problems.map(problemText).join("; ");
}

/** A problem for people: the message, and the place unless the message says it. */
export function problemText({ type, message, line, column }: PolicyProblem): string {
  return type === "ParseError"
    ? message.replace("JSON parsing failed: ", "")
    : `${message} at line ${line} column ${column}`;
}

/** Injected parameters replace those of the document. */
function withParameters(document: PolicyDocument, config: PolicyConfig): PolicyDocument {
  const injected = Object.entries(injectedParameters(config));
  return injected.length === 0 ? document : { ...document, parameters: new Map([...document.parameters, ...injected]) };
}

const FRACTION = "initial_liquidity_fraction";
const ON_QUEUE2: ReadonlySet<string> = new Set(RTGS_ACTIONS);

/** A document with its trees as functions. */
class CompiledPolicy implements Policy {
  readonly bank: ((view: PolicyView) => BankDecision) | undefined;
  readonly strategicCollateral: ((view: PolicyView) => CollateralDecision) | undefined;
  readonly endOfTickCollateral: ((view: PolicyView) => CollateralDecision) | undefined;
  readonly actsOnQueue2: boolean;
  readonly initialLiquidityFraction: number | undefined;
  readonly problems: readonly PolicyProblem[];
  readonly #payment: (view: PolicyView) => PaymentDecision;

  constructor(document: PolicyDocument, behaviours: Behaviours) {
    const fields = new FieldTable(behaviours);
    this.problems = validateDocument(document, fields, behaviours);
    const { parameters, trees } = document;
    const compile = <Decision>(key: TreeKey, action: ActionCompiler<Decision>) => {
      const tree = trees[key];
      if (tree === undefined) return undefined;
      const evaluate = compileTree(tree, { tree: key, fields, parameters }, action);
      return (view: PolicyView): Decision => {
        this.validate();
        return evaluate(view);
      };
    };
    this.bank = compile("bank_tree", (node, scope, path) => compileBankAction(node, scope, path, behaviours));
    this.strategicCollateral = compile("strategic_collateral_tree", compileCollateralAction);
    this.endOfTickCollateral = compile("end_of_tick_collateral_tree", compileCollateralAction);
    this.#payment = compile("payment_tree", compilePaymentAction) ??
      failing("traversal", "Invalid tree: payment_tree is not defined");
    const tree = trees.payment_tree;
    this.actsOnQueue2 = tree !== undefined &&
      [...nodesOf(tree)].some((node) => node.kind === "action" && ON_QUEUE2.has(node.action));
    this.initialLiquidityFraction = parameters.get(FRACTION);
  }

  payment(view: PolicyView): PaymentDecision {
    return this.#payment(view);
  }

  validate(): void {
    if (this.problems.length === 0) return;
    throw new PolicyError("validation", `[${this.problems.map(({ debug }) => debug).join(", ")}]`);
  }
}
