/**
 * Heat maps of the trading effect: one over all pairs, and one for each value of what the axes leave out.
 *
 * @module
 */
import { pairedStatistics } from "../experiments/paired_statistics.ts";
import { effectBound, effectScale, effectTone } from "./charts/effect_tone.ts";
import { type HeatCell, heatMap } from "./charts/heat_map.ts";
import { escaped } from "./html.ts";
import { figure } from "./page.ts";
import {
  estimateText,
  type MeasuredPair,
  type Parameter,
  parameterNumber,
  PARAMETERS,
  parameterText,
  valuesOf,
} from "./paired_cells.ts";

/** Distinct values up to which a parameter is an axis, and small maps that a page shows, at most. */
const AXIS_VALUES = 16;
const PANELS = 24;

/** A map before it is drawn. */
interface Panel {
  readonly title: string;
  readonly cells: readonly (readonly HeatCell[])[];
}

/** What lies across and what lies upwards in all maps of a page. */
interface Axes {
  readonly across: Parameter;
  readonly acrossValues: readonly number[];
  readonly upwards: Parameter;
  readonly upwardsValues: readonly number[];
  /** Whether a press on a cell picks its pairs. */
  readonly picks: boolean;
}

/** The maps of a page, empty when the pairs lie on no grid. */
export interface EffectMaps {
  /** What the maps show, and the scale of their colours. */
  readonly heading: string;
  /** The map over all pairs. */
  readonly whole: string;
  /** A map for each value of what the first leaves out. */
  readonly multiples: string;
}

/** What stands around the maps. */
export interface MapSurroundings {
  /** Whether the table of all pairs is below, to which a press on a cell leads. */
  readonly hasTable: boolean;
}

/** Rules for the maps. */
export const MAP_STYLE = ".multiples h3{margin:14px 0 6px}.panels{display:grid;gap:10px;" +
  "grid-template-columns:repeat(auto-fill,minmax(min(100%,200px),1fr))}" +
  // Few maps get more room.
  ".panels:not(:has(>:nth-child(4))){grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr))}" +
  ".panels figure{padding:8px 8px 4px}.panels svg{max-width:340px}";

/** Draws the maps. */
export function effectMaps(pairs: readonly MeasuredPair[], { hasTable }: MapSurroundings): EffectMaps {
  const axes = axesOf(pairs, hasTable);
  if (axes === null) return { heading: "", whole: "", multiples: "" };
  const rest = PARAMETERS.filter((parameter) =>
    (parameter.name === "mu" || parameter.name === "outsideMidRatio") && parameter !== axes.upwards &&
    valuesOf(pairs, parameter).length > 1
  );
  const title = rest.length === 0 ? "All pairs" : `Mean over all ${rest.map(({ symbol }) => symbol).join(" and ")}`;
  const whole = panelOf(pairs, axes, title, {});
  const groups = smallPanels(pairs, axes, rest);
  const shown = groups.flatMap(({ panels }) => panels).slice(0, PANELS);
  const means = [whole, ...shown].flatMap(({ cells }) => cells.flat().flatMap(({ mean }) => mean ?? []));
  const bound = effectBound(means);
  const left = groups.reduce((sum, { panels }) => sum + panels.length, 0) - shown.length;
  return {
    heading: "<p>Mean effect in each cell: how much lower the share of dues not settled on time is with trading. " +
      "Bold: the 95% interval of the cell does not contain zero." +
      `${hasTable ? " Press a cell to see its pairs." : ""}</p>${effectScale(bound, "hurts", "helps")}`,
    whole: drawn(whole, axes, bound),
    multiples: smallMultiples(groups, shown, axes, bound) +
      (left > 0 ? `<p class="soft">${left} more combinations are not drawn.</p>` : ""),
  };
}

