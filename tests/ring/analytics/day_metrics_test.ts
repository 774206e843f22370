import { assertEquals } from "@std/assert";
import { Decimal } from "../../../src/core/decimal.ts";
import {
  dayMetrics,
  debtorSharesCsv,
  historyFromJsonLines,
  intradayCsv,
  metricFiles,
  metricsCsv,
  metricsJson,
  type MoneySource,
  summarise,
} from "../../../src/ring/analytics/mod.ts";
import { C, jsonLines, type Line, P } from "./payments.ts";

const HEADER = "G_t,HHIplus_t,M_t,Mbar_t,Mpeak_t,S_t,alpha_t,day,delta_t,gross_settled_t,n_creditors,n_debtors,notes," +
  "phi_t,v_t\r\n";

function metrics(lines: readonly Line[], money: MoneySource = null, days?: readonly number[]) {
  return dayMetrics(historyFromJsonLines(jsonLines(lines)), money, days);
}

function json(lines: readonly Line[]): Record<string, unknown>[] {
  return JSON.parse(metricsJson(metrics(lines).dayMetrics));
}

function dataRows(lines: readonly Line[], money: MoneySource = null, days?: readonly number[]): string[] {
  return metricsCsv(metrics(lines, money, days).dayMetrics).split("\r\n").slice(1, -1);
}

Deno.test("a ring of five equal dues needs no money after netting and passes one amount around", () => {
  const agents = ["H1", "H2", "H3", "H4", "H5"];
  const pairs = agents.map((agent, i) => [agent, agents[(i + 1) % 5] ?? "", `p${i}`] as const);
  const lines = [
    ...pairs.map(([debtor, creditor, id]) => C(debtor, creditor, 100, 1, id)),
    ...pairs.map(([debtor, creditor, id]) => P(debtor, creditor, 100, 1, id)),
  ];
  const result = metrics(lines, Decimal.integer(100));
  assertEquals(
    metricsCsv(result.dayMetrics),
    `${HEADER}0,,100,0,100,500,1,1,0,500,0,0,"no net creditors, no net debtors",1,5\r\n`,
  );
  assertEquals(result.intraday.map((step) => `${step.P_prefix}`), ["100", "100", "100", "100", "0"]);
  assertEquals(result.intraday.map((step) => step.step), [1, 2, 3, 4, 5]);
  assertEquals(result.debtorShares.map((share) => share.DS_t), [null, null, null, null, null]);
});

Deno.test("a day's metrics and the summary follow the rules where a due is settled under another id", () => {
  const lines = [
    C("H1", "H2", 100, 1, "p1"),
    C("H2", "H3", 60, 1, "p2"),
    C("H3", "H1", 30, 2, "p3"),
    P("H1", "H2", 100, 1, "p1"),
    P("H2", "H3", 60, 1, "p2"),
    P("H3", "H1", 30, 1, "zz"),
  ];
  const result = metrics(lines, Decimal.integer(100));
  assertEquals(dataRows(lines, Decimal.integer(100)), [
    "0,0.52,100,100,100,160,0.375,1,0,190,2,1,,1,1.9",
    "0,1,100,30,0,30,0,2,1,0,1,1,,0,",
  ]);
  assertEquals(result.intraday.map((step) => `${step.P_prefix}`), ["100", "100", "70"]);
  const summary = summarise(result.dayMetrics);
  assertEquals(
    Object.fromEntries(Object.entries(summary).map(([key, value]) => [key, `${value}`])),
    {
      phi_total: "0.8421052631578947368421052632",
      delta_total: "0.1578947368421052631578947368",
      max_G_t: "0",
      alpha_1: "0.375",
      Mpeak_1: "100",
      v_1: "1.9",
      HHIplus_1: "0.52",
      max_day: "2",
    },
  );
});

