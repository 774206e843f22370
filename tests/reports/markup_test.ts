import { assertEquals } from "@std/assert";
import { faults } from "./markup.ts";

Deno.test("the reader of markup sees what is wrong with a page", () => {
  const page = (body: string) => `<!doctype html><html><body>${body}</body></html>`;
  assertEquals(faults(page("<table><tbody><tr><td>1<td>2<tr><td>3</table>")), []);
  assertEquals(faults(page("<p>a</div></p>")).length > 0, true);
  assertEquals(faults(page("<p>a < b</p>")).length, 1);
  assertEquals(faults(page('<b id="a"></b><b id="a"></b>')), ["id a is used twice"]);
  assertEquals(faults(page('<a href="https://example.org">x</a>')), ["leads out: https://example.org"]);
  assertEquals(faults(page('<p onclick="x()">x</p>')).length, 1);
  assertEquals(faults(page('<p title="a" b"">x</p>')).length, 1);
  assertEquals(faults("<p>x</p>"), ["no doctype"]);
});
