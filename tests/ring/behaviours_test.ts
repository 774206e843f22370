/**
 * Every switch of the engine on both sides: what the reference does, and what is right. Each scenario runs twice with
 * all switches as in the reference but the one under test.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { SimulationError } from "../../src/core/errors.ts";
import { type Behaviours, CORRECTED, REFERENCE } from "../../src/ring/behaviours.ts";
import { simulateRing } from "../../src/ring/engine/simulate.ts";
import type { RingOutcome } from "../../src/ring/outcome.ts";
import { act, cell, scenario, type ScenarioParts, story, without } from "./engine/written_scenarios.ts";

/** The outcomes with a switch as in the reference, and corrected. */
function both(name: keyof Behaviours, parts: ScenarioParts): { reference: RingOutcome; corrected: RingOutcome } {
  const run = (behaviours: Behaviours) =>
    simulateRing(scenario({ ...parts, behaviours }), { checkInvariants: "daily" });
  const outcomes = { reference: run(REFERENCE), corrected: run(without(name)) };
  assertEquals(outcomes.reference.warnings, []);
  assertEquals(outcomes.corrected.warnings, []);
  return outcomes;
}

const last = (outcome: RingOutcome) => story(outcome).at(-1);

Deno.test("payablesLoseFractions: 10.5 is owed as 10, or as 10.5", () => {
  const { reference, corrected } = both("payablesLoseFractions", {
    initial: [act.mint("H1", 20), act.pay("H1", "H2", "10.5", 0)],
  });
  assertEquals(last(reference), "PayableSettled H1 H2 10");
  assertEquals(last(corrected), "PayableSettled H1 H2 10.5");
  assertEquals(cell(corrected, "H2", "assets_cash"), "10.5");
});

Deno.test("depositsPayFromOneBankOnly: two banks pay nothing, or bank after bank", () => {
  const { reference, corrected } = both("depositsPayFromOneBankOnly", {
    initial: [
      act.mint("H1", 100),
      act.deposit("H1", "B1", 30),
      act.deposit("H1", "B2", 60),
      act.pay("H1", "H2", 50, 0),
    ],
  });
  assertEquals(reference.stop.reason, "stopped");
  assertEquals(story(reference), []);
  assertEquals(story(corrected, 0).slice(0, 3), [
    "IntraBankPayment H1 H2 B1 30",
    "ClientPayment H1 B2 H2 B1 20",
    "PayableSettled H1 H2 50",
  ]);
  assertEquals(cell(corrected, "H1", "assets_bank_deposit"), "40.0");
});

Deno.test("depositsPayFromOneBankOnly: what no deposit covers is left to the next method", () => {
  const { corrected } = both("depositsPayFromOneBankOnly", {
    initial: [
      act.mint("H1", 60),
      act.deposit("H1", "B1", 20),
      act.deposit("H1", "B2", 30),
      act.pay("H1", "H2", 55, 0),
    ],
  });
  assertEquals(story(corrected, 0).slice(0, 4), [
    "IntraBankPayment H1 H2 B1 20",
    "ClientPayment H1 B2 H2 B1 30",
    "CashTransferred H1 H2 5",
    "PayableSettled H1 H2 55",
  ]);
});

Deno.test("payingOwnBankStopsRun: the run stops, or the deposit shrinks", () => {
  const { reference, corrected } = both("payingOwnBankStopsRun", {
    initial: [act.mint("H1", 100), act.deposit("H1", "B1", 100), act.pay("H1", "B1", 50, 0)],
  });
  assertEquals(reference.stop.error?.message, "self-counterparty forbidden");
  assertEquals(story(corrected), ["IntraBankPayment H1 B1 B1 50", "PayableSettled H1 B1 50"]);
  assertEquals(cell(corrected, "H1", "assets_bank_deposit"), "50.0");
  assertEquals(cell(corrected, "B1", "net_financial"), "50.0");
});

