import { readable } from "./readable.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MersenneTwister } from "../../src/core/mersenne_twister.ts";
import { dashboardPage } from "../../src/reports/dashboard_page.ts";
import type { SweepRow } from "../../src/reports/inputs.ts";
import { faults, scriptsOf } from "./markup.ts";

function row(runId: string, cells: Partial<SweepRow>): SweepRow {
  const grid = { phase: "grid", kappa: "1", concentration: "1", mu: "0", monotonicity: "0" };
  return {
    runId,
    ...grid,
    phiTotal: "0.5",
    deltaTotal: "0.5",
    maxG: "10",
    days: "3",
    href: `../runs/${runId}/run.html`,
    ...cells,
  };
}

const ROWS = ["0.5", "2"].flatMap((kappa) =>
  ["1", "5"].flatMap((concentration) =>
    ["0", "1"].map((mu) => {
      const delta = String(Number(kappa) / 4 + Number(mu) / 2);
      return row(`grid_${kappa}_${concentration}_${mu}`, {
        kappa,
        concentration,
        mu,
        deltaTotal: delta,
        phiTotal: String(1 - Number(delta)),
        maxG: `${1000 * Number(kappa)}`,
      });
    })
  )
);

Deno.test("a dashboard is sound HTML whose scripts parse", async () => {
  const page = readable(await dashboardPage({ rows: ROWS, settings: [["agents", "5"]] }));
  assertEquals(faults(page), []);
  for (const script of scriptsOf(page)) new Function(script);
});

Deno.test("the cards count runs and leave blank cells out of the means", async () => {
  const rows = [row("a", { phiTotal: "1", deltaTotal: "0", maxG: "" }), row("b", { phiTotal: "", deltaTotal: "" })];
  const page = readable(await dashboardPage({ rows }));
  for (
    const [label, value] of [
      ["Total runs", "2"],
      ["Average φ_total", "1"],
      ["Average δ_total", "0"],
      ["Max liquidity gap", "10"],
      ["Runs without a miss", "1"],
      ["Failed runs", "0"],
    ]
  ) assertStringIncludes(page, `<span>${label}</span><b>${value}</b>`);
});

Deno.test("there is a heat map for each μ with every mean in its cell", async () => {
  const page = readable(await dashboardPage({ rows: ROWS }));
  assertStringIncludes(page, "<title>Mean δ, μ = 0</title>");
  assertStringIncludes(page, "<title>Mean δ, μ = 1</title>");
  assertStringIncludes(page, "<title>κ 2, c 5: 0.5</title>");
  assertStringIncludes(page, "<title>κ 0.5, c 1: 0.625</title>");
});

Deno.test("with one concentration a single map shows κ and μ", async () => {
  const page = readable(await dashboardPage({ rows: ROWS.filter(({ concentration }) => concentration === "1") }));
  assertStringIncludes(page, "<title>Mean δ</title>");
  assertStringIncludes(page, "<title>κ 2, μ 1: 1</title>");
});

Deno.test("one value in two spellings is one place", async () => {
  const rows = [
    row("a", { kappa: "0.5", deltaTotal: "0" }),
    row("b", { kappa: "0.50", deltaTotal: "1" }),
    row("c", { kappa: "2" }),
  ];
  const page = readable(await dashboardPage({ rows }));
  assertStringIncludes(page, "κ (liquidity / dues) 0.5: mean 0.5, 0 to 1 (2 runs)");
});

Deno.test("sampled runs are points, not cells", async () => {
  const rows = Array.from(
    { length: 20 },
    (_, i) => row(`lhs_${i}`, { phase: "lhs", kappa: `0.${i + 10}28371982734`, concentration: `1.${i}` }),
  );
  const page = readable(await dashboardPage({ rows }));
  assertEquals(faults(page), []);
  assertStringIncludes(page, "Sampled runs");
  assert(!page.includes("Heat map"));
  assertStringIncludes(page, '<span title="0.1028371982734">0.102837</span>');
});

Deno.test("every run links to its page beside the sweep, runs without a page have no link", async () => {
  const page = readable(await dashboardPage({ rows: [row("kept", {}), row("gone", { href: null })] }));
  assertStringIncludes(page, '<a href="../runs/kept/run.html">kept</a>');
  assertStringIncludes(page, "<td>gone<td>");
});

Deno.test("failed runs are listed with their error, escaped", async () => {
  const failed = [{
    runId: "grid_x",
    phase: "grid",
    kappa: "0.25",
    concentration: "1",
    mu: "0",
    monotonicity: "0",
    error: "ValidationError: <n_agents> is 2",
    href: null,
  }];
  const page = readable(await dashboardPage({ rows: ROWS, failed }));
  assertEquals(faults(page), []);
  assertStringIncludes(page, "ValidationError: &lt;n_agents&gt; is 2");
  assertStringIncludes(page, "<span>Failed runs</span><b>1</b>");
});

Deno.test("a sweep without a result has a page", async () => {
  const page = readable(await dashboardPage({ rows: [] }));
  assertEquals(faults(page), []);
  assertStringIncludes(page, "No run has a result yet");
});

Deno.test("a sweep of 20,000 runs has a page of some megabytes that says what it leaves out", async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, i) => row(`grid_${i}`, { kappa: String(1 + i % 5), mu: String((i % 3) / 2) }),
  );
  const page = readable(await dashboardPage({ rows }));
  assertStringIncludes(page, "The first 5,000 runs; 15,000 more are in results.csv.");
  assert(page.length < 1_000_000, `${page.length} characters`);
});

Deno.test("a sweep of 5,000 sampled runs, some hundred of which failed, has a page below 1 MB", async () => {
  const random = new MersenneTwister(1);
  const decimal = () => `${random.random()}${Math.floor(random.random() * 1e12)}`;
  const id = () => `lhs_${Math.floor(random.random() * 2 ** 48).toString(16).padStart(12, "0")}`;
  const rows = Array.from({ length: 5000 }, () =>
    row(id(), {
      phase: "lhs",
      kappa: decimal(),
      concentration: decimal(),
      mu: decimal(),
      phiTotal: decimal(),
      deltaTotal: decimal(),
      maxG: decimal(),
    }));
  const failed = rows.slice(0, 1500).map((run) => ({
    ...run,
    error: `ValidationError: ${"no such ring ".repeat(20)}`,
  }));
  const page = await dashboardPage({ rows, failed });
  assertEquals(faults(readable(page)), []);
  assert(page.length < 1_000_000, `${page.length} characters`);
});
