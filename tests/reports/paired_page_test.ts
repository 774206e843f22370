import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BALANCED_ARMS, COMPARISON_ARMS, type PairRow, pairRow } from "../../src/reports/paired_input.ts";
import { pairedPage } from "../../src/reports/paired_page.ts";
import { faults, scriptsOf } from "./markup.ts";
import { readable } from "./readable.ts";

/** Cells of a balanced comparison.csv. */
function cells(own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    kappa: "1",
    concentration: "1",
    mu: "0.5",
    monotonicity: "0",
    seed: "42",
    outside_mid_ratio: "0.9",
    delta_passive: "0.5",
    delta_active: "0.4",
    trading_effect: "0.1",
    trading_relief_ratio: "0.2",
    passive_run_id: `balanced_passive_${own.seed ?? 42}`,
    passive_status: "completed",
    active_run_id: `balanced_active_${own.seed ?? 42}`,
    active_status: "completed",
    total_trades: "7",
    ...own,
  };
}

function balanced(own: Readonly<Record<string, string>>): PairRow {
  return pairRow(cells(own), BALANCED_ARMS, (arm, runId) => `../${arm}/runs/${runId}/run.html`);
}

/** Every combination of two κ, two c, two μ and two ρ; trading helps at κ = 0.5. */
const GRID = ["0.5", "2"].flatMap((kappa, k) =>
  ["1", "5"].flatMap((concentration, c) =>
    ["0", "1"].flatMap((mu, m) =>
      ["0.5", "1"].map((outside_mid_ratio, r) => {
        const effect = kappa === "2" ? 0 : (1 + c + 2 * m + 4 * r) / 100;
        return balanced({
          kappa,
          concentration,
          mu,
          outside_mid_ratio,
          seed: String(42 + k * 8 + c * 4 + m * 2 + r),
          delta_active: String(0.5 - effect),
          trading_effect: String(effect),
          trading_relief_ratio: String(effect / 0.5),
        });
      })
    )
  )
);

const page = (rows: readonly PairRow[], more = {}) => readable(pairedPage({ arms: BALANCED_ARMS, rows, ...more }));

