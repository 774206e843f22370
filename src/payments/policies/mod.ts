/**
 * The decision-tree language for cash managers (spec 07): documents, validation, evaluation, the built-in policies.
 *
 * @module
 */
export { builtInDocument, type BuiltInPolicy } from "./built_in.ts";
export { createPolicy, problemText } from "./create.ts";
export type { PolicyDocument, PolicyProblem } from "./document.ts";
export {
  type FeatureToggles,
  forbiddenCategories,
  POLICY_CATEGORIES,
  policyCategories,
  type PolicyCategory,
} from "./features.ts";
export {
  judgePolicy,
  type PolicyVerdict,
  type WrittenProblem,
  type WrittenVerdict,
  writtenVerdict,
} from "./verdict.ts";
