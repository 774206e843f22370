/** The acceptance checks of chapter 01, A2, number by number, with the reference's behaviours. */
import { assert, assertEquals } from "@std/assert";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { balancesCsv } from "../../../src/ring/balances.ts";
import type { RingOutcome } from "../../../src/ring/outcome.ts";
import { act, cell, kinds, referenceScenario, type ScenarioParts, story } from "./written_scenarios.ts";

function run(parts: ScenarioParts): RingOutcome {
  return simulateRing(referenceScenario(parts), { checkInvariants: "daily" });
}

const DAY = ["PhaseA", "PhaseB", "SubphaseB1", "SubphaseB2", "PhaseC"];

Deno.test("A2.1 a scenario without actions runs two quiet days", () => {
  const outcome = run({ agents: ["CB", "H1"] });
  assertEquals([...outcome.log.objects()].map((event) => event.kind), [...DAY, ...DAY]);
  assertEquals(outcome.stop, { reason: "stable" });
  const [header, row] = balancesCsv(outcome).split("\r\n");
  assertEquals(
    header,
    "agent_id,agent_kind,agent_name,amount,item_name,item_type,net_financial,total_financial_assets," +
      "total_financial_liabilities,total_inventory_value,total_nonfinancial_value",
  );
  assertEquals(row, "CB,,,,,,0,0,0,0.0,0.0");
  assertEquals(cell(outcome, "Total Equity", "amount"), "0");
});

Deno.test("A2.2 cash goes round: pieces are split, moved whole, and joined into the oldest", () => {
  const outcome = run({
    initial: [act.mint("H1", 30), act.pay("H1", "H2", 10, 0), act.pay("H2", "F", 10, 1), act.pay("F", "H1", 4, 1)],
  });
  assertEquals(story(outcome), [
    "CashTransferred H1 H2 10",
    "PayableSettled H1 H2 10",
    "CashTransferred H2 F 10",
    "PayableSettled H2 F 10",
    "CashTransferred F H1 4",
    "InstrumentMerged",
    "PayableSettled F H1 4",
  ]);
  const minted = [...outcome.log.objects()].find((event) => event.kind === "CashMinted");
  const moves = [...outcome.log.objects()].filter((event) => event.kind === "CashTransferred");
  const merged = [...outcome.log.objects()].find((event) => event.kind === "InstrumentMerged");
  assertEquals(moves[0]?.instr_id, moves[1]?.instr_id);
  assert(moves[2]?.instr_id !== moves[0]?.instr_id);
  assertEquals(merged?.keep, minted?.instr_id);
  assertEquals(merged?.removed, moves[2]?.instr_id);
  assertEquals(outcome.days.length, 4);
  assertEquals(cell(outcome, "H1", "assets_cash"), "24.0");
  assertEquals(cell(outcome, "F", "assets_cash"), "6");
  assertEquals(cell(outcome, "H2", "assets_cash"), "");
  assertEquals(cell(outcome, "H2", "net_financial"), "0");
  assertEquals(cell(outcome, "CB", "liabilities_cash"), "30.0");
});

Deno.test("A2.3 money may have fractions, and zero quiet days end the run at once", () => {
  const outcome = run({ initial: [act.mint("H1", "10.5"), act.pay("H1", "H2", 10, 0)], quietDays: 0 });
  assertEquals(outcome.days, [{ day: 0, impacted: 1 }]);
  assertEquals(cell(outcome, "H1", "assets_cash"), "0.5");
  assertEquals(cell(outcome, "H2", "assets_cash"), "10");
});

Deno.test("A2.4 a payable of one half becomes a payable of nothing, which settles without money", () => {
  const outcome = run({ initial: [act.pay("H1", "H2", "0.5", 1)] });
  assertEquals(String(outcome.log.object(0).amount), "0");
  assertEquals(story(outcome), ["PayableSettled H1 H2 0"]);
});

Deno.test("A2.5 deposits at two banks, the first too small, pay nothing", () => {
  const outcome = run({
    initial: [
      act.mint("H1", 100),
      act.deposit("H1", "B1", 30),
      act.deposit("H1", "B2", 60),
      act.pay("H1", "H2", 50, 0),
    ],
  });
  assertEquals(outcome.stop.reason, "stopped");
  assertEquals(kinds(outcome, 0).at(-1), "SubphaseB2");
  assertEquals(cell(outcome, "H1", "assets_bank_deposit"), "90.0");
  assertEquals(cell(outcome, "H1", "assets_cash"), "10.0");
});

