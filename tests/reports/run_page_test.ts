import { readable } from "./readable.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Decimal } from "../../src/core/decimal.ts";
import type { EventRow, RunPageInput } from "../../src/reports/inputs.ts";
import { failurePage, runPage } from "../../src/reports/run_page.ts";
import { faults, scriptsOf } from "./markup.ts";
import { eventSource } from "./recorded.ts";

const HOSTILE = `</script><script>alert('x')</script>"><img src=x>&amp;`;

function money(text: string): Decimal {
  return Decimal.parse(text) ?? Decimal.ZERO;
}

/** A ring of two: A pays B on day 1, B cannot pay C in full and is expelled. */
function shortRing(name = "B"): RunPageInput {
  const setup = { day: 0, phase: "setup" };
  const day = { day: 1, phase: "simulation" };
  const events: EventRow[] = [
    { kind: "CashMinted", ...setup, to: "A", amount: money("30.50"), instr_id: "C_1" },
    {
      kind: "PayableCreated",
      ...setup,
      debtor: "A",
      creditor: name,
      amount: money("20"),
      due_day: 1,
      payable_id: "P1",
      alias: "first",
    },
    {
      kind: "PayableCreated",
      ...setup,
      debtor: name,
      creditor: "C",
      amount: money("50"),
      due_day: 1,
      payable_id: "P2",
      alias: null,
    },
    { kind: "PhaseA", ...day },
    { kind: "PhaseB", ...day },
    { kind: "SubphaseB1", ...day },
    { kind: "SubphaseB2", ...day },
    { kind: "CashTransferred", ...day, frm: "A", to: name, amount: money("20"), instr_id: "C_2" },
    {
      kind: "PayableSettled",
      ...day,
      pid: "P1",
      contract_id: "P1",
      alias: "first",
      debtor: "A",
      creditor: name,
      amount: money("20"),
    },
    { kind: "CashTransferred", ...day, frm: name, to: "C", amount: money("20"), instr_id: "C_2" },
    {
      kind: "ObligationDefaulted",
      ...day,
      contract_id: "P2",
      alias: null,
      debtor: name,
      creditor: "C",
      contract_kind: "payable",
      shortfall: money("30"),
      amount_paid: money("20"),
      amount: money("30"),
    },
    {
      kind: "AgentDefaulted",
      ...day,
      agent: name,
      frm: name,
      trigger_contract: "P2",
      shortfall: money("30"),
      mode: "expel-agent",
    },
    { kind: "PhaseC", ...day },
  ];
  return {
    name: "A short ring",
    description: "Three agents",
    agents: [
      { id: "CB", name: "Central Bank", kind: "central_bank", defaulted: false },
      { id: "A", name: "Anna", kind: "household", defaulted: false },
      { id: name, name, kind: "household", defaulted: true },
      { id: "C", name: "Cleo", kind: "firm", defaulted: false },
    ],
    events: eventSource(events),
    end: { reason: "stable", day: 4, maxDays: 90, quietDays: 2 },
    openContracts: 0,
    phi: money("0.2857142857142857142857142857"),
    delta: money("0.7142857142857142857142857143"),
  };
}

async function text(input: RunPageInput): Promise<string> {
  return readable(await runPage(input));
}

Deno.test("a run page is sound HTML, small, and written out without a promise", () => {
  const page = runPage(shortRing());
  assert(typeof page === "string");
  assertEquals(faults(page), []);
  assert(page.length < 25_000, `${page.length} characters`);
});

Deno.test("a run page says how the run ended", async () => {
  assertStringIncludes(await text(shortRing()), "stable on day 3");
  const limited = await text({ ...shortRing(), end: { reason: "max-days", day: 5, maxDays: 5, quietDays: 2 } });
  assertStringIncludes(limited, "day limit reached (max. 5 days)");
  const error = "H1 defaulted on <day> 2";
  const stopped = await text({ ...shortRing(), end: { reason: "stopped", day: 2, maxDays: 90, quietDays: 2, error } });
  assertStringIncludes(stopped, "stopped on day 2");
  assertStringIncludes(stopped, "H1 defaulted on &lt;day&gt; 2");
});

Deno.test("the obligation on which a run stopped is marked as defaulted and stays in the books", async () => {
  const first = shortRing();
  const events = eventSource([0, 1, 2].map((i) => first.events.object(i)));
  const error = "Insufficient funds to settle payable P2: 50 still owed";
  const page = await text({ ...first, events, end: { reason: "stopped", day: 1, maxDays: 90, quietDays: 2, error } });
  assertStringIncludes(page, "B owes C 50, due day 1: defaulted on day 1");
  assertStringIncludes(page, "A owes B 20, due day 1: open at the end");
  assertStringIncludes(page, "<td>payable<small>to C, due day 1</small><td>50<td>50");
});