Deno.test("selfHeldDebtDefaults: the holder of its own debt defaults, or the debt is extinguished", () => {
  const { reference, corrected } = both("selfHeldDebtDefaults", {
    agents: ["CB", "F1", "F2"],
    initial: [act.mint("F1", 100), act.pay("F1", "F2", 10, 1, { alias: "A" }), act.claim("A", "F1")],
    handling: "expel-agent",
    rollover: true,
  });
  assertEquals(story(reference), [
    "ObligationDefaulted A F1 F1 payable 10 0 10 10",
    "AgentDefaulted F1 F1 payable 10 expel-agent",
  ]);
  assertEquals(story(corrected), ["PayableSettled A F1 F1 10"]);
  assertEquals(cell(corrected, "F1", "assets_cash"), "100.0");
});

Deno.test("ownMoneyCannotBeSplit: a piece back at its issuer moves whole only, or in parts", () => {
  const { reference, corrected } = both("ownMoneyCannotBeSplit", {
    initial: [act.mint("H1", 10), act.cash("H1", "CB", 10)],
    scheduled: [[1, act.cash("CB", "H2", 4)]],
  });
  assertEquals(reference.stop.error?.message, "Failed to apply transfer_cash: self-counterparty forbidden");
  assertEquals(story(corrected), ["CashTransferred CB H2 4"]);
});

Deno.test("ownMoneyCannotBeSplit: reserves of a household move whole only, or in parts", () => {
  const { reference, corrected } = both("ownMoneyCannotBeSplit", {
    initial: [act.reserves("T", 10), act.moveReserves("T", "H1", 10)],
    scheduled: [[1, act.moveReserves("H1", "T", 4)]],
  });
  const message = "Failed to apply transfer_reserves: household cannot hold reserve_deposit";
  assertEquals(reference.stop.error?.message, message);
  assertEquals(story(corrected), ["ReservesTransferred H1 T 4"]);
});

Deno.test("clientPaymentUsesLastBank: the last bank, or the first that covers the amount", () => {
  const deposits = [
    act.mint("H1", 70),
    act.mint("H2", 2),
    act.deposit("H1", "B1", 60),
    act.deposit("H1", "B2", 10),
    act.deposit("H2", "B1", 1),
    act.deposit("H2", "B2", 1),
  ];
  const large = both("clientPaymentUsesLastBank", { initial: deposits, scheduled: [[1, act.client("H1", "H2", 30)]] });
  assertEquals(
    large.reference.stop.error?.message,
    "Failed to apply client_payment: insufficient funds for payment",
  );
  assertEquals(story(large.corrected, 1), ["IntraBankPayment H1 H2 B1 30"]);
  const second = both("clientPaymentUsesLastBank", {
    initial: [...deposits, act.withdraw("H1", "B1", 55)],
    scheduled: [[1, act.client("H1", "H2", 8)]],
  });
  assertEquals(story(second.reference, 1)[0], "IntraBankPayment H1 H2 B2 8");
  assertEquals(story(second.corrected, 1)[0], "ClientPayment H1 B2 H2 B1 8");
  const none = both("clientPaymentUsesLastBank", { initial: deposits, scheduled: [[1, act.client("H1", "H2", 65)]] });
  assertEquals(none.corrected.stop.error?.message, none.reference.stop.error?.message);
});

Deno.test("stockTransferUsesOneLot: only the first lot, or as many as it takes", () => {
  const { reference, corrected } = both("stockTransferUsesOneLot", {
    initial: [act.stock("F", "W", 2, 1), act.stock("F", "W", 3, 1)],
    scheduled: [[1, act.moveStock("F", "H1", "W", 4)], [1, act.moveStock("F", "H1", "W", 2)]],
  });
  assertEquals(reference.stop.error?.message, "Failed to apply transfer_stock: Insufficient stock: 2 < 4");
  assertEquals(story(corrected), ["StockTransferred F H1 W 2", "StockSplit W 3 2 1", "StockTransferred F H1 W 2"]);
  assertEquals(corrected.stop.error?.message, "Failed to apply transfer_stock: Insufficient stock: 1 < 2");
});