Deno.test("A2.6 a firm pays what it can and is expelled; others go on", () => {
  const outcome = run({
    initial: [
      act.mint("F", 30),
      act.deposit("F", "B1", 20),
      act.pay("F", "H1", 50, 0, { alias: "A" }),
      act.pay("H1", "H2", 15, 0),
    ],
    handling: "expel-agent",
  });
  assertEquals(story(outcome), [
    "CashTransferred F H1 10",
    "IntraBankPayment F H1 B1 20",
    "PartialSettlement A F H1 payable payable 30 20 50 [cash 10, bank_deposit 20]",
    "ObligationDefaulted A F H1 payable 20 30 50 20",
    "AgentDefaulted F F payable 20 expel-agent",
    "IntraBankPayment H1 H2 B1 15",
    "PayableSettled H1 H2 15",
  ]);
  assertEquals(outcome.days.length, 3);
  assertEquals(cell(outcome, "H1", "assets_bank_deposit"), "5.0");
  assertEquals(cell(outcome, "H1", "assets_cash"), "10.0");
  assertEquals(cell(outcome, "H2", "assets_bank_deposit"), "15");
});

Deno.test("A2.7 an expulsion writes off the other debts, cancels staged actions and frees the alias", () => {
  const outcome = run({
    agents: ["CB", "D1", "C1"],
    initial: [act.mint("D1", 60), act.pay("D1", "C1", 100, 1, { alias: "PAY1" }), act.pay("D1", "C1", 50, 2)],
    scheduled: [[2, act.mint("D1", 5)], [3, act.claim("PAY1", "C1")]],
    handling: "expel-agent",
  });
  assertEquals(story(outcome), [
    "CashTransferred D1 C1 60",
    "PartialSettlement PAY1 D1 C1 payable payable 60 40 100 [cash 60]",
    "ObligationDefaulted PAY1 D1 C1 payable 40 60 100 40",
    "AgentDefaulted D1 D1 payable 40 expel-agent",
    "ObligationWrittenOff D1 C1 payable 50 2",
    "ScheduledActionCancelled D1 2 mint_cash expel-agent",
    "ScheduledActionCancelled D1 3 transfer_claim expel-agent",
  ]);
  assertEquals(outcome.stop.reason, "stable");
});

Deno.test("A2.8 the default of the last agent is undone and ends the run", () => {
  const outcome = run({
    agents: ["CB", "H1", "H2"],
    initial: [act.mint("H1", 5), act.pay("H1", "H2", 10, 1), act.pay("H2", "H1", 10, 2)],
    handling: "expel-agent",
  });
  assertEquals(outcome.stop.error?.message, "All non-central-bank agents have defaulted");
  assertEquals(kinds(outcome, 2), ["PhaseA", "PhaseB", "SubphaseB1", "SubphaseB2"]);
  assertEquals(cell(outcome, "H2", "liabilities_payable"), "10");
  assertEquals(cell(outcome, "H2", "assets_cash"), "5.0");
  assertEquals(outcome.agents.map(({ defaulted }) => defaulted), [false, true, false]);
});

Deno.test("A2.9 a bank that is expelled loses its debts and still clears", () => {
  const outcome = run({
    initial: [
      act.mint("H1", 100),
      act.mint("H2", 100),
      act.deposit("H1", "B1", 100),
      act.deposit("H2", "B2", 100),
      act.reserves("B1", 10),
      act.pay("H1", "H2", 30, 2),
      act.pay("B1", "F", 25, 2, { alias: "PB" }),
      act.pay("B1", "H2", 7, 5, { alias: "PB2" }),
      act.deliver("B1", "F", "W", 3, "1.50", 4, "DO"),
    ],
    scheduled: [
      [3, act.mint("F", 1, "Z")],
      [1, act.mint("B1", 5, "EARLY")],
      [3, act.deposit("F", "B1", 1)],
      [2, act.client("H1", "H2", 20)],
    ],
    handling: "expel-agent",
    maxDays: 6,
  });
  assertEquals(story(outcome, 2), [
    "ClientPayment H1 B1 H2 B2 20",
    "ClientPayment H1 B1 H2 B2 30",
    "PayableSettled H1 H2 30",
    "ReservesTransferred B1 F 10",
    "PartialSettlement PB B1 F payable payable 10 15 25 [reserve_deposit 10]",
    "ObligationDefaulted PB B1 F payable 15 10 25 15",
    "AgentDefaulted B1 B1 payable 15 expel-agent",
    "ObligationWrittenOff B1 H1 bank_deposit 50",
    "ObligationWrittenOff PB2 B1 H2 payable 7 5",
    "ObligationWrittenOff DO B1 F delivery_obligation 3 4 W",
    "ScheduledActionCancelled B1 3 deposit_cash expel-agent",
    "ScheduledActionCancelled B1 1 mint_cash expel-agent",
    "InterbankOvernightCreated B1 B2 50 3",
  ]);
  assertEquals(outcome.stop.reason, "max-days");
  assertEquals(outcome.days.length, 6);
  assertEquals(cell(outcome, "B1", "liabilities_payable"), "50.0");
  assertEquals(cell(outcome, "F", "assets_reserve_deposit"), "10.0");
});

