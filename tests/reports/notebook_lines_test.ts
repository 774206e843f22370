import { assertEquals, assertStringIncludes } from "@std/assert";
import { valueLines } from "../../src/reports/charts/value_lines.ts";
import { DISPLAY } from "../../src/reports/notebook.ts";
import { linesView } from "../../src/reports/notebook_lines.ts";
import { readable } from "./readable.ts";

const SHAPE = { title: "Balances", yName: "cents" };

function html(...args: Parameters<typeof linesView>): string {
  const text = readable(linesView(...args)[DISPLAY]()["text/html"] ?? "");
  return text.slice(text.indexOf("</style>") + "</style>".length);
}

Deno.test("every column behind the first is a line with its name, and every value a point that tells it", () => {
  const text = html({ tick: [0, 1, 2], NORTH: [10, 5, null], SOUTH: [0, 5, 20] }, SHAPE);
  for (const name of ["NORTH", "SOUTH"]) assertStringIncludes(text, `</i>${name}</li>`);
  assertEquals(text.match(/<circle/g)?.length, 5);
  assertStringIncludes(text, "<title>SOUTH, tick 2: 20</title>");
});

Deno.test("places stand at their distances and in their order, whatever order the rows have", () => {
  const text = html({ kappa: [4, 0, 1], delta: [0, 1, 0.5] }, SHAPE);
  const [, path = ""] = /<path d="(M[^"]+)" fill="none"/.exec(text) ?? [];
  const xs = [...path.matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x));
  assertEquals(xs.length, 3);
  const [a = 0, b = 0, c = 0] = xs;
  assertEquals(Math.round((c - a) / (b - a)), 4);
});

Deno.test("what comes from a database may hold anything: names are escaped, what is no number is left out", () => {
  const text = html({ "<tick>": [0n, 1n, "x"], "<script>": [1n, "1", NaN], none: [null, null, null] }, SHAPE);
  assertEquals(text.includes("<script>"), false);
  assertStringIncludes(text, "&lt;script&gt;, &lt;tick&gt; 0: 1");
  assertEquals(text.match(/<circle/g)?.length, 1);
});

Deno.test("no rows, no columns and one place are shown without a wrong picture", () => {
  for (const columns of [{}, { tick: [] }, { tick: [], a: [] }, { tick: ["x"], a: [1] }]) {
    assertStringIncludes(html(columns, SHAPE), "<p>Balances: no values</p>");
  }
  const one = html({ tick: [7], a: [3] }, SHAPE);
  assertStringIncludes(one, "<title>a, tick 7: 3</title>");
  assertEquals(/NaN|Infinity|undefined/.test(one), false);
});

Deno.test("more lines than can be told apart are counted, not drawn", () => {
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, [i]]));
  const text = html({ tick: [0], ...many }, SHAPE);
  assertStringIncludes(text, "<small>the first 12 of 20 lines</small>");
  assertStringIncludes(text, "a6 (dashed)");
  assertEquals(text.includes("a12"), false);
});

Deno.test("a long line has neither points nor more corners than can be seen, and keeps its extremes", () => {
  const places = Array.from({ length: 50_000 }, (_, i) => i);
  const values = places.map((i) => i === 25_001 ? -40 : i === 25_003 ? 90 : i % 7);
  const text = valueLines([{ name: "a", values, colour: "red" }], { ...SHAPE, places, xName: "tick" });
  assertEquals(text.includes("<circle"), false);
  const [, path = ""] = /<path d="(M[^"]+)" fill="none" stroke="red"/.exec(text) ?? [];
  const corners = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
  assertEquals(corners.length <= 480, true);
  const heights = corners.map(([, , y]) => Number(y));
  const lines = [...text.matchAll(/M\d+ ([\d.]+)H/g)].map(([, y]) => Number(y));
  // The grid stands at -50, 0, 50 and 100 from below.
  const [low = 0, , , high = 0] = lines;
  const place = (value: number) => Math.round(low + (value + 50) / 150 * (high - low));
  assertEquals([Math.max(...heights), Math.min(...heights)].map(Math.round), [place(-40), place(90)]);
});