Deno.test("failedActionsLeaveTraces: an instrument with a taken name stays, or the action never was", () => {
  const { reference, corrected } = both("failedActionsLeaveTraces", {
    initial: [act.mint("H1", 10, "A")],
    scheduled: [[1, act.mint("H1", 5, "A")]],
  });
  for (const outcome of [reference, corrected]) {
    assertEquals(outcome.stop.error?.message, "Failed to apply mint_cash: Alias already exists: A");
  }
  assertEquals(story(reference), ["CashMinted H1 5 A"]);
  assertEquals(story(corrected), []);
  assertEquals(cell(reference, "H1", "assets_cash"), "15.0");
  assertEquals(cell(corrected, "H1", "assets_cash"), "10.0");
});

Deno.test("pastDueNeverSettles: an overdue payable is open for ever, or due on the day it is made", () => {
  const { reference, corrected } = both("pastDueNeverSettles", {
    initial: [act.mint("H1", 10), act.stock("H1", "W", 1, 1)],
    scheduled: [[2, act.pay("H1", "H2", 4, 1)], [2, act.deliver("H1", "H2", "W", 1, 1, 0)]],
    quietDays: 3,
  });
  assertEquals(reference.stop.reason, "max-days");
  assertEquals(reference.openContracts, 2);
  assertEquals(story(corrected, 2), [
    "PayableCreated H1 H2 4 1 1",
    "DeliveryObligationCreated H1 H2 W 1 0 1",
    "CashTransferred H1 H2 4",
    "PayableSettled H1 H2 4",
    "StockTransferred H1 H2 W 1",
    "DeliveryObligationCancelled H1 H2 W 1",
    "DeliveryObligationSettled H1 H2 W 1",
  ]);
  assertEquals(corrected.stop.reason, "stable");
});

Deno.test("pastDueNeverSettles: a payable rolled over to its own day waits for ever, or for the next day", () => {
  const { reference, corrected } = both("pastDueNeverSettles", {
    initial: [act.mint("H1", 10), act.pay("H1", "H2", 4, 1, { distance: 0 })],
    rollover: true,
    maxDays: 3,
  });
  assertEquals(story(reference, 2), []);
  assertEquals(story(corrected, 2)[1], "PayableSettled H1 H2 4");
});

Deno.test("maturityDistanceIsDueDay: the due day, or the days until then", () => {
  const { reference, corrected } = both("maturityDistanceIsDueDay", {
    initial: [act.mint("H1", 10)],
    scheduled: [[1, act.pay("H1", "H2", 4, 3)]],
    quietDays: 4,
  });
  assertEquals(story(reference)[0], "PayableCreated H1 H2 4 3 3");
  assertEquals(story(corrected)[0], "PayableCreated H1 H2 4 3 2");
});

Deno.test("rolloverWithoutDistance: no distance means never or an end, or the next day", () => {
  const parts = (distance: number): ScenarioParts => ({
    initial: [act.mint("H1", 10), act.pay("H1", "H2", 4, 1, { distance })],
    rollover: true,
    maxDays: 4,
  });
  const zero = both("rolloverWithoutDistance", parts(0));
  assertEquals(story(zero.reference, 1).at(-1), "PayableRolledOver H1 H2 4 1 0");
  assertEquals(story(zero.reference, 2), []);
  assertEquals(story(zero.corrected, 1).at(-1), "PayableRolledOver H1 H2 4 2 1");
  assertEquals(story(zero.corrected, 2).at(-1), "PayableRolledOver H1 H2 4 3 1");
  const negative = both("rolloverWithoutDistance", parts(-5));
  assertEquals(negative.reference.stop.error?.where.rule, "assertion");
  assertEquals(negative.corrected.stop.reason, "max-days");
});

