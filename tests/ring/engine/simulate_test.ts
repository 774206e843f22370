import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { SimulationError } from "../../../src/core/errors.ts";
import { applyAction } from "../../../src/ring/engine/actions.ts";
import { checkInvariants } from "../../../src/ring/engine/invariants.ts";
import { Ledger } from "../../../src/ring/engine/ledger.ts";
import { simulateRing } from "../../../src/ring/engine/simulate.ts";
import { balancesCsv } from "../../../src/ring/balances.ts";
import { CORRECTED, REFERENCE } from "../../../src/ring/behaviours.ts";
import { RingModel } from "../../../src/ring/model.ts";
import { act, cell, decimal, scenario, type ScenarioParts, story } from "./written_scenarios.ts";

const loan: ScenarioParts = { initial: [act.mint("H1", 10), act.pay("H1", "H2", 4, 1)] };

Deno.test("limits given with the call win over those of the scenario", () => {
  assertEquals(simulateRing(scenario(loan)).days.length, 4);
  assertEquals(simulateRing(scenario(loan), { quietDays: 1 }).days.length, 3);
  assertEquals(simulateRing(scenario(loan), { maxDays: 1 }).stop, { reason: "max-days" });
  const short = scenario({ initial: [act.pay("H1", "H2", 4, 1)] });
  assertEquals(simulateRing(short).stop.reason, "stopped");
  assertEquals(simulateRing(short, { defaultHandling: "expel-agent" }).stop.reason, "stable");
});

Deno.test("the caller hears of every day and can stop the run between days", () => {
  const days: number[] = [];
  simulateRing(scenario(loan), { onTime: (day) => days.push(day) });
  assertEquals(days, [0, 1, 2, 3]);
  const controller = new AbortController();
  const reason = new Error("enough");
  const stop = (day: number) => day === 1 && controller.abort(reason);
  assert(
    assertThrows(() => simulateRing(scenario(loan), { onTime: stop, signal: controller.signal }), Error) === reason,
  );
});

Deno.test("two agents with one id are refused", () => {
  assertThrows(() => simulateRing(scenario({ agents: ["CB", "H1", "H1"] })), SimulationError, "H1");
});

Deno.test("an initial action that fails is an error of its class, with the reason", () => {
  const setUp = (action: Parameters<typeof applyAction>[1]) =>
    assertThrows(() => simulateRing(scenario({ initial: [action] })), SimulationError);
  assertEquals(setUp(act.mint("H9", 1)).message, "Failed to apply mint_cash: 'H9'");
  assertEquals(setUp(act.mint("H9", 1)).where, { rule: "action", agent: "H9" });
  assertEquals(setUp(act.cash("H1", "H1", 1)).message, "Failed to apply transfer_cash: no-op transfer");
  assertEquals(setUp(act.cash("H1", "H2", 1)).message, "Failed to apply transfer_cash: insufficient cash");
  assertEquals(
    setUp(act.moveReserves("B1", "B2", 1)).message,
    "Failed to apply transfer_reserves: insufficient reserves",
  );
  assertEquals(
    setUp(act.deposit("H1", "B1", 1)).message,
    "Failed to apply deposit_cash: insufficient cash for deposit",
  );
  assertEquals(setUp(act.withdraw("H1", "B1", 1)).message, "Failed to apply withdraw_cash: no deposit at this bank");
  assertEquals(setUp(act.pay("H1", "H1", 1, 1)).message, "Failed to apply create_payable: self-counterparty forbidden");
  assertEquals(setUp(act.claim("A", "H1")).message, "Failed to apply transfer_claim: Unknown alias: A");
  assertEquals(
    setUp(act.claim(null, "H1", "PAY_000000000007")).message,
    "Failed to apply transfer_claim: Contract not found: PAY_000000000007",
  );
  const withdrawal = assertThrows(
    () =>
      simulateRing(scenario({
        initial: [act.mint("H1", 5), act.deposit("H1", "B1", 5), act.cash("B1", "H2", 5), act.withdraw("H1", "B1", 5)],
      })),
    SimulationError,
  );
  assert(withdrawal.message.includes("bank has insufficient cash on hand"));
});

Deno.test("money comes back in the pieces in which it was paid in, and an emptied account is closed", () => {
  const outcome = simulateRing(scenario({
    initial: [act.mint("H1", 5), act.mint("H1", 7), act.deposit("H1", "B1", 12), act.withdraw("H1", "B1", 12)],
  }));
  const withdrawn = [...outcome.log.objects()].find((event) => event.kind === "CashWithdrawn");
  assertEquals(withdrawn?.cash_piece_ids, ["C_000000000000", "C_000000000001"]);
  assertEquals(
    outcome.positions().find(({ agent }) => agent === "H1")?.assets.map(({ kind, contract }) => [kind, contract]),
    [
      ["cash", "C_000000000000"],
      ["cash", "C_000000000001"],
    ],
  );
});

