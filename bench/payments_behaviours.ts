/**
 * What each switch of the payments model between the reference's way and the right one moves: every standard study runs
 * with all switches corrected, again with one switch after the other set to the reference's way, and with all of them.
 * Switches that judge documents, files or numbers, and do not change a run that is valid, are counted over faulty ones.
 * Prints a table per study and the cells of the column Change of docs/behaviours.md, part Payments.
 *
 * Run: `deno run -A bench/payments_behaviours.ts`. Exit status 1 when a switch moves nothing.
 */
import { BEHAVIOUR_NAMES, type Behaviours, CORRECTED, REFERENCE } from "../src/payments/behaviours.ts";
import { ENTRANCE_STUDIES } from "./studies/payments_entrances.ts";
import { type Change, changeOf, measure, STUDIES } from "./studies/payments_studies.ts";

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? "0" : `${value < 0 ? "-" : "+"}${text}`;
}

function percent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.01 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`;
}

/** The part of a Change cell that one study gives; null when the switch moves nothing there. */
function cellPart(study: string, change: Change): string | null {
  if (change.any === 0) return null;
  const parts = [
    ["settled", signed(change.settled, 2), " pp"],
    ["cost", signed(change.cost * 100, 1), " %"],
    ["delay", signed(change.delay, 2), " ticks"],
  ].flatMap(([name, text, unit]) => text === "0" ? [] : [`${name} ${text}${unit}`]);
  if (change.stopped !== 0) parts.push(`${signed(change.stopped * 100, 1)} % of runs stopped`);
  const reach = change.events > 0 ? `other events in ${percent(change.events)} of runs` : "";
  const beyond = change.any > change.events ? `other final figures in ${percent(change.any)}` : "";
  return `${study}: ${[...parts, reach, beyond].filter((part) => part !== "").join(", ")}`;
}

const cells = new Map<string, string[]>();

function note(name: string, part: string | null): void {
  if (part !== null) cells.set(name, [...cells.get(name) ?? [], part]);
}

const COLUMNS = ["settled pp", "cost %", "delay", "stopped", "events", "any"];

function printRow(name: string, values: readonly string[]): void {
  console.log(`  ${name.padEnd(32)}${values.map((value) => value.padStart(11)).join("")}`);
}

for (const study of STUDIES) {
  // The last study is for the switches that the others do not show.
  const names = BEHAVIOUR_NAMES.filter((name) => !study.forTheRest || !cells.has(name));
  const before = measure(study, CORRECTED);
  const mean = (value: (run: typeof before[number]) => number) =>
    before.reduce((sum, run) => sum + value(run), 0) / before.length;
  console.log(`\n${study.name}: ${study.text}`);
  console.log(
    `  corrected: settled ${percent(mean((run) => run.settled))} of value, cost ${
      Math.round(mean((run) => run.cost))
    }` +
      ` cents, delay ${mean((run) => run.delay).toFixed(2)} ticks, stopped ${
        percent(mean((run) => Number(run.stopped)))
      }`,
  );
  printRow("switch", COLUMNS);
  const compare = (name: string, behaviours: Behaviours): void => {
    const change = changeOf(before, measure(study, behaviours));
    note(name, cellPart(study.name, change));
    printRow(name, [
      signed(change.settled, 2),
      signed(change.cost * 100, 1),
      signed(change.delay, 2),
      percent(change.stopped),
      percent(change.events),
      percent(change.any),
    ]);
  };
  for (const name of names) compare(name, { ...CORRECTED, [name]: true });
  if (!study.forTheRest) compare("REFERENCE, all of them", REFERENCE);
}

console.log("\nwhat is let in, read or drawn");
for (const entrance of ENTRANCE_STUDIES) {
  const [off, on] = [entrance.count(CORRECTED), entrance.count({ ...CORRECTED, [entrance.switch]: true })];
  printRow(entrance.switch, [`${off} -> ${on}`, ` ${entrance.text}`]);
  if (off !== on) note(entrance.switch, `${entrance.text}: ${off} becomes ${on}`);
}

console.log("\nThe column Change of docs/behaviours.md:");
const still: string[] = [];
for (const name of BEHAVIOUR_NAMES) {
  const parts = cells.get(name) ?? [];
  if (parts.length === 0) still.push(name);
  console.log(`  ${name.padEnd(32)} ${parts.join("; ")}`);
}
console.log(`  ${"REFERENCE".padEnd(32)} ${(cells.get("REFERENCE, all of them") ?? []).join("; ")}`);
for (const name of still) console.error(`${name} moves nothing, in no study`);
if (still.length > 0) Deno.exit(1);
