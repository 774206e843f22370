import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  balanceSheetView,
  DISPLAY,
  type Displayable,
  effectMapView,
  eventTable,
  htmlTable,
  htmlView,
  progressDisplay,
  runView,
  show,
} from "../../src/reports/notebook.ts";
import { Decimal } from "../../src/core/decimal.ts";
import { BALANCED_ARMS, pairRow } from "../../src/reports/paired_input.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import { readable } from "./readable.ts";

const html = (view: Displayable) => readable(view[DISPLAY]()["text/html"] ?? "");

/** What stands in a view behind its style sheet. */
const content = (view: Displayable) => html(view).slice(html(view).indexOf("</style>") + "</style>".length);

const { scenario } = loadScenarioText(
  `
name: Two firms
agents:
  - { id: CB, kind: central_bank, name: Central bank }
  - { id: A, kind: firm, name: Firm <A> }
  - { id: B, kind: firm, name: Firm B }
initial_actions:
  - mint_cash: { to: A, amount: 100 }
  - create_payable: { from: A, to: B, amount: 80, due_day: 1 }
`,
  "two firms",
);
const outcome = simulateRing(scenario);

Deno.test("a view is found under the key that the Deno kernel asks for", () => {
  assertEquals(DISPLAY, Symbol.for("Jupyter.display"));
  assertEquals(htmlView("<b>x</b>", "x")[DISPLAY]()["text/plain"], "x");
});

Deno.test("the style of a view reaches nothing outside of it", () => {
  const text = html(htmlView("<b>x</b>"));
  const style = text.slice(text.indexOf("<style>") + 7, text.indexOf("</style>"));
  assert(style.startsWith(".bilancio{") && style.endsWith("}"));
  let depth = 0;
  for (let i = 0; i < style.length; i++) {
    depth += style[i] === "{" ? 1 : style[i] === "}" ? -1 : 0;
    assert(depth > 0 || i < ".bilancio{".length || i === style.length - 1, `the block ends early at ${i}`);
  }
  assert(!/:root|[;}{]body\{/.test(style));
});

Deno.test("a table shows the columns of its rows, numbers to the right, dashes for what is missing", () => {
  const text = content(htmlTable([
    { agent: "A", amount: Decimal.parse("1234.5000000001") },
    { agent: "<B>", amount: null, note: { day: 1 } },
  ]));
  assertStringIncludes(text, '<th scope="col">agent</th><th scope="col">amount</th><th scope="col">note</th>');
  assertStringIncludes(text, '<table class="r2">');
  assertStringIncludes(text, "<tr><td>A<td>1,234.5<td>—");
  assertStringIncludes(text, "<tr><td>&lt;B&gt;<td>—<td>{&quot;day&quot;:1}");
  assert(!text.includes("<button"), "nothing of ours runs in a notebook");
});

Deno.test("a table shows the columns and as many rows as asked, and says what it leaves out", () => {
  const rows = Array.from({ length: 60 }, (_, day) => ({ day, double: day * 2 }));
  const text = content(htmlTable(rows, { columns: ["double"], limit: 3 }));
  assertEquals(text.match(/<tr><td>/g)?.length, 3);
  assert(!text.includes("day"));
  assertStringIncludes(text, "The first 3 of 60 rows.");
  assertStringIncludes(content(htmlTable(rows)), "The first 50 of 60 rows.");
});

Deno.test("events are rows; markers are none; kinds pick some", () => {
  const all = content(eventTable(outcome.log));
  assertStringIncludes(all, "PayableSettled");
  assert(!all.includes("SubphaseB2"));
  const settled = content(eventTable(outcome.log, { kinds: ["PayableSettled"] }));
  assertEquals(settled.match(/<tr><td>/g)?.length, 1);
  assertStringIncludes(settled, "<tr><td>1<td>B2 settlement<td>PayableSettled");
});

Deno.test("a run shows its charts, and the balance sheets that are asked for", () => {
  assertEquals(content(runView(scenario, outcome)).match(/<svg/g)?.length, 3);
  const sheets = content(balanceSheetView(scenario, outcome, ["A"]));
  assertStringIncludes(sheets, "Firm &lt;A&gt;");
  assert(!sheets.includes("Firm B"));
  assertStringIncludes(content(balanceSheetView(scenario, outcome)), "Firm B");
});

Deno.test("pairs show as a map without links to a table that is not there", () => {
  const rows = ["0.5", "1", "2"].map((kappa, i) =>
    pairRow({
      kappa,
      concentration: "1",
      mu: "0",
      monotonicity: "0",
      seed: String(i),
      delta_passive: "0.5",
      delta_active: "0.25",
      trading_effect: "0.25",
      trading_relief_ratio: "0.5",
    }, BALANCED_ARMS)
  );
  const text = content(effectMapView(rows));
  assertStringIncludes(text, "<title>κ 2, c 1: +0.25, 1 pair</title>");
  assert(!text.includes("href"));
  assertStringIncludes(content(effectMapView([])), "no grid");
});

Deno.test("outside of a notebook nothing is shown, and nothing breaks", async () => {
  await show(htmlTable([{ a: 1 }]));
  await show("text");
  const progress = progressDisplay("Runs");
  progress.update(1, 2);
  await progress.end();
});