Deno.test("A2.10 banks clear in reserves, or overnight when these do not cover the net", () => {
  const outcome = run({
    initial: [
      act.mint("H1", 100),
      act.mint("H2", 100),
      act.deposit("H1", "B1", 100),
      act.deposit("H2", "B2", 100),
      act.reserves("B1", 10),
      act.reserves("B2", 100),
      act.client("H2", "H1", 30),
    ],
    scheduled: [[1, act.client("H1", "H2", 60)], [1, act.client("H2", "H1", 5)]],
  });
  assertEquals(story(outcome, 0), ["ReservesTransferred B2 B1 30", "InstrumentMerged", "InterbankCleared B2 B1 30"]);
  assertEquals(story(outcome, 1).at(-1), "InterbankOvernightCreated B1 B2 55 2");
  assertEquals(kinds(outcome, 2).at(-1), "SubphaseB2");
  assert(outcome.stop.error?.message.endsWith(": 15 still owed"));
  assertEquals(cell(outcome, "B1", "assets_reserve_deposit"), "40.0");
});

Deno.test("A2.11 the payments between two banks make one net a day", () => {
  const outcome = run({
    initial: [
      act.mint("H1", 500),
      act.mint("H2", 500),
      act.deposit("H1", "B1", 500),
      act.deposit("H2", "B2", 500),
      act.reserves("B1", 1000),
      act.reserves("B2", 1000),
      act.client("H1", "H2", 80),
      act.client("H1", "H2", 50),
      act.client("H2", "H1", 60),
    ],
  });
  assertEquals(story(outcome).filter((line) => line.startsWith("Interbank")), ["InterbankCleared B1 B2 70"]);
  assertEquals(cell(outcome, "B1", "assets_reserve_deposit"), "930.0");
  assertEquals(cell(outcome, "B2", "assets_reserve_deposit"), "1070.0");
});

Deno.test("A2.12 client_payment uses the last bank of each side", () => {
  const outcome = run({
    initial: [
      act.mint("H1", 70),
      act.mint("H2", 1),
      act.deposit("H1", "B1", 60),
      act.deposit("H1", "B2", 10),
      act.deposit("H2", "B1", 1),
    ],
    scheduled: [[1, act.client("H1", "H2", 10)]],
  });
  assertEquals(story(outcome, 1)[0], "ClientPayment H1 B2 H2 B1 10");
  assertEquals(outcome.positions().find(({ agent }) => agent === "H1")?.assets.map((held) => held.counterparty), [
    "B1",
  ]);
});

Deno.test("A2.13 lots are split for deliveries, and a short delivery expels", () => {
  const outcome = run({
    initial: [
      act.stock("F", "W", 5, "10.50"),
      act.deliver("F", "H1", "W", 2, "1e1", 0),
      act.deliver("F", "H2", "W", 9, "1e1", 1, "DX"),
      act.moveStock("F", "H2", "W", 1),
    ],
    handling: "expel-agent",
  });
  assertEquals(story(outcome), [
    "StockSplit W 4 2 2",
    "StockTransferred F H1 W 2",
    "DeliveryObligationCancelled F H1 W 2",
    "DeliveryObligationSettled F H1 W 2",
    "StockTransferred F H2 W 2",
    "PartialSettlement DX F H2 delivery_obligation delivery 2 9 7 W",
    "ObligationDefaulted DX F H2 delivery_obligation 7 2 9 W 7",
    "AgentDefaulted F F delivery_obligation 7 expel-agent",
  ]);
  assertEquals(cell(outcome, "H1", "inventory_W_quantity"), "2");
  assertEquals(cell(outcome, "H1", "inventory_W_value"), "21.0");
  assertEquals(cell(outcome, "H2", "inventory_W_value"), "31.5");
  assertEquals(cell(outcome, "SYSTEM", "inventory_W_value"), "52.5");
});

