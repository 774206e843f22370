/**
 * What each switch of policy experiments between the reference's way and the right one moves: every study runs with its
 * switches corrected, and again with one after the other set to the reference's way. Prints a table per study, and the
 * cells of the column Change of docs/payments-experiments.md.
 *
 * Run: `deno run -A bench/payments_experiment_behaviours.ts`. Exit status 1 when a switch moves nothing.
 */
import { BEHAVIOUR_NAMES } from "../src/experiments/payments/behaviours.ts";
import { measure, STUDIES, type StudyRun } from "./studies/payments_experiment_studies.ts";

function mean(runs: readonly StudyRun[], of: (run: StudyRun) => number | null): number {
  const values = runs.map(of).filter((value) => value !== null);
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The part of a Change cell that one study gives; empty when the switch moves nothing there. */
function cellPart(before: readonly StudyRun[], after: readonly StudyRun[]): string {
  const share = (differs: (a: StudyRun, b: StudyRun) => boolean) => {
    const count = before.filter((run, i) => {
      const other = after[i];
      return other !== undefined && differs(run, other);
    }).length;
    return `${Math.round(count / before.length * 100)} %`;
  };
  const relative = (of: (run: StudyRun) => number | null) => {
    const [a, b] = [mean(before, of), mean(after, of)];
    if (a === 0) return b === 0 ? "" : `0 becomes ${Math.round(b)}`;
    const change = (b / a - 1) * 100;
    return Math.abs(change) < 0.05 ? "" : `${change < 0 ? "-" : "+"}${Math.abs(change).toFixed(1)} %`;
  };
  const parts: string[] = [];
  const note = (name: string, text: string, nothing = "") => {
    if (text !== nothing) parts.push(`${name} ${text}`);
  };
  const failed = share((a, b) => (a.cost === null) !== (b.cost === null));
  if (failed === "100 %") return "every experiment ends with an error";
  note("ended with an error:", failed, "0 %");
  note("mean cost", relative(({ cost }) => cost));
  note("best cost", relative(({ best }) => best));
  const [a, b] = [mean(before, (run) => run.accepted), mean(after, (run) => run.accepted)];
  if (a !== b) parts.push(`accepted proposals ${a.toFixed(1)} become ${b.toFixed(1)}`);
  note("other policies in the end in", share((a, b) => a.policies !== b.policies), "0 %");
  note("converged otherwise in", share((a, b) => a.converged !== b.converged), "0 %");
  note("recorded events", relative(({ events }) => events));
  note("recorded simulations", relative(({ simulations }) => simulations));
  if (parts.length === 0) note(RECORDS, share((a, b) => a.records !== b.records), "0 %");
  return parts.join(", ");
}

const RECORDS = "other records in";
/** Most studies in a cell. */
const SHOWN = 2;

const cells = new Map<string, { readonly study: string; readonly part: string }[]>();

/** The studies in which most changes; where only records do, that alone. */
function cell(name: string): string {
  const found = cells.get(name) ?? [];
  if (found.length === 0) return "no change in these studies";
  const telling = found.filter(({ part }) => !part.startsWith(RECORDS));
  if (telling.length === 0) return found[0]?.part ?? "";
  if (telling.length > 1 && new Set(telling.map(({ part }) => part)).size === 1) return telling[0]?.part ?? "";
  const weight = ({ part }: typeof found[number]) => part.split(", ").length;
  return telling.toSorted((a, b) => weight(b) - weight(a)).slice(0, SHOWN)
    .map(({ study, part }) => `${study}: ${part}`).join("; ");
}

for (const study of STUDIES) {
  const before = await measure(study, study.base);
  console.log(`\n${study.name}: ${study.text}`);
  console.log(
    `  corrected: mean cost ${Math.round(mean(before, ({ cost }) => cost))} cents, ` +
      `${mean(before, ({ accepted }) => accepted).toFixed(1)} proposals accepted`,
  );
  for (const name of BEHAVIOUR_NAMES) {
    if (study.base[name]) continue;
    const part = cellPart(before, await measure(study, { ...study.base, [name]: true }));
    if (part === "") continue;
    console.log(`  ${name.padEnd(28)} ${part}`);
    cells.set(name, [...cells.get(name) ?? [], { study: study.name, part }]);
  }
}

console.log("\nThe column Change of docs/payments-experiments.md:");
const still = BEHAVIOUR_NAMES.filter((name) => !cells.has(name));
for (const name of BEHAVIOUR_NAMES) {
  console.log(`${name}\t${cell(name)}`);
}
for (const name of still) console.error(`${name} moves nothing, in no study`);
if (still.length > 0) Deno.exit(1);
