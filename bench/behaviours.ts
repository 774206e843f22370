/**
 * What each switch between the reference's way and the right one moves: every standard study runs with all switches
 * corrected, again with one switch after the other set to the reference's way, and with all of them. A switch that needs
 * other settings or switches to show runs in a variant of the market study that has them. Prints a table per study
 * (means over its runs), and the cells of the column Change of docs/behaviours.md.
 *
 * Run: `deno run -A bench/behaviours.ts`. Exit status 1 when a switch moves a study in which it cannot appear, or moves
 * nothing where it can.
 */
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../src/ring/behaviours.ts";
import type { RingOutcome } from "../src/ring/outcome.ts";
import { simulateRing } from "../src/ring/engine/simulate.ts";
import { type Change, changeOf, measure, measuresOf, NEGLIGIBLE, STUDIES } from "./studies/behaviour_studies.ts";
import { MARKET_VARIANTS, type Variant } from "./studies/market_variants.ts";

const COLUMNS = ["delta", "runs", "|delta|", "rest", "gap", "days", "events", "any"];

function signed(value: number, digits: number): string {
  if (Math.abs(value) <= NEGLIGIBLE) return "0";
  const text = Math.abs(value).toFixed(digits);
  return `${value < 0 ? "-" : "+"}${Number(text) === 0 ? Math.abs(value).toExponential(0) : text}`;
}

function percent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.01 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`;
}

function printRow(name: string, cells: readonly string[]): void {
  console.log(`  ${name.padEnd(27)}${cells.map((cell) => cell.padStart(10)).join("")}`);
}

function printChange(name: string, change: Change): void {
  printRow(name, [
    signed(change.delta, 4),
    percent(change.deltaShare),
    signed(change.deltaSize, 4),
    signed(change.rest, 2),
    signed(change.gap, 2),
    signed(change.days, 2),
    percent(change.eventShare),
    percent(change.anyShare),
  ]);
}

/** The part of a Change cell that one study gives; null when the switch moves nothing there. */
function cellPart(study: string, change: Change): string | null {
  const parts: string[] = [];
  if (change.deltaShare > 0) {
    const size = signed(change.deltaSize, 4).replace("+", "±");
    parts.push(`delta ${signed(change.delta, 4)} (${size}, ${percent(change.deltaShare)} of runs)`);
  } else if (change.anyShare > 0) parts.push("delta 0");
  if (Math.abs(change.rest) >= 0.05) parts.push(`rest ${signed(change.rest, 2)} d`);
  if (Math.abs(change.days) >= 0.05) parts.push(`length ${signed(change.days, 2)} d`);
  if (Math.abs(change.gap) >= 0.05) parts.push(`gap ${signed(change.gap, 2)}`);
  if (parts.length === 1 && change.deltaShare === 0 && change.eventShare > 0) {
    parts.push(`other events in ${percent(change.eventShare)} of runs`);
  }
  return parts.length === 0 ? null : `${study}: ${parts.join(", ")}`;
}

const cells = new Map<string, string[]>();
const faults: string[] = [];

function note(name: string, part: string | null): void {
  if (part !== null) cells.set(name, [...cells.get(name) ?? [], part]);
}

for (const study of STUDIES) {
  const before = measure(study, CORRECTED);
  const delta = before.reduce((sum, run) => sum + (run.delta ?? 0), 0) / before.length;
  console.log(`\n${study.name}: ${study.text}; mean delta ${delta.toFixed(4)} with all switches corrected`);
  printRow("switch", COLUMNS);
  const compare = (name: string, behaviours: Behaviours): Change => {
    const change = changeOf(before, measure(study, behaviours));
    note(name, cellPart(study.name, change));
    return change;
  };
  for (const name of BEHAVIOUR_NAMES) {
    const change = compare(name, { ...CORRECTED, [name]: true });
    const reason = study.absent[name];
    if (reason === undefined) printChange(name, change);
    else console.log(`  ${name.padEnd(27)}    cannot appear: ${reason}`);
    if (reason !== undefined && change.anyShare > 0) faults.push(`${name} moves ${study.name}, where it cannot appear`);
  }
  printChange("REFERENCE, all of them", compare("REFERENCE", REFERENCE));
}

/** The mean of what only the market's tables show, over the runs that have it; null when none has. */
function meanFigure({ figure }: Variant, outcomes: readonly RingOutcome[]): number | null {
  const values = outcomes.flatMap((outcome) => figure?.of(outcome) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Runs a variant without and with its switch. */
function compareVariant(variant: Variant): void {
  const { switch: name, text, figure } = variant;
  const [off, on] = [false, true].map((value) => {
    const behaviours = { ...variant.others, [name]: value };
    const outcomes = variant.scenarios(behaviours).map((scenario) => simulateRing(scenario));
    return {
      measures: outcomes.map((outcome) => measuresOf(outcome, behaviours)),
      figure: meanFigure(variant, outcomes),
    };
  });
  if (off === undefined || on === undefined) return;
  const change = changeOf(off.measures, on.measures);
  printChange(name, change);
  if (figure === undefined) return note(name, cellPart(`market ${text}`, change));
  const shown = (value: number | null) => value === null ? "none" : value.toFixed(figure.digits);
  if (off.figure === on.figure) return;
  note(name, `market ${text}: ${figure.name} ${shown(off.figure)} becomes ${shown(on.figure)}`);
}

console.log("\nmarket with what a switch needs to show");
printRow("switch", COLUMNS);
for (const variant of MARKET_VARIANTS) compareVariant(variant);

const VARIED = new Set<string>(MARKET_VARIANTS.map((variant) => variant.switch));
console.log("\nThe column Change of docs/behaviours.md:");
for (const name of BEHAVIOUR_NAMES) {
  const reasons = STUDIES.map((study) => study.absent[name]);
  const nowhere = reasons.every((reason) => reason !== undefined) && !VARIED.has(name);
  const parts = nowhere ? [reasons[0] ?? ""] : cells.get(name) ?? [];
  if (parts.length === 0) faults.push(`${name} moves nothing, in no study`);
  console.log(`  ${name.padEnd(27)} ${parts.join("; ")}`);
}
console.log(`  ${"REFERENCE".padEnd(27)} ${(cells.get("REFERENCE") ?? []).join("; ")}`);
for (const fault of faults) console.error(fault);
if (faults.length > 0) Deno.exit(1);