Deno.test("rolloverKeepsUnlentAmount: cash only and the full claim, or what is lent by any method", () => {
  const deposits = both("rolloverKeepsUnlentAmount", {
    initial: [act.mint("H1", 10), act.deposit("H1", "B1", 10), act.pay("H1", "H2", 10, 1, { distance: 9 })],
    rollover: true,
  });
  assertEquals(last(deposits.reference), "RolloverPartial H1 H2 10 0 10");
  assertEquals(cell(deposits.reference, "H1", "net_financial"), "-10");
  assertEquals(story(deposits.corrected, 1).slice(-2), [
    "IntraBankPayment H2 H1 B1 10",
    "PayableRolledOver H1 H2 10 10 9",
  ]);
  assertEquals(cell(deposits.corrected, "H1", "net_financial"), "0.0");
});

Deno.test("rolloverKeepsUnlentAmount: a creditor that spent part of the money lends the rest, or nothing", () => {
  // H2 pays on what it receives from H1 on the same day.
  const parts = (passedOn: number): ScenarioParts => ({
    initial: [
      act.mint("H1", 10),
      act.pay("H1", "H2", 10, 1, { distance: 5 }),
      act.pay("H2", "F", passedOn, 1, { distance: 5 }),
    ],
    scheduled: [],
    rollover: true,
    mopRank: { firm: ["reserve_deposit"] },
    maxDays: 3,
  });
  const part = both("rolloverKeepsUnlentAmount", parts(6));
  const partly = part.corrected.log.table("RolloverPartial");
  assertEquals(story(part.corrected, 1).at(-3), "CashTransferred H2 H1 4");
  assertEquals(story(part.corrected, 1).at(-2), "RolloverPartial H1 H2 10 4 6");
  assertEquals(story(part.corrected, 1).at(-1), "RolloverPartial H2 F 6 0 6");
  assertEquals(cell(part.corrected, "H1", "liabilities_payable"), "4.0");
  assertEquals(partly?.column("payable_id").get(1), null, "nothing lent, no payable");
  assertEquals(cell(part.corrected, "H2", "liabilities_payable"), "");
  assertEquals(cell(part.reference, "H1", "liabilities_payable"), "10");
});

Deno.test("lastDefaultUndone: the last default vanishes, or stays; the run ends either way", () => {
  const { reference, corrected } = both("lastDefaultUndone", {
    agents: ["CB", "H1", "H2"],
    initial: [act.mint("H1", 5), act.pay("H1", "H2", 10, 1), act.pay("H2", "H1", 10, 2)],
    handling: "expel-agent",
  });
  for (const outcome of [reference, corrected]) {
    assertEquals(outcome.stop.reason, "stopped");
    assertEquals(outcome.stop.error?.message, "All non-central-bank agents have defaulted");
  }
  assertEquals(story(reference, 2), []);
  assertEquals(story(corrected, 2).map((line) => line.split(" ")[0]), [
    "CashTransferred",
    "PartialSettlement",
    "ObligationDefaulted",
    "AgentDefaulted",
  ]);
  assertEquals(corrected.agents.map(({ defaulted }) => defaulted), [false, true, true]);
  assertEquals(corrected.openContracts, 0);
});

Deno.test("executedActionsCancelled: actions of past days are cancelled too, or only those to come", () => {
  const { reference, corrected } = both("executedActionsCancelled", {
    initial: [act.pay("F", "H1", 10, 2)],
    scheduled: [[1, act.mint("F", 1)], [2, act.mint("F", 1)], [3, act.mint("F", 1)]],
    handling: "expel-agent",
  });
  const days = (outcome: RingOutcome) =>
    story(outcome).filter((line) => line.startsWith("ScheduledActionCancelled")).map((line) => line.split(" ")[2]);
  assertEquals(days(reference), ["1", "2", "3"]);
  assertEquals(days(corrected), ["3"]);
});

