/** Who proposes: the search, what every proposer gets to see, and what it may propose. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import { proposalErrors } from "../../../src/experiments/payments/constraints.ts";
import {
  type HistoryEntry,
  type ParameterSpec,
  type Policy,
  type ProposalRequest,
} from "../../../src/experiments/payments/contracts.ts";
import { defaultPolicy, parametersOf, withParameters } from "../../../src/experiments/payments/policies.ts";
import { systemPrompt, userPrompt } from "../../../src/experiments/payments/proposers/prompt.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import { SearchProposer } from "../../../src/experiments/payments/proposers/search.ts";
import { isVisible, visibleEvents } from "../../../src/experiments/payments/visibility.ts";
import { CORRECTED as ENGINE } from "../../../src/payments/behaviours.ts";
import { PAYMENT_EVENTS } from "../../../src/payments/events.ts";
import { writtenEvents } from "../../../src/payments/script.ts";
import { request } from "./requests.ts";
import { clientE, convergence, ranE, SCENARIO_E, settingsE } from "./setting.ts";

function spec(
  name: string,
  min: number | null,
  max: number | null,
  type: ParameterSpec["type"] = "float",
): ParameterSpec {
  return { name, type, min, max, allowed: null, description: "" };
}

/** Runs a search against a cost function, as an experiment would; the policy in the end and the number of proposals. */
async function searched(
  cost: (parameters: Readonly<Record<string, unknown>>) => number,
  specs: readonly ParameterSpec[],
  start: Policy,
  rounds: number,
) {
  const proposer = new SearchProposer({ step: 0.2, tolerance: 0.005, seed: 3 });
  const history: HistoryEntry[] = [];
  let current = start;
  let asked = 0;
  for (let iteration = 0; iteration < rounds; iteration++) {
    const constraints = { ...request().constraints, allowedParameters: specs };
    const { policy } = await proposer.propose(request({ iteration, current, history, constraints }));
    if (policy === null) break;
    asked++;
    for (const each of specs) {
      const value = parametersOf(policy)[each.name];
      assert(typeof value === "number" && value >= (each.min ?? -Infinity) && value <= (each.max ?? Infinity));
      if (each.type === "int") assert(Number.isInteger(value));
    }
    const deltaSum = cost(parametersOf(current)) - cost(parametersOf(policy));
    const accepted = deltaSum > 0;
    if (accepted) current = policy;
    history.push({
      iteration,
      cost: cost(parametersOf(current)),
      accepted,
      deltaSum,
      proposed: policy,
      policy: current,
    });
  }
  return { current, asked };
}

Deno.test("the search finds the cheapest share of a pool, and stops by itself", async () => {
  const cost = ({ initial_liquidity_fraction: share }: Readonly<Record<string, unknown>>) =>
    (Number(share) - 0.137) ** 2;
  const specs = [spec("initial_liquidity_fraction", 0, 1)];
  const { current, asked } = await searched(cost, specs, defaultPolicy("BANK_A"), 200);
  const found = Number(parametersOf(current)["initial_liquidity_fraction"]);
  assert(Math.abs(found - 0.137) < 0.01, String(found));
  assert(asked < 60, String(asked));
});

Deno.test("the search moves several numbers, whole ones too, within their bounds", async () => {
  const specs = [spec("a", -10, 10), spec("b", 0, 20, "int")];
  const start = withParameters(defaultPolicy("BANK_A"), { a: 9, b: 0 });
  const { current } = await searched((p) => (Number(p["a"]) + 4) ** 2 + (Number(p["b"]) - 13) ** 2, specs, start, 300);
  assert(Math.abs(Number(parametersOf(current)["a"]) + 4) < 0.3, JSON.stringify(parametersOf(current)));
  assertEquals(parametersOf(current)["b"], 13);
});