Deno.test("phi and delta have 28 digits in JSON and a double in CSV", () => {
  const lines = [C("A", "B", 1, 1, "p1"), C("A", "B", 2, 1, "p2"), P("A", "B", 1, 1, "p1")];
  assertEquals(json(lines)[0]?.phi_t, "0.3333333333333333333333333333");
  assertEquals(json(lines)[0]?.delta_t, "0.6666666666666666666666666667");
  const cells = dataRows(lines)[0]?.split(",");
  assertEquals([cells?.[13], cells?.[8]], ["0.3333333333333333", "0.6666666666666666"]);
});

Deno.test("small shares are spelled as Python spells them", () => {
  const small = (rest: number) => [C("A", "B", 1, 1, "p1"), C("A", "B", rest, 1, "p2"), P("A", "B", 1, 1, "p1")];
  const cells = dataRows(small(19999))[0]?.split(",");
  assertEquals([cells?.[13], cells?.[8]], ["5e-05", "0.99995"]);
  assertEquals(json(small(19999))[0]?.phi_t, "0.00005");
  assertEquals(dataRows(small(9999999))[0]?.split(",")[13], "1e-07");
  assertEquals(json(small(9999999))[0]?.phi_t, "1E-7");
});

Deno.test("the squares of HHIplus are rounded to 31 digits before 28", () => {
  const lines = [C("A", "B", 679, 1, "p1"), C("A", "C", 1273, 1, "p2")];
  assertEquals(json(lines)[0]?.HHIplus_t, "0.546300242710292932007524859");
  assertEquals(dataRows(lines), [",0.546300242710293,,1952,0,1952,0,1,1,0,2,1,,0,"]);
  assertEquals(debtorSharesCsv(metrics(lines).debtorShares), "DS_t,agent,day\r\n1,A,1\r\n0,B,1\r\n0,C,1\r\n");
});

Deno.test("settlement days are analysed where nothing was ever due", () => {
  const lines = [P("H1", "H2", 7, 2, "x")];
  const result = metrics(lines, Decimal.ZERO);
  assertEquals(result.days, [2]);
  assertEquals(dataRows(lines, Decimal.ZERO), ['0,,0,0,7,0,,2,,7,0,0,"no net creditors, no net debtors",,1']);
  assertEquals(debtorSharesCsv(result.debtorShares), "day\r\n");
  const summary = summarise(result.dayMetrics);
  assertEquals([summary.phi_total, summary.delta_total, summary.max_day], [null, null, 2]);
  assertEquals(`${summary.max_G_t}`, "0");
});

Deno.test("a log without payables gives files with nothing in them", () => {
  const result = metrics([{ kind: "PhaseA", day: 0, phase: "simulation" }]);
  assertEquals(metricFiles(result).map((file) => [file.name, file.content]), [
    ["metrics.csv", "day\r\n"],
    ["metrics.json", "[]"],
    ["debtor_shares.csv", "day\r\n"],
    ["intraday.csv", "day\r\n"],
  ]);
  assertEquals(summarise(result.dayMetrics), {
    phi_total: null,
    delta_total: null,
    max_G_t: null,
    alpha_1: null,
    Mpeak_1: null,
    v_1: null,
    HHIplus_1: null,
    max_day: 0,
  });
});

Deno.test("a partial payment before a default settles nothing on time", () => {
  const [row] = metrics([
    C("A", "B", 10, 1, "p1"),
    { kind: "PartialSettlement", day: 1, contract_id: "p1", amount_paid: 4 },
    { kind: "ObligationDefaulted", day: 1, contract_id: "p1", amount: 6 },
  ]).dayMetrics;
  assertEquals([`${row?.phi_t}`, `${row?.gross_settled_t}`, row?.v_t], ["0", "0", null]);
});

