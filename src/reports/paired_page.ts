/**
 * The page of a paired sweep: when does trading help? One sentence with its uncertainty, where the effect is, how it is
 * distributed, and every pair with links to both of its runs.
 *
 * @module
 */
import { type PairedStatistics, pairedStatistics } from "../experiments/paired_statistics.ts";
import { EFFECT_STYLE, SCALE_STYLE } from "./charts/effect_tone.ts";
import { type IntervalDot, intervalDots } from "./charts/interval_dots.ts";
import { pairScatter } from "./charts/pair_scatter.ts";
import { RELIEF_KEY, reliefHistogram } from "./charts/relief_histogram.ts";
import { escaped, NONE, shortened, shown } from "./html.ts";
import { anchor, cards, figure, glossary, leadsHere, legend, pageText } from "./page.ts";
import {
  estimateText,
  intervalText,
  type MeasuredPair,
  measuredPairs,
  PARAMETERS,
  parameterText,
  signed,
} from "./paired_cells.ts";
import { type ArmNames, cellNumber, type PairedPageInput, type PairRow, type PairRun } from "./paired_input.ts";
import { byValue, effectMaps, MAP_STYLE } from "./paired_maps.ts";
import { PAIRS_SCRIPT, pairTable } from "./paired_table.ts";
import { scriptElement, SORT_SCRIPT } from "./scripts.ts";
import { CONTROL_STYLE } from "./style.ts";
import { type Cell, table } from "./table.ts";

/** Incomplete pairs that a page lists, and values of a parameter that a chart shows, at most. */
const LISTED = 500;
const CHARTED_VALUES = 16;

/** The page of a paired sweep. */
export function pairedPage(input: PairedPageInput): string {
  const pairs = measuredPairs(input.rows);
  const statistics = pairedStatistics(pairs.map(({ delta }) => delta));
  const groups = statistics === null ? [] : parameterGroups(pairs);
  const body = statistics === null
    ? "<p>No pair has a result yet, so there is nothing to compare.</p>"
    : where(pairs, statistics, input.arms) + charts(pairs, statistics, groups, input.arms);
  return pageText({
    title: input.title ?? "When does trading help?",
    over: `Paired sweep: ${input.arms.baseline} and ${input.arms.trading}`,
    description: input.subtitle ?? null,
    summary: (statistics === null ? "" : answer(pairs, statistics, groups)) + counts(input, pairs.length, statistics) +
      settings(input.settings ?? []),
    links: input.links ?? [],
    body: body + incomplete(input) + pairTable(input.rows, input.arms) + glossaryOf(input.arms),
    style: CONTROL_STYLE + EFFECT_STYLE + SCALE_STYLE + MAP_STYLE + PAGE_STYLE,
    script: scriptElement(SORT_SCRIPT, PAIRS_SCRIPT),
  });
}

const PAGE_STYLE = ".answer{border-left:5px solid var(--blue);padding:10px 16px;margin:14px 0}" +
  ".answer.hurts{border-color:var(--red)}.answer.open{border-color:var(--mute)}" +
  ".answer p{max-width:85ch}.answer p:first-child{font-size:1.25rem;line-height:1.4}" +
  ".maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:14px;align-items:stretch}" +
  ".maps>.box{margin:0;padding:12px 14px}.maps h3{padding-left:2px}.maps dl{padding:6px 2px}" +
  "svg a{cursor:pointer}" +
  ".bar[hidden]{display:none}svg a:hover rect,svg a:focus rect{stroke:var(--ink);stroke-width:1.5}svg a:focus{outline:0}";

/** The pairs with one value of a parameter. */
interface ParameterGroup {
  readonly value: string;
  readonly statistics: PairedStatistics;
}

/** A parameter that varies, with its values. */
interface Along {
  readonly symbol: string;
  readonly title: string;
  readonly groups: readonly ParameterGroup[];
}