/** κ across; upwards what varies first of c, μ, ρ. */
function axesOf(pairs: readonly MeasuredPair[], picks: boolean): Axes | null {
  const [across, concentration, mu, , ratio] = PARAMETERS;
  if (across === undefined || concentration === undefined) return null;
  const varies = [concentration, mu, ratio].find((parameter) =>
    parameter !== undefined && valuesOf(pairs, parameter).length > 1
  );
  const upwards = varies ?? concentration;
  const axes = {
    across,
    acrossValues: valuesOf(pairs, across),
    upwards,
    upwardsValues: valuesOf(pairs, upwards).reverse(),
    picks,
  };
  const { acrossValues, upwardsValues } = axes;
  if (acrossValues.length > AXIS_VALUES || upwardsValues.length > AXIS_VALUES) return null;
  return acrossValues.length * upwardsValues.length < 2 ? null : axes;
}

/** The choices that a panel makes besides its axes, by parameter. */
type Choices = Readonly<Record<string, string>>;

function panelOf(pairs: readonly MeasuredPair[], axes: Axes, title: string, choices: Choices): Panel {
  const { across, acrossValues, upwards, upwardsValues } = axes;
  const places = Map.groupBy(
    pairs,
    ({ row }) => `${parameterText(row[across.name])} ${parameterText(row[upwards.name])}`,
  );
  const cells = upwardsValues.map((y): HeatCell[] =>
    acrossValues.map((x) => {
      const [xText, yText] = [parameterNumber(x), parameterNumber(y)];
      const statistics = pairedStatistics((places.get(`${xText} ${yText}`) ?? []).map(({ delta }) => delta));
      if (statistics === null) return { mean: null, count: 0, note: "no pair" };
      const { effect, pairs: count } = statistics;
      const { interval } = effect;
      const pick = new URLSearchParams({ [across.name]: xText, [upwards.name]: yText, ...choices });
      return {
        mean: effect.mean,
        count,
        note: `${estimateText(effect)}, ${count} ${count === 1 ? "pair" : "pairs"}`,
        strong: interval !== null && (interval.low > 0 || interval.high < 0),
        ...(axes.picks ? { pick: pick.toString() } : {}),
      };
    })
  );
  return { title, cells };
}

/** The panels of one row of small multiples. */
interface PanelGroup {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A row for each ρ with a panel for each μ; with one of both alone a single row. */
function smallPanels(pairs: readonly MeasuredPair[], axes: Axes, rest: readonly Parameter[]): PanelGroup[] {
  const [inner, outer] = rest;
  if (inner === undefined) return [];
  const panels = (some: readonly MeasuredPair[], choices: Choices) =>
    [...byValue(some, inner)].map(([value, group]) =>
      panelOf(group, axes, `${inner.symbol} = ${value}`, { ...choices, [inner.name]: value })
    );
  if (outer === undefined) return [{ title: `By ${inner.symbol}`, panels: panels(pairs, {}) }];
  return [...byValue(pairs, outer)].map(([value, group]) => ({
    title: `${outer.symbol} = ${value}`,
    panels: panels(group, { [outer.name]: value }),
  }));
}

/** The pairs by the text of a parameter, smallest value first. */
export function byValue(pairs: readonly MeasuredPair[], parameter: Parameter): Map<string, MeasuredPair[]> {
  const groups = Map.groupBy(pairs, ({ row }) => parameterText(row[parameter.name]));
  const order = valuesOf(pairs, parameter).map(parameterNumber).filter((value) => groups.has(value));
  return new Map(order.map((value) => [value, groups.get(value) ?? []]));
}

function smallMultiples(
  groups: readonly PanelGroup[],
  shown: readonly Panel[],
  axes: Axes,
  bound: number,
): string {
  if (groups.length === 0) return "";
  const kept = new Set(shown);
  let text = '<div class="multiples">';
  for (const { title, panels } of groups) {
    const some = panels.filter((panel) => kept.has(panel));
    if (some.length === 0) continue;
    text += `<h3>${escaped(title)}</h3><div class="panels">`;
    for (const panel of some) text += drawn(panel, axes, bound);
    text += "</div>";
  }
  return `${text}</div>`;
}

function drawn({ title, cells }: Panel, axes: Axes, bound: number): string {
  const chart = heatMap({
    title,
    columns: axes.acrossValues.map(parameterNumber),
    rows: axes.upwardsValues.map(parameterNumber),
    cells,
    columnName: axes.across.symbol,
    rowName: axes.upwards.symbol,
    valueName: "Mean trading effect",
    tone: (effect) => effectTone(effect, bound),
  });
  return figure(title, "", chart);
}