Deno.test("A2.14 settled payables roll over, also those of nothing", () => {
  const outcome = run({
    initial: [act.mint("H1", 10), act.pay("H1", "H2", 10, 1, { distance: 2 }), act.pay("H1", "H2", "0.5", 1)],
    rollover: true,
    maxDays: 5,
  });
  assertEquals(story(outcome, 1), [
    "CashTransferred H1 H2 10",
    "PayableSettled H1 H2 10",
    "PayableSettled H1 H2 0",
    "CashTransferred H2 H1 10",
    "PayableRolledOver H1 H2 10 3 2",
    "PayableRolledOver H1 H2 0 2 1",
  ]);
  assertEquals(story(outcome, 2), ["PayableSettled H1 H2 0", "PayableRolledOver H1 H2 0 3 1"]);
  assertEquals(story(outcome, 3).slice(-2), ["PayableRolledOver H1 H2 10 5 2", "PayableRolledOver H1 H2 0 4 1"]);
});

Deno.test("A2.15 rollover lends cash only and keeps the full claim", () => {
  const outcome = run({
    initial: [act.mint("H1", 10), act.deposit("H1", "B1", 10), act.pay("H1", "H2", 10, 1, { distance: 9 })],
    rollover: true,
  });
  assertEquals(story(outcome, 1).at(-1), "RolloverPartial H1 H2 10 0 10");
  assertEquals(cell(outcome, "H1", "liabilities_payable"), "10");
  assertEquals(outcome.days.length, 4);
  assertEquals(outcome.stop.reason, "stable");
});

Deno.test("A2.16 a treasury pays with reserves, whoever receives them", () => {
  const outcome = run({ initial: [act.reserves("T", 100), act.pay("T", "H1", 40, 1)] });
  assertEquals(story(outcome), ["ReservesTransferred T H1 40", "PayableSettled T H1 40"]);
  assertEquals(cell(outcome, "H1", "assets_reserve_deposit"), "40");
  assertEquals(cell(outcome, "T", "assets_reserve_deposit"), "60.0");
});

Deno.test("A2.17 paying one's own bank stops the run", () => {
  const outcome = run({
    initial: [act.mint("H1", 100), act.deposit("H1", "B1", 100), act.pay("H1", "B1", 50, 0)],
  });
  assertEquals(outcome.stop.error?.where, { time: 0, rule: "assertion", agent: "B1" });
  assertEquals(outcome.stop.error?.message, "self-counterparty forbidden");
  assertEquals(kinds(outcome, 0).at(-1), "SubphaseB2");
  assertEquals(cell(outcome, "H1", "assets_bank_deposit"), "100.0");
});

Deno.test("A2.18 a central bank cannot default: the run stops and nothing of it stays", () => {
  const outcome = run({ initial: [act.pay("CB", "H1", 5, 1)], handling: "expel-agent" });
  assertEquals(outcome.stop.error?.message, "Central bank cannot default");
  assertEquals(kinds(outcome, 1).at(-1), "SubphaseB2");
  assertEquals(cell(outcome, "H1", "assets_payable"), "5");
  assertEquals(cell(outcome, "CB", "net_financial"), "-5");
  assertEquals(cell(outcome, "SYSTEM", "total_financial_assets"), "5");
});

Deno.test("A2.19 a failing staged action leaves the day; what came before it stays", () => {
  const outcome = run({
    initial: [act.mint("H1", 30)],
    scheduled: [[1, act.mint("H1", 1)], [1, act.cash("H1", "H2", 100)], [1, act.mint("H1", 2)]],
  });
  assertEquals(story(outcome), ["CashMinted H1 1"]);
  assertEquals(kinds(outcome, 1), ["PhaseA", "PhaseB", "SubphaseB1", "CashMinted"]);
  assertEquals(outcome.stop.error?.message, "Failed to apply transfer_cash: insufficient cash");
  assertEquals(cell(outcome, "H1", "assets_cash"), "31.0");
});