Deno.test("a run page shows the sums, the shares and the default", async () => {
  const page = await text(shortRing());
  for (const part of ["<span>Dues</span><b>70</b>", "<span>Settled</span><b>20</b>", "28.6%", "71.4%"]) {
    assertStringIncludes(page, part);
  }
  assertStringIncludes(page, "day 1: B (short of 30)");
  assertStringIncludes(page, "B owes C 50, due day 1: defaulted on day 1");
  assertStringIncludes(
    page,
    "day 1: due 70, 20 settled in full, 20 paid in part before a default, 30 lost by a default",
  );
});

Deno.test("a run page shows money and debts at setup and at the end", async () => {
  const page = await text(shortRing());
  assertStringIncludes(page, "A: 30.5 at setup, 10.5 at the end");
  assertStringIncludes(page, "<td>cash<td>30.5<td>10.5");
  assertStringIncludes(page, "<td>payable<small>to B, due day 1, first</small><td>20<td>—");
  assertStringIncludes(page, "Net worth 10.5 → 10.5");
});

Deno.test("names and texts of a scenario are never taken for HTML", async () => {
  const page = await text({
    ...shortRing(HOSTILE),
    name: HOSTILE,
    description: HOSTILE,
    warnings: [HOSTILE],
    links: [{ label: HOSTILE, href: `out/${HOSTILE}` }],
  });
  assertEquals(faults(page), []);
  assert(!page.includes("<img"));
  assertEquals(scriptsOf(page).length, 1);
});

Deno.test("the agents that are asked for have a balance sheet, others have none", async () => {
  const page = await text({ ...shortRing(), shownAgents: ["C"] });
  assertEquals(page.match(/<section class="box">/g)?.length, 1);
  assertStringIncludes(page, "<h3>Cleo");
  assert(!(await text({ ...shortRing(), shownAgents: [] })).includes("Balance sheets"));
});

Deno.test("a run without events or agents has a page", async () => {
  const end = { reason: "stable", day: 2, maxDays: 90, quietDays: 2 } as const;
  const page = await text({ name: "empty", agents: [], events: eventSource([]), end, phi: null, delta: null });
  assertEquals(faults(page), []);
  assertStringIncludes(page, "No events.");
});

Deno.test("an event of an unknown kind stands in its table", async () => {
  const events = eventSource([{ kind: "Eclipse", day: 0, phase: "simulation", who: ["A"], amount: 3 }]);
  const page = await text({ ...shortRing(), events });
  assertStringIncludes(page, "<td>Eclipse<td>");
});

Deno.test("kinds and fields with the names of things every object has are read like others", async () => {
  const events = eventSource(
    ["constructor", "__proto__", "toString"].map((kind) => ({ kind, day: 0, phase: "setup" })),
  );
  const page = await text({ ...shortRing(), events });
  for (const kind of ["constructor", "__proto__", "toString"]) assertStringIncludes(page, `<td>${kind}<td>`);
});

/** A log of `count` events among `agents` agents. */
function longRun(count: number, agents: number): RunPageInput {
  const rows: EventRow[] = [];
  for (let i = 0; i < count; i++) {
    const hex = i.toString(16).padStart(12, "0");
    const [debtor, creditor] = [`H${i % agents}`, `H${(i + 1) % agents}`];
    const amount = money(`${(i * 7919) % 1000}.${i % 97}`);
    const day = Math.floor(i / 1000);
    rows.push(
      i % 2 === 0
        ? {
          kind: "PayableCreated",
          day: 0,
          phase: "setup",
          debtor,
          creditor,
          amount,
          due_day: day + 1,
          payable_id: `PAY_${hex}`,
          alias: null,
        }
        : {
          kind: "PayableSettled",
          day: day + 1,
          phase: "simulation",
          pid: `PAY_${hex}`,
          contract_id: `PAY_${hex}`,
          alias: null,
          debtor,
          creditor,
          amount,
        },
    );
  }
  rows.sort((a, b) => Number(a.day) - Number(b.day));
  return {
    ...shortRing(),
    agents: Array.from(
      { length: agents },
      (_, i) => ({ id: `H${i}`, name: `Agent ${i}`, kind: "household", defaulted: i % 9 === 0 }),
    ),
    events: eventSource(rows),
  };
}

Deno.test("a run of 10,000 events and 10,000 agents stays below a megabyte", async () => {
  const page = await text(longRun(10_000, 10_000));
  assert(new TextEncoder().encode(page).length < 1_000_000, `${page.length} characters`);
  assertEquals(faults(page), []);
  assertStringIncludes(page, "<noscript>");
  assertStringIncludes(page, "5,000 events");
  assertStringIncludes(page, 'data-packed="agents"');
});