Deno.test("a settlement under another id counts by its alias, on the due day alone", () => {
  const due = C("A", "B", 10, 1, "p1", "L1");
  assertEquals(`${metrics([due, P("A", "B", 10, 1, "other", "L1")]).dayMetrics[0]?.phi_t}`, "1");
  assertEquals(`${metrics([due, P("A", "B", 10, 2, "other", "L1")]).dayMetrics[0]?.phi_t}`, "0");
});

Deno.test("an alias that a later due carries again does not settle the earlier day's dues", () => {
  const lines = [C("A", "B", 10, 1, "p1", "L"), C("A", "B", 5, 2, "p2", "L"), P("A", "B", 5, 2, "p2", "L")];
  assertEquals(metrics(lines).dayMetrics.map((row) => `${row.phi_t}`), ["0", "1"]);
});

Deno.test("explicit days are analysed once and in order, an empty list means all due days", () => {
  const lines = [C("A", "B", 10, 3, "p1"), C("A", "B", 10, 1, "p2")];
  assertEquals(metrics(lines, null, [9, 3, 9]).days, [3, 9]);
  assertEquals(metrics(lines, null, []).days, [1, 3]);
  assertEquals(dataRows(lines, null, [9]), [',,,0,0,0,,9,,0,0,0,"no net creditors, no net debtors",,']);
});

Deno.test("a due without a day is seen only by whoever asks for day -1", () => {
  const { due_day: _, ...due } = C("A", "B", 10, 1, "p1");
  const lines = [{ ...due, kind: "PayableCreated" }, C("A", "B", 4, 2, "p2")];
  assertEquals(metrics(lines).days, [2]);
  assertEquals(metrics(lines, null, [-1]).dayMetrics.map((row) => `${row.S_t}`), ["10"]);
});

Deno.test("settlements of nothing get no step", () => {
  const result = metrics([C("A", "B", 5, 1, "p"), P("A", "B", 0, 1, "z"), P("A", "B", 5, 1, "p")]);
  assertEquals(intradayCsv(result.intraday), "P_prefix,amount,day,payee,payer,step\r\n5,5,1,B,A,1\r\n");
});

Deno.test("a payment with an empty name on one side moves only the other side", () => {
  const result = metrics([C("", "B", 5, 1, "p"), P("", "B", 5, 1, "p"), P("A", "", 3, 1, "q")]);
  assertEquals(result.intraday.map((step) => `${step.payer}>${step.payee} ${step.P_prefix}`), [">B 0", "A> 3"]);
  assertEquals(result.debtorShares.map((share) => share.agent), ["B"]);
  assertEquals(`${result.dayMetrics[0]?.S_t}`, "5");
});

Deno.test("names that a table must quote come back from it", () => {
  const shares = metrics([C('a,"b"', "c\nd", 5, 1, "p")]).debtorShares;
  assertEquals(debtorSharesCsv(shares), 'DS_t,agent,day\r\n1,"a,""b""",1\r\n0,"c\nd",1\r\n');
});

Deno.test("money may differ from day to day", () => {
  const lines = [C("A", "B", 10, 1, "p1"), C("A", "B", 10, 2, "p2")];
  const rows = metrics(lines, (day) => Decimal.integer(day * 6)).dayMetrics;
  assertEquals(rows.map((row) => `${row.M_t} ${row.G_t}`), ["6 4", "12 0"]);
});

Deno.test("amounts of 28 digits that go round bring the money in use back to exactly nothing", () => {
  const amount = "123.4567890123456789012345678";
  const other = "9876543.210987654321098765432";
  const result = metrics([
    C("A", "B", amount, 1, "p"),
    P("A", "B", amount, 1, "p"),
    P("B", "C", other, 1, "q"),
    P("C", "B", other, 1, "r"),
    P("B", "A", amount, 1, "s"),
  ]);
  // B owes C the whole of `other`, less what A has paid it; A has paid that. C pays back. Then B pays A back.
  assertEquals(result.intraday.map((step) => `${step.P_prefix}`), [amount, other, amount, "0E-25"]);
});
