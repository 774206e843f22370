import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { historyFromJsonLines } from "../../../src/ring/analytics/mod.ts";
import { C, jsonLines, P } from "./payments.ts";

function amountOf(json: string): string {
  const text = `{"kind": "PayableCreated", "day": 0, "debtor": "A", "creditor": "B", "amount": ${json}, "due_day": 1}`;
  return `${historyFromJsonLines(text).dues.amounts[0]}`;
}

function refused(text: string, message: string): void {
  assertThrows(() => historyFromJsonLines(text, "events.jsonl"), ValidationError, message);
}

Deno.test("amounts are read exactly, whatever JSON calls them", () => {
  assertEquals(amountOf("10"), "10");
  assertEquals(amountOf('"68.50"'), "68.50");
  assertEquals(amountOf("0.1"), "0.1");
  assertEquals(amountOf('"0.1234567890123456789012345678"'), "0.1234567890123456789012345678");
  assertEquals(amountOf("123456789012345678901234567890"), "123456789012345678901234567890");
  assertEquals(amountOf("1e20"), "1E+20");
  assertEquals([amountOf("null"), amountOf("true"), amountOf("false")], ["0", "1", "0"]);
});

Deno.test("an amount that is no number is refused with its line instead of being read as nothing", () => {
  const line = (amount: unknown) => jsonLines([C("A", "B", 1, 1, "p"), P("A", "B", amount, 1, "p")]);
  refused(line("ten"), 'events.jsonl:\n  - line 2 -> amount: must be a decimal number (got "ten")');
  refused(line([1, 2]), "line 2 -> amount");
  refused(line({}), "line 2 -> amount");
  refused(line("1e500"), "line 2 -> amount");
});

Deno.test("a line that is no event is refused with its number", () => {
  refused(`${jsonLines([C("A", "B", 1, 1, "p")])}\n{"kind": \n`, "line 3: is no JSON");
  refused("[1]\n", "line 1: is no event: an object was expected");
  refused('{"kind": "PayableCreated", "due_day": null}', "line 1 -> due_day: must be a day (got null)");
  refused('{"kind": "PayableSettled", "day": "soon"}', 'line 1 -> day: must be a day (got "soon")');
});

Deno.test("blank lines, CR LF and other kinds of event are passed over", () => {
  const text = `\r\n  \n${jsonLines([{ kind: "PhaseA", day: 0, amount: "?" }, C("A", "B", 1, 1, "p")])}\r\n`;
  assertEquals(historyFromJsonLines(text.replaceAll("\n", "\r\n")).dues.length, 1);
  assertEquals(historyFromJsonLines("").dues.length, 0);
});

Deno.test("days are whole numbers, as text too, and fractions are cut", () => {
  const day = (due_day: unknown) => historyFromJsonLines(JSON.stringify({ kind: "PayableCreated", due_day })).dueDays;
  assertEquals([day(3), day(" 3 "), day(3.9), day(-1.5)], [[3], [3], [3], [-1]]);
});

Deno.test("the older names of the fields stand in for missing and empty ones", () => {
  const history = historyFromJsonLines(jsonLines([
    { kind: "PayableCreated", due_day: 1, debtor: "", from: "A", to: "B", pid: "x", alias: "" },
    { kind: "PayableSettled", day: 1, from: "A", creditor: null, to: "B", pid: "", contract_id: "x" },
    { kind: "PayableSettled", from: "A", to: "B" },
  ]));
  const { dues, settlements } = history;
  assertEquals(history.agentName(dues.debtors[0] ?? -1), "A");
  assertEquals([dues.creditors[0], dues.ids[0], dues.aliases[0]], [1, 0, -1]);
  assertEquals([settlements.debtors[0], settlements.creditors[0], settlements.ids[0]], [0, 1, 0]);
  assertEquals(settlements.length, 1);
});