function parameterGroups(pairs: readonly MeasuredPair[]): Along[] {
  return PARAMETERS.flatMap((parameter) => {
    const groups = [...byValue(pairs, parameter)].flatMap(([value, some]) => {
      const statistics = pairedStatistics(some.map(({ delta }) => delta));
      return statistics === null ? [] : [{ value, statistics }];
    });
    return groups.length < 2 || groups.length > CHARTED_VALUES ? [] : [{ ...parameter, groups }];
  });
}

/** The answer in a sentence or two. */
function answer(pairs: readonly MeasuredPair[], statistics: PairedStatistics, along: readonly Along[]): string {
  const { effect, improved, unchanged, worsened } = statistics;
  const { interval } = effect;
  const certain = interval === null
    ? ""
    : ` <span class="soft">(95% interval ${escaped(intervalText(interval))})</span>`;
  const tone = interval === null || (interval.low <= 0 && interval.high >= 0)
    ? " open"
    : interval.low > 0
    ? ""
    : " hurts";
  const sentence = improved + worsened === 0
    ? `Trading changed nothing: both runs of <b>all ${
      shown(unchanged)
    } pairs</b> settled the same share of dues on time.`
    : `Trading lowered the share of dues not settled on time in <b>${shown(improved)} of ${
      shown(statistics.pairs)
    } pairs</b>; mean effect <b>${escaped(signed(effect.mean))}</b>${certain}.`;
  const others = improved + worsened === 0
    ? ""
    : `It changed nothing in ${shown(unchanged)} and raised it in ${shown(worsened)}. `;
  return `<div class="box answer${tone}"><p>${sentence}</p><p>${others}${verdict(pairs, statistics)}${
    strongest(along)
  }</p></div>`;
}

function verdict(pairs: readonly MeasuredPair[], { effect, improved, worsened }: PairedStatistics): string {
  if (pairs.every(({ row }) => cellNumber(row.trades) === 0)) {
    return "No trade took place in any run, so there was nothing that could help.";
  }
  if (improved + worsened === 0) return "Trades took place, but they settled no further dues.";
  const { interval } = effect;
  if (interval === null) return "One pair says nothing of the average.";
  if (interval.low > 0) return "The interval lies above zero: on average over these pairs trading helps.";
  if (interval.high < 0) return "The interval lies below zero: on average over these pairs trading hurts.";
  return "The interval contains zero: these pairs do not show that trading helps or hurts on average.";
}

/** The parameter along which the mean effect varies most. */
function strongest(along: readonly Along[]): string {
  let text = "";
  let widest = 1e-9;
  for (const { symbol, groups } of along) {
    const sorted = [...groups].sort((a, b) => a.statistics.effect.mean - b.statistics.effect.mean);
    const [least, most] = [sorted[0], sorted.at(-1)];
    if (least === undefined || most === undefined) continue;
    const span = most.statistics.effect.mean - least.statistics.effect.mean;
    if (span <= widest) continue;
    widest = span;
    text =
      ` The effect depends most on ${symbol}: from ${
        signed(least.statistics.effect.mean)
      } at ${symbol} = ${least.value} ` +
      `to ${signed(most.statistics.effect.mean)} at ${symbol} = ${most.value}.`;
  }
  return escaped(text);
}

function counts(input: PairedPageInput, complete: number, statistics: PairedStatistics | null): string {
  const planned = Math.max(input.plannedPairs ?? 0, input.rows.length);
  const { arms } = input;
  const mean = (value: number | undefined) => value === undefined ? NONE : shortened(value, 4);
  return cards([
    ["Pairs", complete === planned ? shown(planned) : `${shown(complete)} of ${shown(planned)}`],
    ["Trading helped", shown(statistics?.improved ?? null)],
    ["Changed nothing", shown(statistics?.unchanged ?? null)],
    ["Trading hurt", shown(statistics?.worsened ?? null)],
    [`Mean δ ${arms.baseline}`, mean(statistics?.meanBaseline)],
    [`Mean δ ${arms.trading}`, mean(statistics?.meanTrading)],
    ["Mean effect", statistics === null ? NONE : signed(statistics.effect.mean, 4)],
    ["Mean relief ratio", statistics === null ? NONE : signed(statistics.relief.mean, 4)],
  ]);
}

