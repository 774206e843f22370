/** The pages in a real browser: they stay quiet, sort, filter, and open long lists. */
import { assert, assertEquals } from "@std/assert";
import { dashboardPage } from "../../src/reports/dashboard_page.ts";
import type { EventRow } from "../../src/reports/inputs.ts";
import { metricsPage } from "../../src/reports/metrics_page.ts";
import { cards, pageText } from "../../src/reports/page.ts";
import { runPage } from "../../src/reports/run_page.ts";
import { eventSource } from "../reports/recorded.ts";
import { chromiumPath, Tab } from "./browser.ts";

const PROGRAM = chromiumPath();

/** Registers a test that opens a page; without a browser it is ignored, by name. */
function inBrowser(name: string, page: () => string | Promise<string>, check: (tab: Tab) => Promise<void>): void {
  Deno.test({
    name: PROGRAM === null ? `${name} (no browser: install chromium or set BILANCIO_CHROMIUM)` : name,
    ignore: PROGRAM === null,
    async fn() {
      if (PROGRAM === null) return;
      const file = await Deno.makeTempFile({ suffix: ".html" });
      try {
        await Deno.writeTextFile(file, await page());
        await using tab = await Tab.open(PROGRAM);
        await tab.load(file);
        await check(tab);
        assertEquals(tab.complaints, []);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}

/** Payables among five agents, all created on day 0. */
function run(events: number): string | Promise<string> {
  const rows = Array.from({ length: events }, (_, i): EventRow => ({
    kind: "PayableCreated",
    day: 0,
    phase: "setup",
    debtor: `H${i % 5 + 1}`,
    creditor: `H${(i + 1) % 5 + 1}`,
    amount: (i * 7919) % 1009,
    due_day: 1,
    payable_id: `PAY_${i}`,
    alias: i === 0 ? "</script><b>first" : null,
  }));
  return runPage({
    name: "A run <in> a browser",
    agents: [30, 4, 200, 1, 1000].map((cash, i) => ({
      id: `H${i + 1}`,
      name: `Agent ${cash}`,
      kind: "household",
      defaulted: false,
    })),
    events: eventSource(rows),
    end: { reason: "max-days", day: 1, maxDays: 1, quietDays: 2 },
  });
}

/** The texts of a column of the n-th table that has rows. */
function column(table: string, place: number): string {
  return `[...document.querySelector('${table}').tBodies[0].rows].filter(r => !r.hidden).map(r => r.cells[${place}].textContent)`;
}

const AGENTS = 'table[aria-label="Agents"]';

inBrowser("a run page sorts numbers as numbers, up and then down", () => run(20), async (tab) => {
  const press = `document.querySelector('${AGENTS}').querySelectorAll("th button")[5].click()`;
  await tab.evaluate(press);
  const up = await tab.evaluate(`${column(AGENTS, 5)}.map(t => Number(t.replace(/,/g, "")))`);
  assertEquals(up, Array.isArray(up) ? up.toSorted((a, b) => a - b) : []);
  assertEquals(
    await tab.evaluate(`document.querySelectorAll('${AGENTS} th')[5].getAttribute("aria-sort")`),
    "ascending",
  );
  await tab.evaluate(press);
  assertEquals(
    await tab.evaluate(`${column(AGENTS, 5)}.map(t => Number(t.replace(/,/g, "")))`),
    Array.isArray(up) ? up.toReversed() : [],
  );
  assertEquals(
    await tab.evaluate(`document.querySelectorAll('${AGENTS} th')[5].getAttribute("aria-sort")`),
    "descending",
  );
});

inBrowser("texts with numbers in them sort by the number, by keyboard alone", () => run(20), async (tab) => {
  await tab.evaluate(`document.querySelector('${AGENTS}').querySelectorAll("th button")[2].focus()`);
  await tab.press("Enter");
  assertEquals(await tab.evaluate(column(AGENTS, 2)), ["Agent 1", "Agent 4", "Agent 30", "Agent 200", "Agent 1000"]);
});

/** Opens the first packed section and waits for its rows. */
const OPENED = `new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("no rows after 20 s")), 20000);
  const box = document.querySelector('details[data-packed="events"]');
  const body = box.querySelector("table").tBodies[0];
  new MutationObserver((_, watch) => { watch.disconnect(); resolve(body.rows.length); }).observe(body, { childList: true });
  box.open = true;
})`;
const EVENTS = 'details[data-packed="events"] table';

inBrowser("opening a day of a long run shows its rows page by page", () => run(450), async (tab) => {
  assertEquals(await tab.evaluate(OPENED), 200);
  const first = await tab.evaluate(
    `[...document.querySelector('${EVENTS}').tBodies[0].rows[0].cells].map(c => c.textContent)`,
  );
  assertEquals(first, ["setup", "PayableCreated", "</script><b>first", "H1", "H2", "—", "—", "0", "due day 1"]);
  const pages = `[...document.querySelectorAll(".bar span")].map(s => s.textContent)`;
  assertEquals(await tab.evaluate(pages), ["rows 1 to 200 of 450"]);
  await tab.evaluate(`document.querySelectorAll(".bar button")[1].click()`);
  await tab.evaluate(`document.querySelectorAll(".bar button")[1].click()`);
  assertEquals(await tab.evaluate(pages), ["rows 401 to 450 of 450"]);
  assertEquals(await tab.evaluate(`${column(EVENTS, 2)}.at(-1)`), "PAY_449");
  assertEquals(await tab.evaluate(`document.querySelectorAll(".bar button")[1].disabled`), true);
});

/** A payable for each of 1,200 days among five agents, settled on its day. */
function longRun(): string | Promise<string> {
  const rows = Array.from({ length: 2400 }, (_, i): EventRow => {
    const payable = i % 1200;
    const amount = (payable * 7919) % 1009;
    const parties = { debtor: `H${payable % 5 + 1}`, creditor: `H${(payable + 1) % 5 + 1}`, alias: null };
    return i < 1200
      ? {
        ...{ kind: "PayableCreated", day: 0, phase: "setup", payable_id: `PAY_${payable}`, due_day: payable + 1 },
        ...{ ...parties, amount },
      }
      : {
        kind: "PayableSettled",
        day: payable + 1,
        phase: "simulation",
        contract_id: `PAY_${payable}`,
        ...parties,
        amount,
      };
  });
  return runPage({
    name: "A long run",
    agents: [1, 2, 3, 4, 5].map((i) => ({ id: `H${i}`, name: `Agent ${i}`, kind: "household", defaulted: false })),
    events: eventSource(rows),
    end: { reason: "stable", day: 1203, maxDays: 2000, quietDays: 2 },
  });
}

/** Looks until a condition holds, for 20 seconds at most; the tab waits for it. */
function until(condition: string): string {
  return `new Promise((done, fail) => { let looks = 0; const look = () => ${condition} ? done(true)
    : looks++ > 4000 ? fail(new Error("still not so")) : setTimeout(look, 5); look() })`;
}

inBrowser("a group of days opens as days, and a day as its events", () => longRun(), async (tab) => {
  const groups = "[...document.querySelectorAll('details[data-days]')]";
  assertEquals(await tab.evaluate(`${groups}.length`), 25);
  assertEquals(await tab.evaluate(`${groups}[2].querySelector("summary").textContent`), "Days 100 to 14950 events");
  await tab.evaluate(`${groups}[2].open = true`);
  const days = `[...${groups}[2].querySelectorAll("details")]`;
  await tab.evaluate(until(`${days}.length === 50`));
  assertEquals(await tab.evaluate(`${days}[7].querySelector("summary").textContent`), "Day 1071 event");
  assertEquals(await tab.evaluate(`${days}[7].querySelector("table").ariaLabel`), "Events, Day 107");
  await tab.evaluate(`${days}[7].open = true`);
  await tab.evaluate(until(`${days}[7].querySelector("table").tBodies[0].rows.length === 1`));
  const cells = `[...${days}[7].querySelector("table").tBodies[0].rows[0].cells].map(c => c.textContent)`;
  assertEquals(await tab.evaluate(cells), [
    "",
    "PayableSettled",
    "PAY_106",
    "H2",
    "H3",
    "—",
    "—",
    String((106 * 7919) % 1009),
    "",
  ]);
});

inBrowser("the lines of a long balance sheet open as a table that sorts", () => longRun(), async (tab) => {
  await tab.evaluate(OPENED.replace('"events"', '"lines"'));
  const lines = 'details[data-packed="lines"] table';
  await tab.evaluate(`document.querySelector('${lines}').querySelectorAll("th button")[2].click()`);
  const claims = Array.from({ length: 240 }, (_, i) => ((i * 5 + 4) * 7919) % 1009).sort((a, b) => a - b);
  assertEquals(await tab.evaluate(`${column(lines, 2)}.map(t => Number(t.replace(/,/g, "")))`), claims.slice(0, 200));
});

inBrowser("the trades of a busy market open as a table that sorts", () => busyMarket(), async (tab) => {
  assertEquals(await tab.evaluate(OPENED.replace('"events"', '"trades"')), 200);
  const trades = 'details[data-packed="trades"] table';
  await tab.evaluate(`document.querySelector('${trades}').querySelectorAll("th button")[11].click()`);
  const prices = Array.from({ length: 250 }, (_, i) => (i * 7919) % 1009).sort((a, b) => a - b).slice(0, 200);
  assertEquals(await tab.evaluate(`${column(trades, 11)}.map(t => Number(t.replace(/,/g, "")))`), prices);
});

/** A run without events but 250 trades. */
function busyMarket(): string | Promise<string> {
  const side = { inventory: 1, bid: 0.9, ask: 1, margin: 0 };
  const flags = { passthrough: false, liquidityDriven: false, reducesMarginBelowZero: false, hitInventoryLimit: false };
  return runPage({
    name: "A busy market",
    agents: [],
    events: eventSource([]),
    end: { reason: "stable", day: 1, maxDays: 9, quietDays: 2 },
    market: {
      buckets: ["short"],
      days: [{ day: 0, bucket: "short", inventory: 1, bid: 0.9, ask: 1, outsideBid: 0.8, outsideAsk: 1.1 }],
      trades: Array.from({ length: 250 }, (_, i) => ({
        ...{ day: 0, bucket: "short", side: "SELL", trader: "H1", claim: i, issuer: "H2", dueDay: 9 } as const,
        ...{ face: 1000, price: (i * 7919) % 1009, unitPrice: 0.9, before: side, after: side, ...flags },
      })),
      dealerProfit: 0,
      dealerReturn: 0,
      rescues: 0,
      refusedSales: 0,
      refusedPurchases: 0,
      claimName: (claim) => `PAY_${claim}`,
    },
  });
}

inBrowser("a long list sorts over all its rows, not over those that show", () => run(450), async (tab) => {
  await tab.evaluate(OPENED);
  await tab.evaluate(`document.querySelector('${EVENTS}').querySelectorAll("th button")[7].click()`);
  const amounts = Array.from({ length: 450 }, (_, i) => (i * 7919) % 1009).sort((a, b) => a - b);
  assertEquals(
    await tab.evaluate(`${column(EVENTS, 7)}.map(t => Number(t.replace(/,/g, "")))`),
    amounts.slice(0, 200),
  );
});

inBrowser("a dashboard filters its runs by value and by text", () => dashboard(), async (tab) => {
  const shown = `[...document.getElementById("run-table").tBodies[0].rows].filter(r => !r.hidden).length`;
  assertEquals(await tab.evaluate(shown), 12);
  await tab.evaluate(`{ const s = document.querySelector('select[data-column="2"]'); s.value = "2";
    s.dispatchEvent(new Event("input", { bubbles: true })); }`);
  assertEquals(await tab.evaluate(column("#run-table", 2)), ["2", "2", "2", "2"]);
  await tab.evaluate(`{ const t = document.querySelector('input[name="text"]'); t.value = "run_7";
    t.dispatchEvent(new Event("input", { bubbles: true })); }`);
  assertEquals(await tab.evaluate(column("#run-table", 0)), ["run_7"]);
  assertEquals(await tab.evaluate(`document.querySelector("output").textContent`), "1 of 12 runs");
});

function dashboard(runs = 12): Promise<string> {
  return dashboardPage({
    rows: Array.from({ length: runs }, (_, i) => ({
      runId: `run_${i}`,
      phase: "grid",
      kappa: ["1", "2.0", "4"][i % 3] ?? "",
      concentration: i < 6 ? "1" : "5",
      mu: "0",
      monotonicity: "0",
      phiTotal: String(i / 12),
      deltaTotal: String(1 - i / 12),
      maxG: i === 5 ? "" : String(1000 * i),
      days: "3",
      href: `../runs/run_${i}/run.html`,
    })),
  });
}

inBrowser(
  "a dashboard of 1,001 runs turns its pages, sorts, filters and links like a short one",
  () => dashboard(1001),
  async (tab) => {
    const until = (condition: string) =>
      tab.evaluate(
        `new Promise((done) => { const look = () => ${condition} ? done(true) : setTimeout(look, 5); look() })`,
      );
    const rows = `document.getElementById("run-table").tBodies[0].rows`;
    await until(`${rows}.length > 0`);
    assertEquals(await tab.evaluate(`${rows}.length`), 200);
    assertEquals(await tab.evaluate(`${rows}[3].querySelector("a").getAttribute("href")`), "../runs/run_3/run.html");
    await tab.evaluate(`document.getElementById("run-table").querySelectorAll("th button")[8].click()`);
    await tab.evaluate(`document.getElementById("run-table").querySelectorAll("th button")[8].click()`);
    assertEquals(await tab.evaluate(`${column("#run-table", 8)}[0]`), "1,000,000");
    await tab.evaluate(`{ const t = document.querySelector('input[name="text"]'); t.value = "run_77";
    t.dispatchEvent(new Event("input", { bubbles: true })); }`);
    assertEquals(await tab.evaluate(`document.querySelector("output").textContent`), "11 of 1001 runs");
    assertEquals(await tab.evaluate(`${rows}.length`), 11);
  },
);

inBrowser(
  "a number on a card is never broken, and never wider than its card, on a phone",
  () => cardFrame(),
  async (tab) => {
    const broken = `[...document.querySelector("iframe").contentDocument.querySelectorAll(".card b")]
    .filter(b => b.getClientRects().length > 1 || b.getBoundingClientRect().right >
      b.parentElement.getBoundingClientRect().right).map(b => b.textContent)`;
    const count = `document.querySelector("iframe").contentDocument?.querySelectorAll(".card b").length`;
    await tab.evaluate(
      `new Promise((done) => { const look = () => ${count} === 9 ? done(true) : setTimeout(look, 5); look() })`,
    );
    assertEquals(await tab.evaluate(broken), []);
  },
);

/** Nine cards as a run with large numbers has them, 400 pixels wide. */
function cardFrame(): Promise<string> {
  const numbers = [
    "0.409733",
    "1,234,567.891234",
    "12",
    "99.9%",
    "0.000001",
    "123,456,789,012.25",
    "7",
    "0.5",
    "\u2014",
  ];
  const page = pageText({
    title: "Cards",
    over: "Test",
    description: null,
    summary: cards(numbers.map((number, i) => [`A label of some words ${i}`, number])),
    body: "",
  });
  const source = page.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return Promise.resolve(`<!doctype html><iframe style="width:400px;height:700px" srcdoc="${source}"></iframe>`);
}

inBrowser("a dashboard sorts cells without a value to the end, both ways", () => dashboard(), async (tab) => {
  const press = `document.getElementById("run-table").querySelectorAll("th button")[8].click()`;
  for (const _ of ["up", "down"]) {
    await tab.evaluate(press);
    assertEquals(await tab.evaluate(`${column("#run-table", 8)}.at(-1)`), "—");
  }
  assertEquals(await tab.evaluate(`${column("#run-table", 8)}[0]`), "11,000");
});

const SIZES = [["wide", 1200], ["phone", 380]] as const;
for (const [name, width] of SIZES) {
  inBrowser(`no page is wider than a ${name} screen`, () => frames(width), async (tab) => {
    const widths =
      `Promise.all([...document.querySelectorAll("iframe")].map(f => f.contentDocument?.readyState === "complete"
      && f.contentDocument.body.children.length ? f : new Promise(r => f.onload = () => r(f)))).then(all =>
      all.map(f => f.contentDocument.documentElement).map(e => e.scrollWidth - e.clientWidth))`;
    assertEquals(await tab.evaluate(widths), [0, 0, 0]);
  });
}

/** Three pages in frames of a given width. */
async function frames(width: number): Promise<string> {
  const metrics = metricsPage({
    dayMetrics: [],
    debtorShares: Array.from({ length: 40 }, (_, i) => ({ day: 1, agent: `Agent${i}`, DS_t: i / 40 })),
    intraday: [],
  });
  const pages = [await run(30), await dashboard(), metrics].map((page) =>
    `<iframe style="border:0;width:${width}px;height:900px" srcdoc="${
      page.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
    }"></iframe>`
  );
  return `<!doctype html><meta charset="utf-8">${pages.join("")}`;
}

Deno.test({
  name: "the browser tells of what a page logs, throws and asks for",
  ignore: PROGRAM === null,
  async fn() {
    if (PROGRAM === null) return;
    const file = await Deno.makeTempFile({ suffix: ".html" });
    try {
      await Deno.writeTextFile(
        file,
        '<!doctype html><img src="http://127.0.0.1:1/x.png"><script>console.error("e");throw new Error("t")</script>',
      );
      await using tab = await Tab.open(PROGRAM);
      await tab.load(file);
      for (const what of ["x.png", '"value":"e"', "Error: t"]) {
        assert(tab.complaints.some((complaint) => complaint.includes(what)), what);
      }
    } finally {
      await Deno.remove(file);
    }
  },
});
