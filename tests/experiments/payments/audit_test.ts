import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ValidationError } from "../../../src/core/errors.ts";
import { auditText, iterationRange, policyDiff, policyEvolution } from "../../../src/experiments/payments/audit.ts";
import {
  experimentCharts,
  policyExperimentPage,
  standaloneChart,
} from "../../../src/reports/policy_experiment_page.ts";
import { clientE, ranE, settingsE } from "./setting.ts";

async function recordedE() {
  const found = await (await ranE(settingsE(), clientE(), { reference: false })).recorder.loadExperiment("E");
  assert(found !== null);
  return found;
}

Deno.test("a policy's evolution shows each iteration with what changed, what it cost and whether it was accepted", async () => {
  const evolution = policyEvolution(await recordedE(), iterationRange(undefined, undefined));
  assertEquals(Object.keys(evolution), ["BANK_A", "BANK_B"]);
  const { iteration_1: first, iteration_2: second } = evolution["BANK_B"] ?? {};
  assertEquals([first?.diff, first?.accepted], [[], true]);
  assertEquals(second?.diff, ["Changed: parameters.initial_liquidity_fraction (0.5 -> 0.45)"]);
  assertEquals(typeof first?.cost, "number");
  assertEquals(policyEvolution(await recordedE(), iterationRange(0, 9), { agent: "BANK_X" }), {});
  assertEquals(
    Object.keys(policyEvolution(await recordedE(), iterationRange(1, 1), { agent: "BANK_A" })["BANK_A"] ?? {}),
    [
      "iteration_2",
    ],
  );
});

Deno.test("a difference of policies names paths, shortens numbers and lists, and takes null for nothing", () => {
  const before = { a: 1, b: { c: [1, 2, 3, 4], d: null }, e: "x" };
  const after = { a: 0.123456, b: { c: [1, 2, 3, 5], d: 2 }, e: null };
  assertEquals(policyDiff(before, after), [
    "Changed: a (1 -> 0.1235)",
    "Changed: b.c ([1, 2, ... (4 items)] -> [1, 2, ... (4 items)])",
    "Added: b.d = 2",
    "Removed: e",
  ]);
});

Deno.test("an audit shows who said what in which iteration, and refuses crossed bounds", async () => {
  const recorded = await recordedE();
  const text = auditText(recorded, iterationRange(1, 1));
  assertStringIncludes(text, "== iteration 2, BANK_A: scripted");
  assert(!text.includes("== iteration 1,"));
  assertEquals(auditText(recorded, iterationRange(7, 9)), "no interactions in these iterations\n");
  assertThrows(() => iterationRange(3, 2), ValidationError);
  assertThrows(() => iterationRange(-1, undefined), ValidationError);
});

Deno.test("the page of an experiment shows costs, proposals and policies, and escapes what comes from files", async () => {
  const recorded = await recordedE();
  const named = { ...recorded, experiment: { ...recorded.experiment, experiment_name: "<script>x" } };
  const page = policyExperimentPage(named);
  assertStringIncludes(page, "&lt;script&gt;x");
  assert(!page.includes("<script>x"));
  for (const part of ["Costs", "initial_liquidity_fraction", "settles too little", "0.5 &#8594; 0.45", "BANK_B"]) {
    assertStringIncludes(page, part);
  }
  const charts = experimentCharts(recorded);
  assertEquals(charts.map(({ name }) => name), ["costs", "improvements", "parameter-initial_liquidity_fraction"]);
  assert(charts.every(({ svg }) => svg.startsWith("<svg ") && svg.endsWith("</svg>") && !svg.includes("NaN")));
  const one = experimentCharts(recorded, { agent: "BANK_A", parameter: "initial_liquidity_fraction" });
  assertEquals(one.map(({ key }) => key.length), [1]);
});

Deno.test("a chart as a file of its own has its title, its note, its unit and a key of the lines", async () => {
  const [costs] = experimentCharts(await recordedE());
  assert(costs !== undefined);
  const svg = standaloneChart(costs);
  for (const part of [">Costs<", ">cents<", "large dots: a change was accepted", ">BANK_A<", ">BANK_B<"]) {
    assertStringIncludes(svg, part);
  }
  assert(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && !/NaN|undefined/.test(svg));
  const colours = [...svg.matchAll(/var\((--[a-z]+)\)/g)].map(([, name]) => name);
  assert(colours.every((name) => svg.includes(`${name}:#`)), "every colour is defined in the file");
});

Deno.test("an experiment that was cut off before its first iteration has a page", async () => {
  const recorded = await recordedE();
  const experiment = { ...recorded.experiment, completed_at: null, convergence_reason: null };
  const cut = { experiment, iterations: [], evaluations: [], events: [], simulations: [] };
  assertStringIncludes(policyExperimentPage(cut), "interrupted, or still running");
  assert(experimentCharts(cut).every(({ svg }) => !/NaN|undefined|Infinity/.test(svg)));
});
