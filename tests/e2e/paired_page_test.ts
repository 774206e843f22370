/** The page of a paired sweep in a real browser: it stays quiet, sorts, filters, turns its pages, and its maps lead on. */
import { assert, assertEquals } from "@std/assert";
import { BALANCED_ARMS, type PairRow, pairRow } from "../../src/reports/paired_input.ts";
import { pairedPage } from "../../src/reports/paired_page.ts";
import { chromiumPath, Tab } from "./browser.ts";
import { Folder } from "./program.ts";

const PROGRAM = chromiumPath();

/** 450 pairs over three κ and three c; the effect of a pair is below, at or above zero in turn. */
function rows(): PairRow[] {
  return Array.from({ length: 450 }, (_, i) => {
    const effect = (i % 3 - 1) * (i + 1) / 10_000;
    return pairRow(
      {
        kappa: ["0.5", "1", "2"][Math.floor(i / 3) % 3] ?? "",
        concentration: ["1", "2", "5"][Math.floor(i / 9) % 3] ?? "",
        mu: "0",
        monotonicity: "0",
        seed: String(i),
        outside_mid_ratio: "0.9",
        delta_passive: "0.5",
        delta_active: String(0.5 - effect),
        trading_effect: String(effect),
        trading_relief_ratio: String(effect / 0.5),
        total_trades: String(i),
        passive_run_id: `balanced_passive_${i}x`,
        active_run_id: `balanced_active_${i}x`,
      },
      BALANCED_ARMS,
      (arm, runId) => `../${arm}/runs/${runId}/run.html`,
    );
  });
}

function inBrowser(name: string, check: (tab: Tab) => Promise<void>): void {
  Deno.test({
    name: PROGRAM === null ? `${name} (no browser: install chromium or set BILANCIO_CHROMIUM)` : name,
    ignore: PROGRAM === null,
    async fn() {
      if (PROGRAM === null) return;
      using folder = new Folder();
      const page = folder.write("page.html", pairedPage({ arms: BALANCED_ARMS, rows: rows() }));
      await using tab = await Tab.open(PROGRAM);
      await tab.load(page);
      await check(tab);
      assertEquals(tab.complaints, []);
    },
  });
}

const COUNT = 'document.querySelector("#pair-filters output").textContent';
const SHOWN = 'document.querySelectorAll("#pair-table tbody tr").length';
const column = (place: number) =>
  `[...document.querySelectorAll("#pair-table tbody tr")].map(r => r.cells[${place}].textContent)`;
const press = (head: string) =>
  `[...document.querySelectorAll("#pair-table th button")].find(b => b.textContent === "${head}").click()`;
/** Lets a timer that the page set a moment ago have its turn. */
const TURN = "new Promise(done => setTimeout(done))";

inBrowser("a paired page shows 200 pairs at a time and turns its pages", async (tab) => {
  assertEquals([await tab.evaluate(COUNT), await tab.evaluate(SHOWN)], ["450 of 450 pairs", 200]);
  await tab.evaluate('[...document.querySelectorAll("#pair-pages button")].at(-1).click()');
  await tab.evaluate('[...document.querySelectorAll("#pair-pages button")].at(-1).click()');
  assertEquals(await tab.evaluate(SHOWN), 50);
  assertEquals(await tab.evaluate('document.querySelector("#pair-pages span").textContent'), "rows 401 to 450 of 450");
});

inBrowser("a paired page sorts effects by their size and sign", async (tab) => {
  await tab.evaluate(press("effect"));
  const up = await tab.evaluate(`${column(8)}.map(t => Number(t.replace("\u2212", "-")))`);
  assert(Array.isArray(up) && up.length === 200);
  assertEquals(up, up.toSorted((a, b) => a - b));
  assert(up[0] < 0);
  await tab.evaluate(press("effect"));
  assertEquals(await tab.evaluate(`${column(8)}[0]`), "+0.045");
});

inBrowser("a paired page filters by a parameter, by what trading did, and by a run id", async (tab) => {
  const choose = (name: string, value: string) =>
    `{const s = document.querySelector("#pair-filters [name=${name}]"); s.value = "${value}"; ` +
    's.dispatchEvent(new Event("input", {bubbles: true}))}';
  await tab.evaluate(choose("kappa", "2"));
  assertEquals(await tab.evaluate(COUNT), "150 of 450 pairs");
  await tab.evaluate(choose("sign", "-1"));
  assertEquals(await tab.evaluate(COUNT), "50 of 450 pairs");
  await tab.evaluate(`document.querySelector("#pair-filters button[type=reset]").click();${TURN}`);
  assertEquals(await tab.evaluate(COUNT), "450 of 450 pairs");
  await tab.evaluate(choose("text", "balanced_active_449x"));
  assertEquals(await tab.evaluate(COUNT), "1 of 450 pairs");
  assertEquals(
    await tab.evaluate('document.querySelector("#pair-table tbody a").getAttribute("href")'),
    "../passive/runs/balanced_passive_449x/run.html",
  );
});

inBrowser("a press on a cell of the map shows its pairs", async (tab) => {
  const cell = 'document.querySelector(`[data-pick^="kappa=1&concentration=5"]`)';
  await tab.evaluate(`${cell}.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));${TURN}`);
  assertEquals(await tab.evaluate(COUNT), "48 of 450 pairs");
  assertEquals(await tab.evaluate(`[...new Set(${column(0)})]`), ["1"]);
  assertEquals(await tab.evaluate(`[...new Set(${column(1)})]`), ["5"]);
});

inBrowser("a paired page fits a phone: nothing but tables scrolls sideways", async (tab) => {
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  await tab.evaluate('document.documentElement.style.width = "380px"');
  assertEquals(
    await tab.evaluate(
      `[...document.querySelectorAll("main > *, figure, .box")].filter(e => e.getBoundingClientRect().right > 381).length`,
    ),
    0,
  );
  await tab.evaluate('document.documentElement.style.width = ""');
  assertEquals(await tab.evaluate(overflow), 0);
});
