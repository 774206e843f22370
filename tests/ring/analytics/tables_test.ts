import { assertEquals, assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { moneyFromBalances, readTable } from "../../../src/ring/analytics/mod.ts";

Deno.test("money is what the agents hold, without the rows of the whole system", () => {
  const money = moneyFromBalances([
    { agent_id: "H1", assets_cash: "394.0" },
    { agent_id: "H2", assets_cash: "", assets_bank_deposit: "5" },
    { agent_id: "H3", assets_cash: "None", assets_reserve_deposit: "abc" },
    { agent_id: "SYSTEM", assets_cash: "399" },
    { agent_id: "system", assets_cash: "399" },
    { agent_id: "X", item_type: "summary", assets_cash: "9" },
  ]);
  assertEquals(money.toNumber(), 399);
});

Deno.test("tables are read with and without quotes, whatever ends their lines", () => {
  assertEquals(readTable("a,b\r\n1,\r\n2,x\r\n"), [{ a: "1", b: "" }, { a: "2", b: "x" }]);
  assertEquals(readTable('a,b\n1,"x, ""y"""\n'), [{ a: "1", b: 'x, "y"' }]);
  assertEquals(readTable("day\r\n"), []);
  assertEquals(readTable(""), []);
  assertEquals(readTable("a,b\n1\n"), [{ a: "1" }]);
});

Deno.test("a table whose quotes are not closed is refused", () => {
  assertThrows(() => readTable('a,b\n"1,2\n', "metrics.csv"), ValidationError, "metrics.csv");
});