/** A payable for each of many days, with what a settlement leaves in the log. */
function dailyRun(days: number, agents: number): RunPageInput {
  const rows: EventRow[] = [];
  const debt = (day: number) => ({ debtor: `H${day % agents}`, creditor: `H${(day + 1) % agents}`, alias: null });
  for (let day = 1; day <= days; day++) {
    const amount = money(`${(day * 7919) % 1000}.${day % 97}`);
    const ids = { payable_id: `PAY_${day}`, due_day: day };
    rows.push({ kind: "PayableCreated", day: 0, phase: "setup", ...debt(day), amount, ...ids });
  }
  for (let day = 1; day <= days; day++) {
    const at = { day, phase: "simulation" };
    const amount = money(`${(day * 7919) % 1000}.${day % 97}`);
    const id = `PAY_${day}`;
    for (const kind of ["PhaseA", "SubphaseB2"]) rows.push({ kind, ...at });
    rows.push({
      kind: "CashTransferred",
      ...at,
      frm: debt(day).debtor,
      to: debt(day).creditor,
      amount,
      instr_id: `C_${day}`,
    });
    rows.push({ kind: "InstrumentMerged", ...at, keep: "C_0", removed: `C_${day}` });
    rows.push({ kind: "PayableSettled", ...at, pid: id, contract_id: id, ...debt(day), amount });
  }
  const input = longRun(0, agents);
  return { ...input, events: eventSource(rows), end: { reason: "stable", day: days + 3, maxDays: 3000, quietDays: 2 } };
}

Deno.test("a run of 12,000 events over 2,000 days stays far below a megabyte", async () => {
  const page = await text(dailyRun(2000, 5));
  assert(new TextEncoder().encode(page).length < 400_000, `${page.length} characters`);
  assertEquals(faults(page), []);
});

Deno.test("up to 60 days of packed events stand in the page, of more only groups", async () => {
  const few = await text(dailyRun(59, 5));
  assertEquals(few.match(/<details data-packed="events"/g)?.length, 60);
  assert(!few.includes("data-days="));
  const many = await text(dailyRun(60, 5));
  assert(!many.includes('<details data-packed="events"'));
  assertEquals(
    [...many.matchAll(/<details data-days="(\d+)" data-count="(\d+)"><summary>([^<]*)<small>([^<]*)</g)].map((m) =>
      m.slice(1).join("|")
    ),
    [
      "0|10|Setup to day 9|87 events",
      ...[1, 2, 3, 4, 5].map((i) => `${i * 10}|10|Days ${i * 10} to ${i * 10 + 9}|30 events`),
      "60|1|Day 60|3 events",
    ],
  );
});

Deno.test("with very many due days a bar stands for several days", async () => {
  const page = await text(dailyRun(2000, 5));
  assertStringIncludes(page, "each bar has the dues of 20 days");
  const bars = [...page.matchAll(/<title>days (\d+) to (\d+): due ([\d,.]+), ([\d,.]+) settled in full<\/title>/g)];
  assertEquals(bars.length, 101);
  assert(bars.every(([, , , due, settled]) => due === settled));
});

Deno.test("the lines of a very long balance sheet are packed, its sums are not", async () => {
  const few = await text(dailyRun(70, 2));
  assert(!few.includes('data-packed="lines"') && few.includes("<small>from H1, due day 1</small>"));
  const many = await text(dailyRun(200, 2));
  assertEquals(many.match(/<details data-packed="lines"/g)?.length, 4);
  assert(!many.includes("<small>from H1, due day 1</small>"));
  assertStringIncludes(many, "<tr><td>total<td>");
});

Deno.test("a page that cannot hold every event says so", async () => {
  const page = await text(longRun(70_000, 5));
  assertStringIncludes(page, "This page holds the first 60,000 of 70,000 events; all stand in events.jsonl.");
});

Deno.test("150 events are written out, one more is packed", async () => {
  const spelled = await text(longRun(150, 5));
  assertEquals(spelled.match(/<td>Payable(Created|Settled)<td>/g)?.length, 150);
  assert(!spelled.includes('id="packed"'));
  const packed = await text(longRun(151, 5));
  assert(packed.includes('id="packed"') && !packed.includes("<td>PayableCreated"));
});

Deno.test("the scripts of every page parse", async () => {
  const scripts = [...scriptsOf(await text(shortRing())), ...scriptsOf(await text(longRun(200, 5)))];
  assertEquals(scripts.length, 2);
  for (const script of scripts) new Function(script);
});

Deno.test("a failed run has a page that says why", () => {
  const page = failurePage({ name: "grid_1", error: "ValidationError: n_agents <3" });
  assertEquals(faults(page), []);
  assertStringIncludes(page, "ValidationError: n_agents &lt;3");
});
