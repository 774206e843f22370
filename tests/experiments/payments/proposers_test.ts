/** Who proposes: the search, a language model behind a server of the test, and what each gets to see. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CORRECTED, REFERENCE } from "../../../src/experiments/payments/behaviours.ts";
import { proposalErrors } from "../../../src/experiments/payments/constraints.ts";
import {
  type HistoryEntry,
  type ParameterSpec,
  type Policy,
  ProposalFailure,
  type ProposalRequest,
} from "../../../src/experiments/payments/contracts.ts";
import { defaultPolicy, parametersOf, withParameters } from "../../../src/experiments/payments/policies.ts";
import { type Endpoint, LanguageModelProposer } from "../../../src/experiments/payments/proposers/language_model.ts";
import { systemPrompt, userPrompt } from "../../../src/experiments/payments/proposers/prompt.ts";
import { ScriptedProposer } from "../../../src/experiments/payments/proposers/scripted.ts";
import { SearchProposer } from "../../../src/experiments/payments/proposers/search.ts";
import { isVisible, visibleEvents } from "../../../src/experiments/payments/visibility.ts";
import { CORRECTED as ENGINE } from "../../../src/payments/behaviours.ts";
import { DEFAULT_COST_RATES } from "../../../src/payments/config.ts";
import { writtenEvents } from "../../../src/payments/script.ts";
import { clientE, convergence, ranE, SCENARIO_E, settingsE } from "./setting.ts";

function spec(
  name: string,
  min: number | null,
  max: number | null,
  type: ParameterSpec["type"] = "float",
): ParameterSpec {
  return { name, type, min, max, allowed: null, description: "" };
}

function request(changes: Partial<ProposalRequest> = {}): ProposalRequest {
  return {
    agent: "BANK_A",
    iteration: 0,
    attempt: 0,
    errors: [],
    current: defaultPolicy("BANK_A"),
    cost: 100,
    costBreakdown: { delay_cost: 100 },
    constraints: { allowedParameters: [], allowedFields: [], allowedActions: new Map(), lsmEnabled: true },
    costRates: DEFAULT_COST_RATES,
    history: [],
    events: [],
    customization: "",
    seed: 1,
    signal: undefined,
    ...changes,
  };
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

/** A server that answers from a list, and what it was asked. */
function server(answers: readonly ((request: Request) => Response | Promise<Response>)[]) {
  const asked: { body: unknown; key: string | null }[] = [];
  let next = 0;
  const running = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (incoming) => {
    const body: unknown = await incoming.json();
    asked.push({ body, key: incoming.headers.get("authorization") });
    const answer = answers[Math.min(next++, answers.length - 1)];
    return await (answer?.(incoming) ?? new Response(null, { status: 500 }));
  });
  return { asked, url: `http://127.0.0.1:${running.addr.port}/v1`, [Symbol.asyncDispose]: () => running.shutdown() };
}

function says(content: string): () => Response {
  return () => Response.json({ choices: [{ message: { role: "assistant", content } }] });
}

function endpoint(baseUrl: string, waits: number[] = []): Endpoint {
  let time = 0;
  return {
    baseUrl,
    key: "sk-secret",
    retries: 2,
    pause: 100,
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    clock: () => time += 500,
    newId: () => "0123abcd",
  };
}

const MODEL = {
  model: "test:tiny",
  temperature: 0.5,
  maxRetries: 3,
  timeoutSeconds: 5,
  thinkingBudget: null,
  reasoningEffort: "low",
};

const ANSWER = '```json\n{"parameters": {"initial_liquidity_fraction": 0.25}, ' +
  '"payment_tree": {"type": "action", "action": "Release"}}\n```';

