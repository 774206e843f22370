import { assertEquals, assertThrows } from "@std/assert";
import { type Behaviours, CORRECTED, REFERENCE } from "../../../src/payments/behaviours.ts";
import { PaymentsError } from "../../../src/payments/errors.ts";
import { action, agent, document, Rig, system, when } from "./setting.ts";

/** A rig of one agent with a tree for its collateral. */
function rigOf(
  tree: "strategic_collateral_tree" | "end_of_tick_collateral_tree",
  node: unknown,
  settings: Parameters<typeof agent>[1],
  behaviours: Behaviours = REFERENCE,
): Rig {
  const policy = document({ [tree]: node, payment_tree: action("Release") });
  const costs = { collateralCostPerTickBps: 100 };
  return new Rig(system([agent("A", { ...settings, policy }), agent("B")], { costs }), behaviours);
}

const POST_THEN_WITHDRAW = when(
  "current_tick",
  "==",
  0,
  action("PostCollateral", { amount: 1000, auto_withdraw_after_ticks: 2 }, "P0"),
  when(
    "current_tick",
    "==",
    1,
    action("PostCollateral", { amount: 500 }, "P1"),
    when("current_tick", "==", 3, action("WithdrawCollateral", { amount: 300 }, "W3"), action("HoldCollateral")),
  ),
);

Deno.test("posted collateral costs by its face value, timers take it back (spec 06 13.12)", () => {
  const rig = rigOf("strategic_collateral_tree", POST_THEN_WITHDRAW, { unsecuredCap: 1000 });
  const costs = [0, 1, 2, 3].map(() => rig.engine.tick().totalCost);
  assertEquals(costs, [10, 15, 5, 2]);
  const [timer] = rig.events("CollateralTimerWithdrawn");
  assertEquals([timer?.tick, timer?.amount, timer?.posted_at_tick, timer?.new_total], [2, 1000, 0, 500]);
});

Deno.test("collateralRecordsCountTwice: records show the change as it was unless the reference is asked for", () => {
  const records = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = rigOf("strategic_collateral_tree", POST_THEN_WITHDRAW, { unsecuredCap: 1000 }, behaviours);
    for (let i = 0; i < 4; i++) rig.engine.tick();
    return rig.engine.collateralRecords().map((record) => {
      return [record.posted_collateral_before, record.posted_collateral_after, record.available_capacity_after];
    });
  });
  assertEquals(records, [
    [[1000, 2000, 8000], [1500, 2000, 8000], [200, -100, 10_100]],
    [[0, 1000, 9000], [1000, 1500, 8500], [500, 200, 9800]],
  ]);
});

Deno.test("a timer takes back only what is not needed, or nothing (spec 06 13.13)", () => {
  const post = when(
    "current_tick",
    "==",
    0,
    action("PostCollateral", { amount: 1000, auto_withdraw_after_ticks: 2 }),
    action("HoldCollateral"),
  );
  const after = (balance: number) => {
    const rig = rigOf("strategic_collateral_tree", post, { unsecuredCap: 100, openingBalance: balance });
    for (let i = 0; i < 3; i++) rig.engine.tick();
    return rig;
  };
  const [withdrawn] = after(-900).events("CollateralTimerWithdrawn");
  assertEquals([withdrawn?.amount, withdrawn?.new_total], [81, 919]);
  assertEquals(after(-2000).values("CollateralTimerBlocked", "reason"), [
    "No headroom available for withdrawal: credit_used=2000, allowed_limit=1080, headroom=-920",
  ]);
});

Deno.test("postingAboveCapacityStops: a tree posts as much as it may unless the reference is asked for (spec 07 13.17)", () => {
  const post = action("PostCollateral", { amount: 100 });
  const reference = rigOf("strategic_collateral_tree", post, {}, REFERENCE);
  const message = "Invalid config: Agent A tried to post 100 collateral but only has 0 capacity remaining";
  assertThrows(() => reference.engine.tick(), PaymentsError, message);
  const corrected = rigOf("strategic_collateral_tree", post, { unsecuredCap: 7 }, CORRECTED);
  corrected.engine.tick();
  corrected.engine.tick();
  assertEquals(corrected.values("CollateralPost", "amount"), [70]);
});

Deno.test("treesWithdrawNeededCollateral: a tree leaves what covers an overdraft unless the reference is asked for", () => {
  const withdraw = action("WithdrawCollateral", { amount: 1000 });
  const left = [REFERENCE, CORRECTED].map((behaviours) => {
    const settings = { openingBalance: -500, postedCollateral: 1000, collateralHaircut: 0 };
    const rig = rigOf("strategic_collateral_tree", withdraw, settings, behaviours);
    rig.engine.tick();
    return rig.engine.agentState("A").posted_collateral;
  });
  assertEquals(left, [0, 500]);
});

Deno.test("lateTimersNeverFire: a timer of no ticks at the end of a tick fires in the next unless the reference is asked for", () => {
  const post = when(
    "current_tick",
    "==",
    0,
    action("PostCollateral", { amount: 50, auto_withdraw_after_ticks: 0.5 }),
    action("HoldCollateral"),
  );
  const fired = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = rigOf("end_of_tick_collateral_tree", post, { unsecuredCap: 200 }, behaviours);
    for (let i = 0; i < 3; i++) rig.engine.tick();
    return rig.values("CollateralTimerWithdrawn", "tick");
  });
  assertEquals(fired, [[], [1]]);
});

Deno.test("collateral posted from outside stays five ticks, and is never withdrawn in part (spec 05 16.6)", () => {
  const rig = new Rig(system([agent("A", { openingBalance: -100 }), agent("B")]));
  assertEquals(rig.engine.postCollateral("A", 0).message, "Collateral amount must be positive");
  assertEquals(rig.engine.postCollateral("Z", 5), { success: false, message: "Agent 'Z' not found" });
  assertEquals(rig.engine.postCollateral("A", 900).message, "Posted 900 cents collateral at tick 0");
  rig.engine.tick();
  assertEquals(
    rig.engine.withdrawCollateral("A", 5).message,
    "Minimum holding period not met. 4 tick(s) remaining",
  );
  for (let i = 0; i < 4; i++) rig.engine.tick();
  const refused = rig.engine.withdrawCollateral("A", 800).message;
  assertEquals(
    refused.slice(0, 83),
    "Withdrawal would breach collateralized headroom. Max withdrawable: 797, requested: ",
  );
  assertEquals(rig.engine.withdrawCollateral("A", 797).success, true);
  assertEquals(rig.values("CollateralWithdraw", "reason"), ["ManualWithdraw"]);
});

Deno.test("emptyCollateralPostedAtZero: withdrawing all forgets when it was posted unless the reference is asked for", () => {
  const posted = [REFERENCE, CORRECTED].map((behaviours) => {
    const rig = new Rig(system([agent("A"), agent("B")]), behaviours);
    rig.engine.postCollateral("A", 10);
    for (let i = 0; i < 5; i++) rig.engine.tick();
    rig.engine.withdrawCollateral("A", 10);
    return JSON.parse(rig.engine.save()).agents[0].collateral_posted_at_tick;
  });
  assertEquals(posted, [0, null]);
});
