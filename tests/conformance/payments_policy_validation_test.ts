/**
 * The recorded answers of the policy validator (golden/rtgs/README section 2).
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { REFERENCE } from "../../src/payments/behaviours.ts";
import { judgePolicy, type WrittenVerdict, writtenVerdict } from "../../src/payments/policies/mod.ts";
import { goldenText, recorded } from "./golden.ts";

interface Case {
  readonly document: string;
  readonly result: WrittenVerdict;
}

/** A verdict as far as it is compared: parser texts are one library's, and lists have no order. */
function comparable(verdict: WrittenVerdict): unknown {
  if (verdict.valid) return verdict;
  const errors = verdict.errors.map(({ type, message }) => `${type}: ${type === "ParseError" ? "" : message}`);
  return { valid: false, errors: errors.sort() };
}

recorded("the validator answers every recorded document as the reference does", () => {
  const cases: Case[] = JSON.parse(goldenText("rtgs", "policy_validation", "cases.json"));
  assertEquals(cases.length > 30, true, `${cases.length} recorded documents`);
  for (const { document, result } of cases) {
    assertEquals(comparable(writtenVerdict(judgePolicy(document, REFERENCE))), comparable(result), document);
  }
});