function settings(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return "";
  let text = "<details><summary>Settings of the sweep</summary><dl>";
  for (const [name, value] of entries) text += `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`;
  return `${text}</dl></details>`;
}

function charts(
  pairs: readonly MeasuredPair[],
  statistics: PairedStatistics,
  along: readonly Along[],
  arms: ArmNames,
): string {
  const points = pairs.map(({ row, delta }) => ({ ...delta, label: pairLabel(row), href: pageBeside(row.trading) }));
  return '<h2 id="pair-charts">Pair by pair</h2><div class="flow">' +
    figure(
      "Both runs of each pair",
      "One point for each pair; below the diagonal trading helped",
      pairScatter(points, `δ ${arms.baseline}`, `δ ${arms.trading}`),
    ) +
    figure(
      "Relief",
      `Share of the ${arms.baseline} run's δ that trading takes away; mean ${estimateText(statistics.relief)}`,
      reliefHistogram(pairs.map(({ delta }) => delta.relief), statistics.relief),
      legend(RELIEF_KEY),
    ) + (statistics.improved + statistics.worsened === 0 ? [] : along).map((one) => alongFigure(one, along)).join("") +
    "</div>";
}

function pageBeside({ href }: PairRun): string | null {
  return href !== null && leadsHere(href) ? href : null;
}

function pairLabel(row: PairRow): string {
  const parts = PARAMETERS.filter(({ name }) => row[name] !== "").map(({ name, symbol }) =>
    `${symbol} ${parameterText(row[name])}`
  );
  return `${parts.join(", ")}, seed ${row.seed}`;
}

function alongFigure({ symbol, title, groups }: Along, along: readonly Along[]): string {
  const ends = along.flatMap(({ groups }) =>
    groups.flatMap(({ statistics: { effect } }) => [effect.mean, effect.interval?.low ?? 0, effect.interval?.high ?? 0])
  );
  const range = { min: Math.min(0, ...ends), max: Math.max(0, ...ends) };
  const dots = groups.map(({ value, statistics }): IntervalDot => ({
    label: value,
    mean: statistics.effect.mean,
    interval: statistics.effect.interval,
    note: `${estimateText(statistics.effect)}, ${shown(statistics.pairs)} pairs`,
  }));
  return figure(`Effect by ${symbol}`, "Mean with its 95% interval", intervalDots(dots, range, title, "effect"));
}

/** Where the effect is, and how sure its mean is. */
function where(pairs: readonly MeasuredPair[], statistics: PairedStatistics, arms: ArmNames): string {
  const { heading, whole, multiples } = effectMaps(pairs, { hasTable: true });
  return `<h2 id="maps">Where trading helps</h2>${heading}<div class="maps">${whole}${
    certainty(statistics, arms)
  }</div>${multiples}`;
}