Deno.test("a paired page is sound, self-contained HTML whose scripts parse", () => {
  const text = page(GRID, {
    settings: [["agents", "5"]],
    links: [{ label: "comparison.csv", href: "comparison.csv" }],
  });
  assertEquals(faults(text), []);
  for (const script of scriptsOf(text)) if (!script.startsWith("{")) new Function(script);
  assert(!/\b(?:src|href)="(?:https?:)?\/\//.test(text));
});

Deno.test("a paired page is ASCII", () => {
  assertEquals(/[^\t\n\r -~]/.exec(pairedPage({ arms: BALANCED_ARMS, rows: GRID, title: "Größer κ" })), null);
});

Deno.test("the first sentence says in how many pairs trading helped, by how much, and how sure that is", () => {
  const text = page(GRID);
  assertStringIncludes(text, "<b>8 of 16 pairs</b>; mean effect <b>+0.022</b>");
  assert(/95% interval \[\+0\.0\d+, \+0\.0\d+\]/.test(text));
  assertStringIncludes(text, "It changed nothing in 8 and raised it in 0.");
  assertStringIncludes(text, "The interval lies above zero");
  assertStringIncludes(text, "The effect depends most on κ: from 0 at κ = 2 to +0.045 at κ = 0.5.");
});

Deno.test("a sweep in which trading hurts says so", () => {
  const rows = [0.1, 0.2, 0.15].map((loss, i) =>
    balanced({ seed: String(i), delta_active: String(0.5 + loss), trading_effect: String(-loss) })
  );
  assertStringIncludes(page(rows), "on average over these pairs trading hurts");
});

Deno.test("effects on both sides of zero prove nothing", () => {
  const rows = ["0.1", "-0.1", "0.05", "-0.04"].map((trading_effect, i) =>
    balanced({ seed: String(i), trading_effect })
  );
  assertStringIncludes(page(rows), "The interval contains zero");
});

Deno.test("a sweep without trades and without effects says that nothing changed, and why", () => {
  const none = { delta_active: "0.5", trading_effect: "0E-28", trading_relief_ratio: "0", total_trades: "0" };
  const text = page([balanced(none), balanced({ ...none, seed: "43", kappa: "2" })]);
  assertStringIncludes(text, "Trading changed nothing: both runs of <b>all 2 pairs</b>");
  assertStringIncludes(text, "No trade took place in any run");
  assertEquals(faults(text), []);
});

Deno.test("the map over all pairs shows means, the small ones each combination of μ and ρ", () => {
  const text = page(GRID);
  assertStringIncludes(text, "<title>Mean trading effect, Mean over all μ and ρ</title>");
  assertStringIncludes(text, "<h3>ρ = 0.5</h3>");
  assertStringIncludes(text, "<title>Mean trading effect, μ = 1</title>");
  assertStringIncludes(text, "<title>κ 0.5, c 5: +0.08, 1 pair</title>");
  assertStringIncludes(text, 'data-pick="kappa=0.5&amp;concentration=5&amp;outsideMidRatio=1&amp;mu=1"');
});

Deno.test("one value in two spellings is one place", () => {
  const rows = ["0.5", "0.50"].map((kappa, i) => balanced({ kappa, seed: String(i) }));
  const text = page([...rows, balanced({ kappa: "2", seed: "9" })]);
  assertStringIncludes(text, "κ 0.5, c 1: +0.1 [+0.1, +0.1], 2 pairs");
});

Deno.test("points and table rows link to the pages of both runs", () => {
  const text = page(GRID);
  assertStringIncludes(text, '<a href="../active/runs/balanced_active_42/run.html"><circle');
  assertStringIncludes(
    text,
    '<span title="balanced_passive_42"><a href="../passive/runs/balanced_passive_42/run.html">42</a></span>',
  );
});

Deno.test("an address that leads elsewhere is no link, neither in the table nor in its packed rows", () => {
  const row = balanced({});
  const text = page([{ ...row, trading: { ...row.trading, href: "javascript:alert(1)" } }]);
  assert(!/<a href="javascript/.test(text));
  assert(!scriptsOf(text).some((script) => script.includes("javascript:alert")));
});

Deno.test("failed and unfinished pairs are listed with their errors and count nowhere", () => {
  const failed = balanced({ seed: "99", delta_active: "", trading_effect: "", active_status: "failed" });
  const rows = [...GRID, { ...failed, trading: { ...failed.trading, error: "SimulationError: <no> ticket" } }];
  const text = page(rows, { plannedPairs: 20 });
  assertEquals(faults(text), []);
  assertStringIncludes(text, "<span>Pairs</span><b>16 of 20</b>");
  assertStringIncludes(text, "SimulationError: &lt;no&gt; ticket");
  assertStringIncludes(text, "3 pairs of the plan have not been made yet.");
  assertStringIncludes(text, "<b>8 of 16 pairs</b>");
});

Deno.test("text from files cannot end the packed rows", () => {
  const text = page([balanced({ active_run_id: "a_</script><b>x" })]);
  assertEquals(faults(text), []);
  assert(!text.includes("</script><b>x"));
});

Deno.test("control and treatment have a page, without ρ", () => {
  const rows = [0, 1, 2].map((i) =>
    pairRow({
      kappa: String(i + 1),
      concentration: "1",
      mu: "0",
      monotonicity: "0",
      seed: String(i),
      delta_control: "0.5",
      delta_treatment: "0.25",
      delta_reduction: "0.25",
      relief_ratio: "0.5",
      control_run_id: `comparison_control_${i}`,
      control_status: "completed",
      treatment_run_id: `comparison_treatment_${i}`,
      treatment_status: "completed",
      total_trades: "3",
    }, COMPARISON_ARMS)
  );
  const text = readable(pairedPage({ arms: COMPARISON_ARMS, rows }));
  assertEquals(faults(text), []);
  assertStringIncludes(text, "Paired sweep: control and treatment");
  assertStringIncludes(text, "<b>3 of 3 pairs</b>; mean effect <b>+0.25</b>");
  assert(!text.includes("<button>ρ</button>"));
});

Deno.test("a sweep without a pair, with one pair, and with pairs off any grid has a page", () => {
  assertStringIncludes(page([], { plannedPairs: 4 }), "No pair has a result yet");
  assertEquals(faults(page([balanced({})])), []);
  const scattered = Array.from({ length: 30 }, (_, i) => balanced({ seed: String(i), kappa: `0.${i + 10}1` }));
  assertEquals(faults(page(scattered)), []);
  assert(!page(scattered).includes("Heat map"));
});

Deno.test("5,000 pairs have a page below a megabyte", () => {
  const digits = (i: number) => ((i * 2654435761) % 4294967296).toString(16).padStart(12, "0");
  const rows = Array.from({ length: 5000 }, (_, i) => {
    const effect = ((i * 7919) % 1009) / 5000 - 0.05;
    return balanced({
      kappa: String(2 ** (i % 5 - 2)),
      concentration: String(1 + Math.floor(i / 5) % 5),
      mu: String(Math.floor(i / 25) % 5 / 4),
      outside_mid_ratio: String(1 - Math.floor(i / 125) % 4 / 10),
      seed: String(i),
      delta_passive: "0.7278294953454189122978931896",
      trading_effect: String(effect),
      trading_relief_ratio: String(effect / 0.7),
      delta_active: String(0.7278 - effect),
      passive_run_id: `balanced_passive_${digits(i)}`,
      active_run_id: `balanced_active_${digits(i + 5000)}`,
    });
  });
  const text = pairedPage({ arms: BALANCED_ARMS, rows });
  assert(text.length < 1_000_000, `${text.length} characters`);
});
