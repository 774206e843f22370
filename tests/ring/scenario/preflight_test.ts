/** The check of aliases over the whole course of a scenario. */
import { assertEquals, assertThrows } from "@std/assert";
import { SimulationError } from "../../../src/core/errors.ts";
import { preflightAliases } from "../../../src/ring/scenario/preflight.ts";
import { small } from "./small_files.ts";

function check(initial: string, scheduled: string): void {
  preflightAliases(small(`initial_actions: [${initial}]\nscheduled_actions: [${scheduled}]`).scenario);
}

const mint = (alias: string) => `{mint_cash: {to: H1, amount: 1, alias: ${alias}}}`;
const claim = (alias: string) => `{transfer_claim: {contract_alias: ${alias}, to_agent: H1}}`;
const on = (day: number, action: string) => `{day: ${day}, action: ${action}}`;

Deno.test("aliases in order pass: known before use, on the same day too; empty ones and ids do not count", () => {
  check(mint("A"), [on(3, claim("B")), on(2, mint("B")), on(2, claim("B")), on(1, claim("A"))].join(", "));
  check(`${mint('""')}, ${mint('""')}`, on(1, "{transfer_claim: {contract_id: PAY_1, to_agent: H1}}"));
});

Deno.test("an alias that is given twice is refused, at the start and later", () => {
  assertThrows(() => check(`${mint("A")}, ${mint("A")}`, ""), SimulationError, "Duplicate alias in initial_actions: A");
  const again = assertThrows(
    () => check("", `${on(5, mint("A"))}, ${on(2, mint("A"))}`),
    SimulationError,
    "Duplicate alias detected: 'A' already defined before day 5",
  );
  assertEquals(again.where.time, 5);
});

Deno.test("a claim transfer by an alias that is not known by then is refused", () => {
  const sentence = "Scheduled transfer_claim references unknown alias 'A' on day 1.";
  assertThrows(() => check("", `${on(1, claim("A"))}, ${on(1, mint("A"))}`), SimulationError, sentence);
});

Deno.test("scheduled actions that could not be read are passed over", () => {
  const text = `scheduled_actions: [${on(1, "{mint_cash: {alias: A}}")}, ${on(2, mint("A"))}]`;
  preflightAliases(small(text, { reference: true }).scenario);
});