Deno.test("a claim can be handed over by alias or id; both must mean the same contract", () => {
  const outcome = simulateRing(scenario({
    initial: [
      act.mint("H1", 10),
      act.pay("H1", "H2", 4, 1, { alias: "A" }),
      act.claim("A", "F", "PAY_000000000001"),
    ],
  }));
  assertEquals(story(outcome), ["CashTransferred H1 F 4", "PayableSettled A H1 F 4"]);
  const differing = [act.pay("H1", "H2", 4, 1, { alias: "A" }), act.claim("A", "F", "PAY_000000000001")];
  assertThrows(() => simulateRing(scenario({ initial: differing })), SimulationError, "refer to different contracts");
});

Deno.test("money at the start of a day is what all agents hold then", () => {
  const outcome = simulateRing(scenario({
    initial: [act.mint("H1", 10), act.deposit("H1", "B1", 4)],
    scheduled: [[1, act.mint("H2", "0.5")], [2, act.reserves("B1", 3)]],
  }));
  const money = [0, 1, 2, 3, 9].map((day) => outcome.moneyAtStartOf(day).toNumber());
  assertEquals(money, [14, 14, 14.5, 17.5, 17.5]);
  assertEquals(outcome.money().toNumber(), 17.5);
});

Deno.test("the balances quote names that need it and sort their columns by code point", () => {
  const outcome = simulateRing(scenario({
    agents: ["CB", 'H,"1"'],
    initial: [
      act.stock('H,"1"', "\u{1F600}", 1, 2),
      act.stock('H,"1"', "\u{FF5E}", 1, 2),
      act.stock('H,"1"', "_", 1, 2),
    ],
  }));
  const text = balancesCsv(outcome);
  assert(text.includes('"H,""1"""'));
  const columns = text.slice(0, text.indexOf("\r\n")).split(",").filter((name) => name.endsWith("_quantity"));
  assertEquals(columns, ["inventory___quantity", "inventory_\u{FF5E}_quantity", "inventory_\u{1F600}_quantity"]);
  assertEquals(cell(outcome, "SYSTEM", "total_inventory_value"), "6.0");
});

Deno.test("the check of the books finds a contract that is not where it belongs", () => {
  const corrupted = (corrupt: (ledger: Ledger) => void): string => {
    const ledger = new Ledger(scenario(loan));
    for (const action of loan.initial ?? []) applyAction(ledger, action);
    checkInvariants(ledger);
    corrupt(ledger);
    return assertThrows(() => checkInvariants(ledger), SimulationError).message;
  };
  const agent = (ledger: Ledger) => ledger.agent("H1");
  const first = (ledger: Ledger) => agent(ledger).assets.cash.first?.item ?? fail("H1 has cash");
  assert(corrupted((ledger) => ledger.setAmount(first(ledger), decimal(9))).startsWith("CB cash mismatch"));
  assert(corrupted((ledger) => ledger.setAmount(first(ledger), decimal(-1))).includes("negative amount"));
  assert(corrupted((ledger) => void (first(ledger).open = false)).includes("wrong among the assets of H1"));
  assert(corrupted((ledger) => void agent(ledger).assets.cash.remove(first(ledger).asset)).includes("missing"));
  assert(corrupted((ledger) => ledger.addLot(agent(ledger), "W", -1, decimal(1))).includes("negative quantity"));
});

Deno.test("the model reads plain data and runs it", () => {
  const model = new RingModel();
  const read = model.parse({
    version: 1,
    name: "plain",
    agents: [{ id: "CB", kind: "central_bank", name: "c" }, { id: "H1", kind: "household", name: "h" }, {
      id: "H2",
      kind: "household",
      name: "g",
    }],
    initial_actions: [
      { mint_cash: { to: "H1", amount: 10.5 } },
      { create_payable: { from: "H1", to: "H2", amount: 10.25, due_day: 1 } },
    ],
  });
  assertEquals(read.run.behaviours, CORRECTED);
  assertEquals(cell(model.simulate(read), "H2", "assets_cash"), "10.25");
  const reference = { ...read, run: { ...read.run, behaviours: REFERENCE } };
  assertEquals(cell(model.simulate(reference), "H2", "assets_cash"), "10");
});
