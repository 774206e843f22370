/**
 * What the dealer market of a run leaves: figures for the registry and files as text. Source: spec 02 10.1 and 10.2.
 *
 * @module
 */
import { Decimal } from "../core/decimal.ts";
import { floatText } from "../core/number_text.ts";
import type { Artifact, Scalar, Values } from "../experiments/contracts.ts";
import { dealerMetricsText, type MarketOutcome, marketTables } from "../ring/dealers/outcome.ts";
import type { RingLog } from "../ring/events.ts";

/** The figures of `dealer_metrics.json` by its keys: doubles, counts and flags; a map by bucket is a line of JSON. */
export function marketValues(market: MarketOutcome): Values {
  const values: Record<string, Scalar> = {};
  for (const [key, figure] of Object.entries(market.metrics())) values[key] = scalarOf(figure);
  return values;
}

type Figure = Decimal | number | boolean | null | Readonly<Record<string, Decimal>>;

function scalarOf(figure: Figure): Scalar {
  if (figure instanceof Decimal) return figure.toNumber();
  if (figure === null || typeof figure !== "object") return figure;
  const parts = Object.entries(figure).map(([bucket, value]) =>
    `${JSON.stringify(bucket)}: ${floatText(value.toNumber())}`
  );
  return `{${parts.join(", ")}}`;
}

/** The files of a market: its figures, and with `detailed` its tables. */
export function marketArtifacts(
  market: MarketOutcome,
  log: RingLog,
  { runId, detailed }: { readonly runId: string; readonly detailed: boolean },
): Artifact[] {
  const figures = { name: "dealer_metrics.json", content: dealerMetricsText(market) };
  return detailed ? [figures, ...marketTables(market, log, { runId, regime: "active" })] : [figures];
}
