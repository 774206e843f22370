import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { eventKinds } from "../../src/reports/event_kinds.ts";
import { type Account, Ledger } from "../../src/reports/ledger.ts";
import { ringRunPage } from "../../src/reports/ring_pages.ts";
import { RunStory } from "../../src/reports/run_story.ts";
import { TextPlaces } from "../../src/reports/text_places.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import { loadScenarioText } from "../../src/ring/scenario/parse.ts";
import { faults } from "./markup.ts";

const EXAMPLES = fromFileUrl(new URL("../../examples/scenarios", import.meta.url));

const ENDS = { stable: "stable on day", "max-days": "day limit reached", stopped: "stopped on day" };

/** Every bundled scenario with its outcome. */
function examples() {
  const names = Deno.readDirSync(EXAMPLES).toArray().map(({ name }) => name).filter((name) => name.endsWith(".yaml"))
    .sort();
  return names.map((name) => {
    const { scenario } = loadScenarioText(Deno.readTextFileSync(join(EXAMPLES, name)), name);
    return { name, scenario, outcome: simulateRing(scenario) };
  });
}

Deno.test("every bundled scenario has a sound page with its name and its end", async () => {
  const all = examples();
  assert(all.length >= 6);
  for (const { name, scenario, outcome } of all) {
    const page = await ringRunPage(scenario, outcome, { links: [{ label: "Events", href: "out/events.jsonl" }] });
    assertEquals(faults(page), [], name);
    assert(page.includes('<a href="out/events.jsonl">Events</a>'), name);
    assert(page.includes(ENDS[outcome.stop.reason]), name);
  }
});

Deno.test("the balance sheets of a page are those of the engine", () => {
  for (const { name, outcome } of examples()) compareBalances(name, outcome);
});

function compareBalances(name: string, outcome: RingOutcome): void {
  const [story, ledger] = [new RunStory(), new Ledger()];
  const events = eventKinds(outcome.log, new TextPlaces());
  for (let i = 0; i < events.length; i++) {
    const [kind, row] = [events.kindOf(i), events.rowOf(i)];
    story.read(kind, row, events.time(i), events.phase(i) === "setup");
    ledger.read(kind, row);
  }
  const centralBank = outcome.agents.find(({ kind }) => kind === "central_bank")?.id;
  const accounts = ledger.accounts(new Set(outcome.agents.map(({ id }) => id)), story.obligations, centralBank);
  for (const position of outcome.positions()) {
    const account = accounts.get(position.agent);
    assert(account !== undefined);
    for (const side of ["assets", "liabilities"] as const) {
      const financial = position[side].filter(({ kind }) => kind !== "delivery_obligation");
      const engine = financial.reduce((sum, { amount }) => sum + amount.toNumber(), 0);
      assertAlmostEquals(moneyOf(account[side]), engine, 1e-9, `${name}, ${position.agent}, ${side}`);
    }
  }
}

/** The sum of the lines that are money or payables; goods have a rank below. */
function moneyOf(lines: Account["assets"]): number {
  return lines.reduce((sum, { rank, value }) => rank >= 5 ? sum + value.toNumber() : sum, 0);
}
