/** The invariants of chapter 01, A3, over random economies. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Decimal } from "../../src/core/decimal.ts";
import type { EventObject } from "../../src/core/event_log.ts";
import { eventLines } from "../../src/core/json_lines.ts";
import { balancesCsv } from "../../src/ring/balances.ts";
import { applyAction } from "../../src/ring/engine/actions.ts";
import { runDay } from "../../src/ring/engine/day.ts";
import { INSTRUMENT_KINDS } from "../../src/ring/engine/agent.ts";
import { idText } from "../../src/ring/engine/contract.ts";
import { Ledger } from "../../src/ring/engine/ledger.ts";
import { PAYMENT_ORDERS } from "../../src/ring/engine/policy.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import { StagedActions } from "../../src/ring/engine/staged.ts";
import { IMPACT_EVENTS } from "../../src/ring/events.ts";
import type { BalanceRow, RingOutcome } from "../../src/ring/outcome.ts";
import type { Action, Scenario } from "../../src/ring/scenario/types.ts";
import { AGENTS, anyAction, anyEconomy, safeAction } from "./economies.ts";

const RUNS = { numRuns: 150 };

function run(scenario: Scenario): RingOutcome {
  return simulateRing(scenario, { checkInvariants: "daily" });
}

function eventsOf(outcome: RingOutcome): EventObject[] {
  return [...outcome.log.objects()];
}

function check(name: string, economy: fc.Arbitrary<Scenario>, holds: (scenario: Scenario) => void): void {
  Deno.test(name, () => fc.assert(fc.property(economy, holds), RUNS));
}

/** Whether two sums agree but for their 28th digit. */
function assertSameSum(a: Decimal, b: Decimal, what: string): void {
  const size = Math.max(Math.abs(a.toNumber()), Math.abs(b.toNumber()), 1);
  assert(Math.abs(a.minus(b).toNumber()) <= size * 1e-22, `${what}: ${a} and ${b}`);
}

function numberIn(row: BalanceRow, column: string): Decimal {
  const value = row[column];
  return value instanceof Decimal ? value : Decimal.ZERO;
}

function sumOver(rows: readonly BalanceRow[], column: string): Decimal {
  return Decimal.sum(rows.map((row) => numberIn(row, column)));
}

function amountsOf(events: readonly EventObject[], kind: string): Decimal {
  return Decimal.sum(
    events.flatMap((event) => event.kind === kind && event.amount instanceof Decimal ? [event.amount] : []),
  );
}

check("A3.1-3 the books agree every day, and claims equal debts at the end", anyEconomy(), (scenario) => {
  const outcome = run(scenario);
  assertEquals(outcome.warnings, []);
  const rows = outcome.balances();
  const agents = rows.slice(0, AGENTS.length);
  const system = rows[AGENTS.length] ?? {};
  for (const kind of INSTRUMENT_KINDS) {
    const assets = sumOver(agents, `assets_${kind}`);
    assertSameSum(assets, sumOver(agents, `liabilities_${kind}`), kind);
    assertSameSum(assets, numberIn(system, `assets_${kind}`), kind);
  }
  assertSameSum(sumOver(agents, "net_financial"), Decimal.ZERO, "net worth");
  const events = eventsOf(outcome);
  assertSameSum(sumOver(agents, "assets_cash"), amountsOf(events, "CashMinted"), "cash");
  assertSameSum(sumOver(agents, "assets_reserve_deposit"), amountsOf(events, "ReservesMinted"), "reserves");
});

check("A3.4 nothing is negative, and goods come only from StockCreated", anyEconomy(), (scenario) => {
  const outcome = run(scenario);
  const made = new Map<unknown, number>();
  for (const event of eventsOf(outcome)) {
    if (event.kind === "StockCreated") made.set(event.sku, (made.get(event.sku) ?? 0) + Number(event.qty));
  }
  const held = new Map<unknown, number>();
  for (const { assets, stocks } of outcome.positions()) {
    for (const { amount } of assets) assert(amount.sign >= 0);
    for (const { sku, quantity } of stocks) {
      assert(quantity >= 0);
      held.set(sku, (held.get(sku) ?? 0) + quantity);
    }
  }
  assertEquals(held, made);
});

