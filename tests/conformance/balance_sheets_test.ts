import { assert, assertAlmostEquals } from "@std/assert";
import { basename, join } from "@std/path";
import { eventKinds } from "../../src/reports/event_kinds.ts";
import { type Account, Ledger } from "../../src/reports/ledger.ts";
import { RunStory } from "../../src/reports/run_story.ts";
import { TextPlaces } from "../../src/reports/text_places.ts";
import { GOLDEN, recorded } from "./golden.ts";
import { agentsOf, csvRows, eventsFromLines } from "../reports/recorded.ts";

/** The recorded cases that ran and have no dealers, whose trades the pages do not follow yet. */
function recordedRuns(): string[] {
  const folder = join(GOLDEN, "scenarios");
  return Deno.readDirSync(folder).toArray().filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    join(folder, name)
  )
    .filter(isPlainRun).sort();
}

function isPlainRun(folder: string): boolean {
  const files = new Set(Deno.readDirSync(folder).toArray().map(({ name }) => name));
  return files.has("balances.csv") && !files.has("dealer_metrics.json");
}

async function gunzipped(path: string): Promise<string> {
  const file = await Deno.open(path);
  return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
}

function total(lines: Account["assets"], wanted: (name: string) => boolean): number {
  return lines.reduce((sum, line) => wanted(line.name) ? sum + line.value.toNumber() : sum, 0);
}

recorded("the balance sheets of run pages agree with every recorded balance", async () => {
  const folders = recordedRuns();
  assert(folders.length > 60, `${folders.length} recorded runs`);
  for (const folder of folders) await checkBalances(folder);
});

/** Columns of balances.csv and the lines of a T-account that add up to them. */
const KINDS = [["cash", "cash"], ["bank_deposit", "bank deposit"], ["reserve_deposit", "reserves"], [
  "payable",
  "payable",
]];

async function checkBalances(folder: string): Promise<void> {
  const objects = eventsFromLines(await gunzipped(join(folder, "events.jsonl.gz")));
  const balances = csvRows(await Deno.readTextFile(join(folder, "balances.csv")));
  const agents = agentsOf(balances, objects);
  const events = eventKinds(objects, new TextPlaces());
  const story = new RunStory();
  const ledger = new Ledger();
  for (let i = 0; i < events.length; i++) {
    const [kind, row] = [events.kindOf(i), events.rowOf(i)];
    story.read(kind, row, events.time(i), events.phase(i) === "setup");
    ledger.read(kind, row);
  }
  const ids = new Set(agents.map(({ id }) => id));
  const accounts = ledger.accounts(ids, story.obligations, agents.find(({ kind }) => kind === "central_bank")?.id);
  for (const row of balances) {
    const account = accounts.get(row.agent_id ?? "");
    if (account === undefined) continue;
    const where = `${basename(folder)} ${row.agent_id}`;
    for (const [column = "", name = ""] of KINDS) {
      const [held, owed] = [Number(row[`assets_${column}`] ?? 0), Number(row[`liabilities_${column}`] ?? 0)];
      assertAlmostEquals(total(account.assets, (line) => line === name), held, 1e-9, `${where} ${name}`);
      assertAlmostEquals(total(account.liabilities, (line) => line === name), owed, 1e-9, `${where} owes ${name}`);
    }
    const goods = account.assets.filter(({ key }) => key.startsWith("stock "));
    assertAlmostEquals(total(goods, () => true), Number(row.total_inventory_value ?? 0), 1e-9, `${where} stocks`);
  }
}