Deno.test("property: the search stays within any bounds and does the same twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.5, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (size, aim) => {
        const run = () => {
          const start = withParameters(defaultPolicy("BANK_A"), { x: 0 });
          return searched((p) => Math.abs(Number(p["x"]) - aim * size), [spec("x", -size, size)], start, 60);
        };
        assertEquals(await run(), await run());
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("the search lowers the cost of a real experiment", async () => {
  const { outcome } = await ranE(
    settingsE({ numSamples: 8, convergence: convergence({ maxIterations: 12, stabilityWindow: 12 }) }),
    new SearchProposer({ step: 0.1, tolerance: 0.01, seed: 1 }),
    { reference: false },
  );
  const shares = Object.values(outcome.final_policies).map((policy) =>
    parametersOf(policy)["initial_liquidity_fraction"]
  );
  assert(shares.some((share) => typeof share === "number" && share < 0.5), JSON.stringify(shares));
  assert(outcome.best_cost < (outcome.history[0] ?? 0));
});

Deno.test("spec 08 26.17: a prompt holds no event that the agent may not see, and nothing of other agents' policies", async () => {
  const requests: ProposalRequest[] = [];
  const inner = clientE();
  const spy = new ScriptedProposer(() => null);
  const ran = await ranE(settingsE({ mode: "deterministic" }), {
    name: spy.name,
    propose(each) {
      requests.push(each);
      return inner.propose(each);
    },
  }, { reference: false });
  assert(requests.length > 2);
  for (const each of requests) {
    const other = each.agent === "BANK_A" ? "BANK_B" : "BANK_A";
    for (const event of each.events) {
      assert(isVisible({ ...event }, each.agent), JSON.stringify(event));
      assert(event["agent_id"] !== other && event["sender_id"] !== other || event.event_type === "Arrival");
      if (event["sender"] === other) assert(!("sender_balance_before" in event) && !("sender_balance_after" in event));
    }
    const prompt = systemPrompt(each) + userPrompt(each);
    assert(!prompt.includes(`${other}_default`), "the other agent's policy");
  }
  const [simulation] = ran.recorder.simulations;
  assert(simulation !== undefined);
  const all = [...writtenEvents([simulation.log])];
  const seen = visibleEvents(simulation.log, "BANK_A");
  assertEquals(seen.length, all.filter((event) => isVisible(event, "BANK_A")).length);
  assert(seen.length < all.length);
  for (const event_type of ["LiquidityAllocation", "LiquidityReturn", "DeferredCreditApplied", "Unheard"]) {
    assert(!isVisible({ event_type, tick: 0, agent_id: "BANK_A" }, "BANK_A"), event_type);
  }
  assertEquals(visibleEvents(simulation.log, "NOBODY").filter((event) => "sender_id" in event), []);
});

/** The table of spec 08 19.4: by kind, the fields of which one must name the agent; null for everybody. */
const SEES: Readonly<Record<string, readonly string[] | null>> = {
  Arrival: ["sender_id", "receiver_id"],
  RtgsImmediateSettlement: ["sender", "receiver"],
  RtgsSubmission: ["sender", "receiver"],
  RtgsWithdrawal: ["sender", "receiver"],
  RtgsResubmission: ["sender", "receiver"],
  Queue2LiquidityRelease: ["sender", "receiver"],
  PolicySubmit: ["agent_id"],
  PolicyHold: ["agent_id"],
  PolicyDrop: ["agent_id"],
  PolicySplit: ["agent_id"],
  TransactionReprioritized: ["agent_id"],
  CollateralPost: ["agent_id"],
  CollateralWithdraw: ["agent_id"],
  CollateralTimerWithdrawn: ["agent_id"],
  CollateralTimerBlocked: ["agent_id"],
  StateRegisterSet: ["agent_id"],
  BankBudgetSet: ["agent_id"],
  CostAccrual: ["agent_id"],
  TransactionWentOverdue: ["sender_id"],
  OverdueTransactionSettled: ["sender_id"],
  PriorityEscalated: ["sender_id"],
  QueuedRtgs: ["sender_id"],
  BilateralLimitExceeded: ["sender"],
  MultilateralLimitExceeded: ["sender"],
  LsmBilateralOffset: ["agent_a", "agent_b"],
  EntryDispositionOffset: ["agent_a", "agent_b"],
  LsmCycleSettlement: ["agents"],
  EndOfDay: null,
  ScenarioEventExecuted: null,
  AlgorithmExecution: null,
};
const NAMING = ["sender_id", "receiver_id", "sender", "receiver", "agent_id", "agent_a", "agent_b", "agents"];

Deno.test("spec 08 26.17: who sees an event is what the table of 19.4 says, for every kind that the engine knows", () => {
  const kinds = [...Object.keys(PAYMENT_EVENTS), "Unheard"];
  assert(Object.keys(SEES).every((kind) => kinds.includes(kind)));
  const names = fc.record(Object.fromEntries(NAMING.map((field) => {
    const name = fc.constantFrom("ME", "YOU", "THEM");
    return [field, field === "agents" ? fc.array(name) : name];
  })));
  fc.assert(
    fc.property(fc.constantFrom(...kinds), names, (event_type, fields) => {
      const seeing = Object.hasOwn(SEES, event_type) ? SEES[event_type] : [];
      const values = (seeing ?? []).flatMap((field) => fields[field] ?? []);
      const event = { event_type, tick: 0, ...fields };
      assertEquals(isVisible(event, "ME"), seeing === null || values.includes("ME"), JSON.stringify(event));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("behaviour proposalsHardlyChecked: both sides", () => {
  const constraints = {
    allowedParameters: [spec("patience", 0, 8, "int")],
    allowedFields: ["balance"],
    allowedActions: new Map([["payment_tree", ["Release", "Hold"]]]),
    lsmEnabled: true,
  };
  const current = withParameters(defaultPolicy("A"), { patience: 3 });
  const errors = (policy: Policy, experiment = CORRECTED) =>
    proposalErrors(policy, { constraints, current, engine: ENGINE, experiment });
  assertEquals(errors(current), []);
  const bad = {
    ...withParameters(current, { patience: 9.5, patiense: 1 }),
    payment_tree: { type: "action", node_id: "x", action: "Drop" },
  };
  assertEquals(errors(bad), [
    "Parameter 'patience' must be int, got float",
    "Unknown parameter: patiense (did you mean patience?)",
    "Action 'Drop' not allowed in payment_tree; allowed: Release, Hold",
  ]);
  assertEquals(errors(bad, REFERENCE), []);
  const above = withParameters(current, { patience: 9 });
  assertEquals(errors(above), ["Parameter 'patience' value 9 above max 8"]);
  const condition = { op: ">", left: { field: "credit_used" }, right: { value: 0 } };
  const leaf = (id: string) => ({ type: "action", node_id: id, action: "Hold" });
  const looking = {
    ...current,
    payment_tree: { type: "condition", node_id: "c", condition, on_true: leaf("a"), on_false: leaf("b") },
  };
  assertEquals(errors(looking), ["Field 'credit_used' not allowed"]);
  assertThrows(() => errors({ payment_tree: 3 }, REFERENCE), TypeError);
  const rooted = { payment_tree: { root: { action: "Drop" } } };
  assertEquals(errors(rooted, REFERENCE), ["Unknown action: Drop"]);
  assertEquals(SCENARIO_E.agents.length, 2);
});