check(
  "A3.5 settlement changes nobody's net worth",
  anyEconomy({ handling: "fail-fast", rollover: false, scheduled: false }),
  (scenario) => {
    const before = simulateRing(scenario, { maxDays: 0 }).balances();
    const after = run(scenario).balances();
    const clearing = scenario.run.maxDays;
    assert(clearing > 0);
    // A day that stops before Phase C leaves the banks' payments uncleared, so banks are compared together.
    const worth = (rows: readonly BalanceRow[], ids: readonly string[]) =>
      sumOver(rows.filter((row) => ids.includes(String(row.agent_id)) && row.item_type === undefined), "net_financial");
    for (const id of AGENTS) {
      if (!id.startsWith("B")) assertSameSum(worth(after, [id]), worth(before, [id]), id);
    }
    assertSameSum(worth(after, ["B1", "B2", "B3"]), worth(before, ["B1", "B2", "B3"]), "banks");
  },
);

check("A3.6 partial payments add up, methods in policy order", anyEconomy({ handling: "expel-agent" }), (scenario) => {
  const kinds = new Map(scenario.agents.map(({ id, kind }) => [id, kind]));
  const outcome = run(scenario);
  const table = outcome.log.table("PartialSettlement");
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const event = outcome.log.object(table?.events[row] ?? 0);
    if (event.settlement_kind !== "payable") {
      assertEquals(Number(event.delivered_quantity) + Number(String(event.shortfall)), Number(event.required_quantity));
      continue;
    }
    const { amount_paid: paid, shortfall, original_amount: original, distribution } = event;
    assert(paid instanceof Decimal && shortfall instanceof Decimal && original instanceof Decimal);
    assert(Array.isArray(distribution));
    assertSameSum(paid.plus(shortfall), original, "paid and unpaid");
    assertSameSum(Decimal.sum(distribution.map((share) => share.amount)), paid, "shares");
    const order = PAYMENT_ORDERS[kinds.get(String(event.debtor)) ?? "firm"];
    const places = distribution.map((share) => order.indexOf(share.method));
    assertEquals(places, [...new Set(places)].sort((a, b) => a - b));
    assert(!places.includes(-1));
  }
});

check("A3.7 the expelled pay nothing, default once, and borrow only overnight", anyEconomy(), (scenario) => {
  const expelled = new Set<unknown>();
  for (const event of eventsOf(run(scenario))) {
    if (event.kind === "AgentDefaulted") {
      assert(!expelled.has(event.agent), "a second default");
      expelled.add(event.agent);
    }
    if (/^(PayableSettled|DeliveryObligationSettled|PayableRolledOver|RolloverPartial)$/.test(event.kind)) {
      assert(!expelled.has(event.debtor), `${event.kind} by an expelled agent`);
    }
  }
});

check("A3.8 fail-fast leaves no trace of defaults", anyEconomy({ handling: "fail-fast" }), (scenario) => {
  const { log } = run(scenario);
  for (
    const kind of [
      "PartialSettlement",
      "ObligationDefaulted",
      "AgentDefaulted",
      "ObligationWrittenOff",
      "ScheduledActionCancelled",
    ] as const
  ) assertEquals(log.table(kind)?.length ?? 0, 0, kind);
});

check("A3.9 every day has its phases in order, and the setup comes first", anyEconomy(), (scenario) => {
  const outcome = run(scenario);
  const events = eventsOf(outcome);
  const firstDay = events.findIndex((event) => event.phase === "simulation");
  assert(events.slice(Math.max(firstDay, 0)).every((event) => event.phase === "simulation"));
  const days = events.map((event) => Number(event.day));
  assertEquals(days, days.toSorted((a, b) => a - b));
  const phases = ["PhaseA", "PhaseB", "SubphaseB1", "SubphaseB2", "PhaseC"];
  for (const { day } of outcome.days) {
    const seen = events.filter((event) => event.day === day && phases.includes(event.kind)).map((event) => event.kind);
    assertEquals(seen, phases);
  }
});

