/**
 * What the validator says about the text of a policy (spec 07 6.3).
 *
 * @module
 */
import type { Behaviours } from "../behaviours.ts";
import { compareIds } from "../config.ts";
import { type PolicyDocument, type PolicyProblem, type TreeKey } from "./document.ts";
import { parsePolicy } from "./document_parser.ts";
import { FieldTable } from "./fields.ts";
import { validateDocument } from "./validation.ts";

/** A valid document, or everything that is wrong with the text. */
export type PolicyVerdict =
  | { readonly valid: true; readonly document: PolicyDocument }
  | { readonly valid: false; readonly problems: readonly PolicyProblem[] };

/** Parses and validates the text of a policy. */
export function judgePolicy(text: string, behaviours: Behaviours): PolicyVerdict {
  const parsed = parsePolicy(text, behaviours);
  if (!parsed.ok) return { valid: false, problems: parsed.problems };
  const problems = validateDocument(parsed.document, new FieldTable(behaviours), behaviours);
  return problems.length === 0 ? { valid: true, document: parsed.document } : { valid: false, problems };
}

/** One problem as the validator writes it. */
export interface WrittenProblem {
  readonly type: string;
  readonly message: string;
  /** From 1, in the text of the document. */
  readonly line: number;
  readonly column: number;
  /** Keys and list positions from the top, such as `payment_tree.on_true.action`. */
  readonly path: string;
}

/** The validator's answer as it is written, with the keys of spec 07 6.3 and the place of each problem. */
export type WrittenVerdict =
  | {
    readonly valid: true;
    readonly version: string;
    readonly policy_id: string;
    readonly description: string | null;
    readonly trees: Readonly<
      Record<`has_${TreeKey}`, boolean> & { parameter_count: number; parameters: readonly string[] }
    >;
  }
  | { readonly valid: false; readonly errors: readonly WrittenProblem[] };

/** The verdict in the form of the validator's output. */
export function writtenVerdict(verdict: PolicyVerdict): WrittenVerdict {
  if (!verdict.valid) {
    const errors = verdict.problems.map(({ type, message, line, column, path }) => ({
      type,
      message,
      line,
      column,
      path: path.join("."),
    }));
    return { valid: false, errors };
  }
  const { description, parameters, policyId, trees, version } = verdict.document;
  return {
    valid: true,
    version,
    policy_id: policyId,
    description,
    trees: {
      has_bank_tree: trees.bank_tree !== undefined,
      has_end_of_tick_collateral_tree: trees.end_of_tick_collateral_tree !== undefined,
      has_payment_tree: trees.payment_tree !== undefined,
      has_strategic_collateral_tree: trees.strategic_collateral_tree !== undefined,
      parameter_count: parameters.size,
      parameters: [...parameters.keys()].sort(compareIds),
    },
  };
}