Deno.test("expelledDebtsKeepRunAlive: the new debt of an expelled bank runs to the last day, or to rest", () => {
  const { reference, corrected } = both("expelledDebtsKeepRunAlive", {
    initial: [
      act.mint("H1", 50),
      act.mint("H2", 50),
      act.deposit("H1", "B1", 50),
      act.deposit("H2", "B2", 50),
      act.pay("B1", "F", 25, 1),
    ],
    scheduled: [[1, act.client("H1", "H2", 20)]],
    handling: "expel-agent",
  });
  for (const outcome of [reference, corrected]) {
    assertEquals(last(outcome), "InterbankOvernightCreated B1 B2 20 2");
    assertEquals(outcome.openContracts, 1);
  }
  assertEquals(reference.stop.reason, "max-days");
  assertEquals(corrected.stop.reason, "stable");
  assertEquals(corrected.days.length, 4);
});

Deno.test("stagedActionsIgnoredByStop: a run ends before its staged action, or waits for it", () => {
  const { reference, corrected } = both("stagedActionsIgnoredByStop", {
    scheduled: [[5, act.mint("H1", 1)]],
  });
  assertEquals(reference.days.length, 2);
  assertEquals(story(reference), []);
  assertEquals(story(corrected, 5), ["CashMinted H1 1"]);
  assertEquals(corrected.days.length, 6);
});

Deno.test("stagedActionsIgnoredByStop: an action beyond the last day is not waited for, or makes the run end there", () => {
  const { reference, corrected } = both("stagedActionsIgnoredByStop", {
    scheduled: [[50, act.mint("H1", 1)]],
    maxDays: 6,
  });
  assertEquals([reference.stop.reason, reference.days.length], ["stable", 2]);
  assertEquals([corrected.stop.reason, corrected.days.length], ["max-days", 6]);
});

Deno.test("unknownPaymentMethodLoads: a method that does not exist ends the run when it is reached", () => {
  const parts: ScenarioParts = {
    initial: [act.mint("H1", 10), act.pay("H1", "H2", 4, 0), act.pay("H1", "H2", 20, 1)],
    mopRank: { household: ["cash", "barter"] },
  };
  const outcome = simulateRing(scenario({ ...parts, behaviours: REFERENCE }));
  assertEquals(story(outcome, 0).at(-1), "PayableSettled H1 H2 4");
  assertEquals(outcome.stop.error?.message, "unknown payment method barter");
  assertEquals(outcome.stop.error?.where, { rule: "validation", agent: "H1", time: 1 });
});

Deno.test("badScheduledActionLoads: a refused action ends the run on its day, with its error", () => {
  const refused = { type: "refused", error: new SimulationError("no such action", { rule: "action" }) } as const;
  const parts: ScenarioParts = { scheduled: [[1, act.mint("H1", 1)], [1, refused], [1, act.mint("H1", 2)]] };
  const outcome = simulateRing(scenario({ ...parts, behaviours: REFERENCE }));
  assertEquals(story(outcome), ["CashMinted H1 1"]);
  assertEquals(outcome.stop.error?.message, "no such action");
  assertEquals(outcome.stop.error?.where.time, 1);
  const error = assertThrows(
    () => simulateRing(scenario({ initial: [refused], behaviours: REFERENCE })),
    SimulationError,
  );
  assert(error === refused.error, "an initial action's error is thrown as it is");
});

Deno.test("with all switches corrected a mixed economy runs to rest and its books agree", () => {
  const outcome = simulateRing(
    scenario({
      initial: [
        act.mint("H1", 100),
        act.deposit("H1", "B1", 30),
        act.deposit("H1", "B2", 60),
        act.reserves("B1", 50),
        act.reserves("B2", 50),
        act.pay("H1", "H2", "50.25", 0),
        act.pay("H2", "F", "20.125", 1),
        act.pay("F", "H1", 500, 2),
      ],
      scheduled: [[4, act.mint("H2", 3)]],
      handling: "expel-agent",
      behaviours: CORRECTED,
    }),
    { checkInvariants: "daily" },
  );
  assertEquals(outcome.warnings, []);
  assertEquals(outcome.stop.reason, "stable");
  assertEquals(outcome.agents.filter(({ defaulted }) => defaulted).map(({ id }) => id), ["F"]);
  assertEquals(story(outcome, 4), ["CashMinted H2 3"]);
});