check("A3.10 payables come before deliveries, each in order of creation", anyEconomy(), (scenario) => {
  const outcome = run(scenario);
  for (const { day } of outcome.days) {
    const handled = eventsOf(outcome).filter((event) =>
      event.day === day && /^(PayableSettled|DeliveryObligationSettled|ObligationDefaulted)$/.test(event.kind)
    );
    const delivery = (event: EventObject) =>
      event.kind === "DeliveryObligationSettled" || event.contract_kind === "delivery_obligation";
    const numbers = (events: readonly EventObject[]) => events.map((event) => String(event.contract_id).slice(-12));
    const payables = handled.filter((event) => !delivery(event));
    const deliveries = handled.filter(delivery);
    assertEquals(numbers(handled), [...numbers(payables).toSorted(), ...numbers(deliveries).toSorted()]);
  }
});

check("A3.11-12 each pair of banks clears its net of the day, overnight until tomorrow", anyEconomy(), (scenario) => {
  const outcome = run(scenario);
  const pairOf = (a: unknown, b: unknown) => [String(a), String(b)].toSorted().join();
  for (const { day } of outcome.days) {
    const nets = new Map<string, Decimal>();
    const cleared = new Map<string, Decimal>();
    for (const event of eventsOf(outcome).filter((event) => event.day === day)) {
      if (!(event.amount instanceof Decimal)) continue;
      if (event.kind === "ClientPayment" && event.payer_bank !== event.payee_bank) {
        const pair = pairOf(event.payer_bank, event.payee_bank);
        const forward = pair.startsWith(String(event.payer_bank));
        nets.set(pair, (nets.get(pair) ?? Decimal.ZERO).plus(forward ? event.amount : event.amount.negated()));
      }
      if (event.kind !== "InterbankCleared" && event.kind !== "InterbankOvernightCreated") continue;
      const pair = pairOf(event.debtor_bank, event.creditor_bank);
      assert(!cleared.has(pair), "a pair cleared twice");
      const net = nets.get(pair) ?? Decimal.ZERO;
      cleared.set(pair, net);
      assertSameSum(event.amount, net.sign < 0 ? net.negated() : net, "net");
      if (event.kind === "InterbankOvernightCreated") assertEquals(event.due_day, day + 1);
    }
    for (const [pair, net] of nets) assertEquals(cleared.has(pair), !net.isZero);
  }
});

check("A3.13 a run that came to rest was quiet and owes nothing", anyEconomy({ rollover: false }), (scenario) => {
  const outcome = run(scenario);
  assert(outcome.days.length <= scenario.run.maxDays);
  for (const { day, impacted } of outcome.days) {
    const counted = eventsOf(outcome).filter((event) =>
      event.phase === "simulation" && event.day === day && IMPACT_EVENTS.some((kind) => kind === event.kind)
    );
    assertEquals(impacted, counted.length);
  }
  if (outcome.stop.reason !== "stable") return;
  const quiet = outcome.days.slice(-scenario.run.quietDays);
  assert(quiet.every(({ impacted }) => impacted === 0));
  const expelled = new Set(outcome.agents.filter(({ defaulted }) => defaulted).map(({ id }) => id));
  for (const { agent, liabilities } of outcome.positions()) {
    const open = liabilities.filter(({ kind }) => kind === "payable" || kind === "delivery_obligation");
    assert(open.length === 0 || (expelled.has(agent) && !scenario.run.behaviours.expelledDebtsKeepRunAlive));
  }
});

check("A3.14 the same scenario gives the same files", anyEconomy(), (scenario) => {
  const first = run(scenario);
  const second = run(scenario);
  assertEquals(eventLines(first.log), eventLines(second.log));
  assertEquals(balancesCsv(first), balancesCsv(second));
});

/** Everything a ledger holds, lists in their order. */
function dump(ledger: Ledger): unknown {
  return {
    agents: ledger.agents.map((agent) => [
      agent.id,
      agent.defaulted,
      INSTRUMENT_KINDS.map((kind) => agent.assets[kind].items().map((held) => [idText(held), String(held.amount)])),
      agent.issued.map((owed) => [idText(owed), owed.open, owed.holder.id, owed.alias]),
      agent.stocks.items().map((lot) => [idText(lot), lot.quantity, lot.owner.id]),
    ]),
    aliases: [...ledger.aliases].map(([alias, contract]) => [alias, idText(contract)]).toSorted(),
    things: ledger.things.length,
    totals: Object.values(ledger.totals.copy()).map(String),
    events: eventLines(ledger.log),
  };
}

