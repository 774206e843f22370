import { readable } from "./readable.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import type { DayMetricsRow, MetricsPageInput } from "../../src/reports/inputs.ts";
import { metricsPage } from "../../src/reports/metrics_page.ts";
import { faults, scriptsOf } from "./markup.ts";

function exact(text: string): Decimal {
  return Decimal.parse(text) ?? Decimal.ZERO;
}

const FIRST: DayMetricsRow = {
  day: 1,
  S_t: exact("90"),
  Mbar_t: exact("40"),
  M_t: exact("25"),
  G_t: exact("15"),
  alpha_t: exact("0.5555555555555555555555555556"),
  Mpeak_t: exact("20"),
  gross_settled_t: exact("50"),
  v_t: exact("2.5"),
  phi_t: exact("0.5"),
  delta_t: exact("0.5"),
  n_debtors: 1,
  n_creditors: 2,
  HHIplus_t: exact("0.0078125"),
  notes: "",
};

const SECOND: DayMetricsRow = {
  ...FIRST,
  day: 2,
  S_t: exact("10"),
  Mpeak_t: exact("0"),
  gross_settled_t: exact("0"),
  v_t: null,
  phi_t: exact("0"),
  delta_t: exact("1"),
  HHIplus_t: null,
  notes: "no net creditors, no net debtors",
};

const INPUT: MetricsPageInput = {
  // The second day stands first: the page sorts.
  dayMetrics: [SECOND, FIRST],
  debtorShares: [
    { day: 1, agent: "H2", DS_t: exact("0.25") },
    { day: 1, agent: "H10", DS_t: exact("0.75") },
    { day: 2, agent: "H1", DS_t: null },
  ],
  intraday: [
    { day: 1, step: 1, payer: "H2", payee: "H1", amount: exact("20"), P_prefix: exact("20") },
    { day: 1, step: 2, payer: "H1", payee: "H2", amount: exact("30"), P_prefix: exact("10") },
  ],
};

Deno.test("a metrics page is sound HTML and small", () => {
  const page = readable(metricsPage(INPUT));
  assertEquals(faults(page), []);
  assert(page.length < 15_000, `${page.length} characters`);
  for (const script of scriptsOf(page)) new Function(script);
});

Deno.test("the cards sum up all days", () => {
  const page = readable(metricsPage(INPUT));
  for (
    const [label, value] of [
      ["Days", "2"],
      ["Total dues", "100"],
      ["Gross settled", "50"],
      ["Max operational peak", "20"],
      ["Average velocity", "2.5"],
      ["Weighted on-time φ", "0.45"],
    ]
  ) assertStringIncludes(page, `<span>${label}</span><b>${value}</b>`);
});

Deno.test("days stand in order, values with six decimals, none as a dash", () => {
  const page = readable(metricsPage(INPUT));
  assertStringIncludes(
    page,
    "<tr><td>1<td>90<td>40<td>25<td>15<td>0.555556<td>20<td>50<td>2.5<td>0.5<td>0.5<td>1<td>2<td>0.007812<td>" +
      "<tr><td>2<td>10<td>40<td>25<td>15<td>0.555556<td>0<td>0<td>—<td>0<td>1<td>1<td>2<td>—<td>no net creditors",
  );
});

Deno.test("debtor shares are sorted by the text of the id", () => {
  const page = readable(metricsPage(INPUT));
  assert(page.indexOf('<td class="n">H10') < page.indexOf('<td class="n">H2'));
  assertStringIncludes(page, "Day 2");
});

Deno.test("a run in which nothing was due has a page with sentences in place of tables", () => {
  const page = readable(metricsPage({ dayMetrics: [], debtorShares: [], intraday: [] }));
  assertEquals(faults(page), []);
  assertStringIncludes(page, "nothing was due");
  assertStringIncludes(page, "nothing was settled");
  assertStringIncludes(page, "<span>Weighted on-time φ</span><b>—</b>");
  assertStringIncludes(page, "<span>Average velocity</span><b>—</b>");
});

Deno.test("title, subtitle, ids and notes are escaped", () => {
  const bad = `<i>"&'</i>`;
  const page = readable(metricsPage({
    ...INPUT,
    title: bad,
    subtitle: bad,
    dayMetrics: [{ ...FIRST, notes: bad }],
    debtorShares: [{ day: 1, agent: bad, DS_t: exact("1") }],
  }));
  assertEquals(faults(page), []);
  assert(!page.includes("<i>"));
});

Deno.test("very many debtors are cut to the largest shares, and the page says so", () => {
  const debtorShares = Array.from(
    { length: 500 },
    (_, i) => ({ day: 1, agent: `H${i}`, DS_t: exact(`0.${1000 + i}`) }),
  );
  const page = readable(metricsPage({ ...INPUT, debtorShares }));
  assertStringIncludes(page, "The 60 largest of 500 shares; debtor_shares.csv has them all.");
  assertStringIncludes(page, '<td class="n">H499');
  assert(!page.includes('<td class="n">H1<'));
});

Deno.test("the shares of very many days stand in one table, and the page stays small", () => {
  const days = (count: number): MetricsPageInput => ({
    ...INPUT,
    dayMetrics: Array.from({ length: count }, (_, i) => ({ ...FIRST, day: i + 1 })),
    debtorShares: Array.from({ length: count * 3 }, (_, i) => ({
      day: Math.floor(i / 3) + 1,
      agent: `H${i % 3}`,
      DS_t: i === 4 ? null : exact("0.3333333333"),
    })),
  });
  assertEquals(metricsPage(days(120)).match(/aria-label="Debtor shares of day/g)?.length, 120);
  const page = readable(metricsPage(days(2000)));
  assertEquals(page.match(/aria-label="Debtor shares/g)?.length, 1);
  assertStringIncludes(page, "<tr><td>2<td>H1<td>\u2014<tr><td>2<td>H2<td>0.333333<tr>");
  assertEquals(faults(page), []);
  assert(page.length < 600_000, `${page.length} characters`);
});
