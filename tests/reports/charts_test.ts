import { readable } from "./readable.ts";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { plot, ticks, tickText } from "../../src/reports/charts/axis.ts";
import { bandLine } from "../../src/reports/charts/band_line.ts";
import { dayBars } from "../../src/reports/charts/day_bars.ts";
import { heatMap, viridis } from "../../src/reports/charts/heat_map.ts";
import { histogram } from "../../src/reports/charts/histogram.ts";
import { scatter } from "../../src/reports/charts/scatter.ts";
import { stepLine } from "../../src/reports/charts/step_line.ts";

Deno.test("ticks are round, even and reach over the values", () => {
  assertEquals(ticks(0, 82), [0, 20, 40, 60, 80, 100]);
  assertEquals(ticks(0, 1, 5).map((tick) => tickText(tick)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  assertEquals(ticks(0, 1, 5, 1), [0, 1]);
  fc.assert(fc.property(fc.double({ min: 1e-9, max: 1e18, noNaN: true }), (max) => {
    const steps = ticks(0, max);
    return (steps.at(-1) ?? 0) >= max * (1 - 1e-9) && steps.length <= 12 && steps[0] === 0;
  }));
});

Deno.test("tick texts stay short for any size", () => {
  assertEquals([0, 1500, 2.5e6, 3e9, 1e16, 2e-5].map(tickText), ["0", "1,500", "2.5M", "3G", "1.0e+16", "2.0e-5"]);
});

Deno.test("a plot puts zero at the bottom and the top step at the top", () => {
  const area = plot(200, { max: 5, xName: "day", yName: "count", counts: true });
  assertEquals([area.y(0), area.y(5)], [area.bottom, area.top]);
});

Deno.test("the parts of a day's bar add up to what was due", () => {
  const day = { day: 3, due: 100, settled: 50, partly: 20, lost: 20, open: 10 };
  const heights = [...dayBars([day]).matchAll(/height="([\d.]+)"/g)].map(([, height]) => Number(height));
  assertEquals(heights.length, 4);
  const [settled = 0, partly = 0, lost = 0, open = 0] = heights;
  assert(Math.abs(settled - 5 * open) < 0.5 && Math.abs(partly - lost) < 0.2);
});

Deno.test("viridis grows lighter from 0 to 1", () => {
  const light = (share: number) => {
    const [r = 0, g = 0, b = 0] = viridis(share).colour.match(/\d+/g)?.map(Number) ?? [];
    return 0.21 * r + 0.72 * g + 0.07 * b;
  };
  for (let i = 1; i <= 20; i++) assert(light(i / 20) > light((i - 1) / 20), `at ${i / 20}`);
});

Deno.test("a heat map says in each cell what it shows, and where no run was", () => {
  const chart = readable(heatMap({
    title: "μ = 0",
    columns: ["1", "2"],
    rows: ["0.5"],
    cells: [[{ mean: 0.25, count: 3 }, { mean: null, count: 0 }]],
    columnName: "κ",
    rowName: "c",
    valueName: "Mean δ",
  }));
  assert(chart.includes("<title>κ 1, c 0.5: 0.25 (mean of 3 runs)</title>"));
  assert(chart.includes("<title>κ 2, c 0.5: no run</title>"));
  assertEquals(chart.match(/<rect/g)?.length, 2);
});

Deno.test("a histogram counts every value once, 1 in the last bin", () => {
  const chart = histogram([0, 0.05, 0.1, 0.3, 0.7, 1], "φ", "φ");
  const counts = [...chart.matchAll(/: (\d+) runs<\/title>/g)].map(([, count]) => Number(count));
  assertEquals(counts, [2, 1, 0, 1, 0, 0, 0, 1, 0, 1]);
});

Deno.test("charts hold no number that is none", () => {
  const charts = [
    dayBars([{ day: 0, due: 0, settled: 0, partly: 0, lost: 0, open: 0 }]),
    stepLine([0], "one step", "P"),
    stepLine(Array.from({ length: 5000 }, (_, i) => i % 7), "many steps", "P"),
    bandLine([{ label: "1", mean: 0.5, min: 0.5, max: 0.5, count: 1 }], "one", "κ", "δ"),
    histogram([], "none", "φ"),
    scatter([{ x: 0, y: 0, label: "zero" }], "one", "κ", "δ"),
  ];
  for (const chart of charts) assert(!/NaN|Infinity|undefined/.test(chart), chart.slice(0, 80));
  assert((charts[2]?.length ?? 0) < 12_000, "a long line is thinned");
});
