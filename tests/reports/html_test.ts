import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import { escaped, grouped, percent, rounded, shortened, shown } from "../../src/reports/html.ts";
import { anchor } from "../../src/reports/page.ts";

Deno.test("escaped() leaves no character that could end an element or an attribute", () => {
  assertEquals(
    escaped(`<script>alert("1")</script> & 'x'`),
    "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;",
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("<", ">", "&", `"`, "'", "\0", "\ud800", "a", "é") }),
      (text) => !/[<>"'\0]/.test(escaped(text)),
    ),
  );
});

Deno.test("escaped() writes every character in ASCII", () => {
  assertEquals(escaped("a\ud800b\0"), "a&#65533;b&#65533;");
  assertEquals(escaped("Zürich 🏦"), "Z&#252;rich &#127974;");
});

Deno.test("shown() writes six decimals at most and commas between thousands", () => {
  const texts = ["1234567.5", "0.0078125", "500.0000", "-1234", "999", "123456789012345678901234567"];
  const parsed = texts.map((text) => shown(Decimal.parse(text)));
  assertEquals(parsed, ["1,234,567.5", "0.007812", "500", "-1,234", "999", "123,456,789,012,345,678,901,234,567"]);
  assertEquals([shown(null), shown(undefined), shown(0), shown(1e-9), shown(12345.678)], [
    "—",
    "—",
    "0",
    "0",
    "12,345.678",
  ]);
});

Deno.test("grouped() leaves exponents and short numbers alone", () => {
  assertEquals(["1E+30", "12", "-123", "-1234.5678"].map(grouped), ["1E+30", "12", "-123", "-1,234.5678"]);
});

Deno.test("rounded() keeps two decimals", () => {
  assertEquals([rounded(1234.567), rounded(Decimal.parse("51.125426") ?? 0), rounded(3)], ["1,234.57", "51.13", "3"]);
});

Deno.test("shortened() and percent() cut zeros at the end", () => {
  assertEquals([shortened(0.5, 6), shortened(2, 3), shortened(-1e-9, 4), shortened(1 / 3, 2)], [
    "0.5",
    "2",
    "0",
    "0.33",
  ]);
  assertEquals([percent(0.875), percent(1), percent(null)], ["87.5%", "100%", "—"]);
});

Deno.test("anchor() links to files beside the page and to nothing else", () => {
  assertEquals(anchor("../runs/a b/run.html", "a<b"), '<a href="../runs/a b/run.html">a&lt;b</a>');
  for (const href of ["https://example.org", "//example.org", "javascript:alert(1)", " data:text/html,x"]) {
    assertEquals(anchor(href, "name"), "name");
  }
});