Deno.test("A3.15 a failed block leaves everything as it was, and the day after goes on as if it had never been", () => {
  const economy = anyEconomy({ handling: "expel-agent", scheduled: true });
  fc.assert(
    fc.property(economy, fc.array(anyAction, { maxLength: 10 }), fc.boolean(), (scenario, actions, wholeDay) => {
      const [tried, untouched] = [prepared(scenario), prepared(scenario)];
      const before = dump(tried.ledger);
      assertEquals(before, dump(untouched.ledger));
      fails(() =>
        tried.ledger.atomically(() => {
          for (const action of actions) attempt(tried.ledger, action);
          // A whole day inside of the block takes expulsions, write-offs and cancellations back, too.
          if (wholeDay) ignoring(() => settleToday(tried));
          throw new RangeError("undo all");
        })
      );
      assertEquals(dump(tried.ledger), before);
      for (const rules of [tried, untouched]) ignoring(() => runDay(rules));
      assertEquals(dump(tried.ledger), dump(untouched.ledger));
    }),
    RUNS,
  );
});

function prepared(scenario: Scenario) {
  const ledger = new Ledger(scenario);
  ledger.log.stamp(0, "setup");
  for (const action of scenario.initialActions) applyAction(ledger, action);
  ledger.inSetup = false;
  const staged = new StagedActions(ledger, scenario.scheduledActions);
  return { ledger, staged, defaultHandling: "expel-agent" as const, rolloverEnabled: false };
}

function settleToday(rules: ReturnType<typeof prepared>): void {
  const { day } = rules.ledger;
  try {
    runDay(rules);
  } finally {
    // The day counter, the next settlement and the nets of the day belong to the course of days, which no block spans.
    rules.ledger.day = day;
    rules.ledger.due.nextSettlement = day;
  }
}

function attempt(ledger: Ledger, action: Action): void {
  ignoring(() => applyAction(ledger, action));
}

function ignoring(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "SimulationError") throw error;
  }
}

function fails(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  throw new Error("the block did not fail");
}

check("A3.16 renaming the agents renames the output and changes nothing else", anyEconomy(), (scenario) => {
  const renamed = simulateRing(renameAgents(scenario));
  const expected = eventLines(simulateRing(scenario).log).replace(AGENT_TEXT, (_, id) => `"${newName(id)}"`);
  assertEquals(eventLines(renamed.log), expected);
});

const AGENT_TEXT = /"(CB|B1|B2|B3|H1|H2|H3|F1|F2|T1)"/g;

/** The order of the new names differs from that of the old ones. */
function newName(id: string): string {
  return `${(100 - AGENTS.findIndex((agent) => agent === id))}-${id}`;
}

function renameAgents(scenario: Scenario): Scenario {
  const text = (action: Scenario["initialActions"][number]): Scenario["initialActions"][number] => {
    if (action.type === "refused") return action;
    const copy = { ...action };
    for (const [key, value] of Object.entries(copy)) {
      if (typeof value === "string" && AGENTS.some((id) => id === value)) {
        Object.assign(copy, { [key]: newName(value) });
      }
    }
    return copy;
  };
  return {
    ...scenario,
    agents: scenario.agents.map((agent) => ({ ...agent, id: newName(agent.id) })),
    initialActions: scenario.initialActions.map(text),
    scheduledActions: scenario.scheduledActions.map(({ day, action }) => ({ day, action: text(action) })),
  };
}

Deno.test("the generator of economies makes defaults, clearing, rollovers and stops", () => {
  const seen = new Set<string>();
  for (const scenario of fc.sample(anyEconomy(), { numRuns: 200, seed: 1 })) {
    const { log, stop } = run(scenario);
    for (let event = 0; event < log.length; event++) seen.add(log.kind(event));
    seen.add(stop.reason);
  }
  for (const kind of ["AgentDefaulted", "ObligationWrittenOff", "InterbankCleared", "PayableRolledOver", "stopped"]) {
    assert(seen.has(kind), kind);
  }
  assert(fc.sample(safeAction, 3).length === 3);
});