/** How sure the means are, and what the shared seeds are worth. */
function certainty(statistics: PairedStatistics, arms: ArmNames): string {
  const { effect, relief, correlation, unpairedStandardError: unpaired } = statistics;
  const columns = ["Mean over pairs", "mean", "std. error", "95% interval"]
    .map((title, i) => ({ title, numeric: i > 0 }));
  const rows = [["Effect", effect], ["Relief ratio", relief]] as const;
  const cells = rows.map(([name, { mean, standardError, interval }]): Cell[] => [
    name,
    signed(mean, 4),
    standardError === null ? NONE : shortened(standardError, 4),
    interval === null ? NONE : intervalText(interval, 4),
  ]);
  const paired = effect.standardError;
  const terms: (readonly [string, string])[] = [
    ["Standard error, paired", paired === null ? NONE : shortened(paired, 4)],
    ["Without shared seeds", unpaired === null ? NONE : shortened(unpaired, 4)],
  ];
  if (paired !== null && unpaired !== null && paired > 1e-12 && unpaired > 1.05 * paired) {
    terms.push(["Gain", `${shortened(unpaired / paired, 1)} times as narrow`]);
  }
  terms.push(["Correlation of the arms", correlation === null ? NONE : shortened(correlation, 3)]);
  const list = terms.map(([term, value]) => `<dt>${term}</dt><dd>${escaped(value)}</dd>`).join("");
  return `<div class="box"><h3>How sure is that</h3>${table(columns, cells, { label: "Estimates" })}` +
    `<h3 style="margin-top:1.2em">Common random numbers</h3><p>Both runs of a pair share their seed: they differ by ` +
    `what the ${escaped(arms.trading)} run may do, not by the draw.</p><dl>${list}</dl><p class="soft">Intervals: ` +
    "percentiles of 2,000 resamples of whole pairs.</p></div>";
}

function incomplete(input: PairedPageInput): string {
  const rows = input.rows.filter(({ effect }) => cellNumber(effect) === null);
  const planned = Math.max(0, (input.plannedPairs ?? 0) - input.rows.length);
  if (rows.length === 0 && planned === 0) return "";
  const { arms } = input;
  const titles = [...PARAMETERS.map(({ symbol }) => symbol), "seed", arms.baseline, arms.trading];
  const columns = titles.map((title) => ({ title }));
  const cells = rows.slice(0, LISTED).map((row): Cell[] => [
    ...PARAMETERS.map(({ name }) => parameterText(row[name])),
    row.seed || NONE,
    stateCell(row.baseline),
    stateCell(row.trading),
  ]);
  const notes = [
    planned > 0 ? `${shown(planned)} pairs of the plan have not been made yet.` : "",
    rows.length > LISTED ? `The first ${LISTED} of ${shown(rows.length)}.` : "",
  ];
  const label = "Failed and unfinished pairs";
  return `<h2 id="incomplete">${label}</h2><p>They count in no number above. ${notes.join(" ")}</p>` +
    (cells.length === 0 ? "" : `<div class="box">${table(columns, cells, { label })}</div>`);
}

function stateCell({ runId, status, href, error }: PairRun): Cell {
  const state = escaped(status || "not made");
  const name = runId === "" ? "" : href === null ? ` ${escaped(runId)}` : ` ${anchor(href, runId)}`;
  const why = error === undefined || error === "" ? "" : `<br><span class="bad">${escaped(error)}</span>`;
  return { html: `${status === "failed" ? `<b class="bad">${state}</b>` : state}${name}${why}` };
}

function glossaryOf({ baseline, trading }: ArmNames): string {
  return glossary([
    ["Pair", `Two runs of one economy with one seed: ${baseline} and ${trading}. Only the second may trade.`],
    ["δ (delta)", "Share of all dues, by amount, not settled in full on their day."],
    ["Effect", `δ of the ${baseline} run minus δ of the ${trading} run: above zero trading helped.`],
    ["Relief ratio", `The effect as a share of the ${baseline} run's δ; 0 where that is 0.`],
    ["κ (kappa)", "Liquidity: money of all agents at the start, for each unit of dues."],
    ["c (concentration)", "Evenness of the payables around the ring: small values make few large and many small ones."],
    ["μ (mu)", "Spread of the due days around the ring: 0 makes everything due on day 1."],
    ["m (monotonicity)", "Order of the payables by size around the ring, from −1 (rising) to 1 (falling)."],
    ["ρ (outside mid ratio)", "Price of a claim outside the dealer market, for each unit of its face value."],
    ["95% interval", "Where the mean falls in 95 of 100 resamples of the pairs, drawn whole and with replacement."],
  ]);
}