Deno.test("a language model is asked over HTTP, and its answer becomes a policy", async () => {
  await using there = server([says(ANSWER)]);
  const proposer = new LanguageModelProposer(MODEL, endpoint(there.url));
  const { policy, interaction } = await proposer.propose(request());
  assertEquals(policy?.["policy_id"], "llm_policy_0123abcd");
  assertEquals(policy?.["payment_tree"], { type: "action", action: "Release", node_id: "payment_node_1" });
  assertEquals([interaction?.model, interaction?.raw_response, interaction?.latency_seconds], [
    "test:tiny",
    ANSWER,
    0.5,
  ]);
  const [first] = there.asked;
  assertEquals(first?.key, "Bearer sk-secret");
  const body = JSON.stringify(first?.body);
  for (const part of ['"model":"tiny"', '"temperature":0.5', '"max_tokens":35000', '"reasoning_effort":"low"']) {
    assertStringIncludes(body, part);
  }
  assert(!JSON.stringify(interaction).includes("sk-secret"));
});

Deno.test("an overloaded endpoint is asked again after a pause, a refusal is not, and neither tells the key", async () => {
  const waits: number[] = [];
  const busy = () => new Response("busy sk-secret", { status: 503 });
  const later = () => new Response("slow down", { status: 429, headers: { "retry-after": "3" } });
  await using there = server([busy, later, says(ANSWER)]);
  const proposer = new LanguageModelProposer(MODEL, endpoint(there.url, waits));
  assert((await proposer.propose(request())).policy !== null);
  assertEquals(waits, [100, 3000]);
  await using refusing = server([() => new Response("no such key sk-secret", { status: 401 })]);
  const refused = new LanguageModelProposer(MODEL, endpoint(refusing.url));
  const error = await assertRejects(() => refused.propose(request()), ProposalFailure);
  assertStringIncludes(error.message, "the endpoint answered 401: no such key ***");
  assertEquals(refusing.asked.length, 1);
  await using broken = server([busy]);
  const tired = new LanguageModelProposer(MODEL, endpoint(broken.url));
  const last = await assertRejects(() => tired.propose(request()), ProposalFailure);
  assert(!JSON.stringify(last.interaction).includes("sk-secret"));
  assertEquals(broken.asked.length, 3);
});

Deno.test("an endpoint that does not answer in time counts as failed", async () => {
  const held = Promise.withResolvers<Response>();
  await using there = server([() => held.promise]);
  const proposer = new LanguageModelProposer({ ...MODEL, timeoutSeconds: 0.05 }, {
    ...endpoint(there.url),
    retries: 0,
  });
  const error = await assertRejects(() => proposer.propose(request()), ProposalFailure);
  assertEquals(error.message, "no answer within 0.05 s");
  held.resolve(new Response());
});

Deno.test("an answer without a policy is told to the model, which tries again", async () => {
  const wrong = '{"payment_tree": {"type": "action", "node_id": "n", "action": "Fly"}}';
  await using there = server([says("I am sorry."), says(wrong), says(ANSWER)]);
  const settings = settingsE({ optimizedAgents: ["BANK_A"], convergence: convergence({ maxIterations: 2 }) });
  const ran = await ranE(settings, new LanguageModelProposer(MODEL, endpoint(there.url)), { reference: false });
  const recorded = await ran.recorder.loadExperiment("E");
  assertEquals(recorded?.evaluations.length, 1);
  assertEquals(there.asked.length, 3);
  const bodies = there.asked.map(({ body }) => JSON.stringify(body));
  assertStringIncludes(bodies[1] ?? "", "LLM error: Failed to parse policy JSON");
  assertStringIncludes(bodies[2] ?? "", "Action 'Fly' not allowed in payment_tree");
  const [said] = recorded?.events.filter(({ event_type }) => event_type === "llm_interaction") ?? [];
  assertEquals(said?.event_data["raw_response"], ANSWER);
});

Deno.test("a model without a provider, and an address without http, are refused", () => {
  assertThrows(
    () => new LanguageModelProposer({ ...MODEL, model: "tiny" }, endpoint("http://x")),
    Error,
    "provider:name",
  );
  assertThrows(() => new LanguageModelProposer(MODEL, endpoint("file:///etc")), Error, "no address");
});

Deno.test("INV-17: a prompt holds no event that the agent may not see, and nothing of other agents' policies", async () => {
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
