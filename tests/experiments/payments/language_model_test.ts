/** A language model behind servers of the test: answers, failures, and what is never told. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { ProposalFailure } from "../../../src/experiments/payments/contracts.ts";
import { type Endpoint, LanguageModelProposer } from "../../../src/experiments/payments/proposers/language_model.ts";
import { systemPrompt } from "../../../src/experiments/payments/proposers/prompt.ts";
import { request } from "./requests.ts";
import { convergence, ranE, settingsE } from "./setting.ts";

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

/** An answer whose body begins, and then stalls or never ends. */
function body(then: "stalls" | "never ends"): () => Response {
  return () => {
    const piece = new TextEncoder().encode(`{"choices": ${" ".repeat(100_000)}`);
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(piece),
        pull(controller) {
          if (then === "never ends") controller.enqueue(piece);
          return then === "stalls" ? new Promise<void>(() => {}) : undefined;
        },
      }),
    );
  };
}

/** A server that breaks off in the middle of every answer. */
function breaking() {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const half = new TextEncoder().encode('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"choices": ');
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(64));
      await connection.write(half);
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/v1`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("an answer that stalls, breaks off or never ends counts as failed, and another try may succeed", async () => {
  const hasty = { ...MODEL, timeoutSeconds: 0.3 };
  await using stalling = server([body("stalls"), body("stalls"), says(ANSWER)]);
  const once = new LanguageModelProposer(hasty, { ...endpoint(stalling.url), retries: 0 });
  const late = await assertRejects(() => once.propose(request()), ProposalFailure);
  assertEquals(late.message, "no answer within 0.3 s");
  const patient = new LanguageModelProposer(hasty, endpoint(stalling.url));
  assertEquals((await patient.propose(request())).interaction?.raw_response, ANSWER);
  await using broken = breaking();
  const waits: number[] = [];
  const torn = new LanguageModelProposer(MODEL, endpoint(broken.url, waits));
  const half = await assertRejects(() => torn.propose(request()), ProposalFailure);
  assertStringIncludes(half.message, "the endpoint cannot be reached");
  assertEquals(waits.length, 2);
  await using endless = server([body("never ends")]);
  const long = new LanguageModelProposer(MODEL, endpoint(endless.url));
  const error = await assertRejects(() => long.propose(request()), ProposalFailure);
  assertStringIncludes(error.message, "is longer than");
  assertEquals(endless.asked.length, 1, "it is not asked for that again");
});

Deno.test("answers that are no JSON, or hold no text, are failures that say so", async () => {
  const answers: readonly [string, string][] = [
    ["<html>gateway</html>", "the endpoint's answer is no JSON"],
    ["", "the endpoint's answer is no JSON"],
    ["[]", "the endpoint's answer has no choices[0].message.content"],
    ['{"choices": []}', "the endpoint's answer has no choices[0].message.content"],
    ['{"choices": [{"message": {"content": null}}]}', "the endpoint's answer has no choices[0].message.content"],
    ['{"choices": [{"message": {"content": "{\\"a\\": "}}]}', "Failed to parse policy JSON"],
    ['{"choices": [{"message": {"content": "[1, 2]"}}]}', "the answer is not an object"],
    ['{"choices": [{"message": {"content": "```json\\n{}"}}]}', "Failed to parse policy JSON"],
  ];
  for (const [text, reason] of answers) {
    await using there = server([() => new Response(text)]);
    const proposer = new LanguageModelProposer(MODEL, endpoint(there.url));
    const error = await assertRejects(() => proposer.propose(request()), ProposalFailure);
    assertStringIncludes(error.message, reason);
    assertEquals(error.interaction?.parsing_error, error.message);
    assertEquals(there.asked.length, 1);
  }
});

Deno.test("an endpoint that is down is tried again, and what is said of it at the end holds no secret", async () => {
  const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${closed.addr.port}/v1`;
  closed.close();
  const waits: number[] = [];
  const error = await assertRejects(
    () => new LanguageModelProposer(MODEL, endpoint(url, waits)).propose(request()),
    ProposalFailure,
  );
  assertStringIncludes(error.message, "the endpoint cannot be reached");
  assertEquals(waits, [100, 200]);
  for (const base of ["http://me:sk-secret@127.0.0.1/v1", "http://127.0.0.1/v1?key=sk-secret", "sk-secret"]) {
    const refused = assertThrows(() => new LanguageModelProposer(MODEL, endpoint(base)), Error);
    assert(!refused.message.includes("sk-secret"), refused.message);
  }
});

Deno.test("a key that the endpoint repeats is in no record, whatever it answers", async () => {
  const policy = { parameters: {}, payment_tree: { type: "action", action: "Release" }, note: "your key is sk-secret" };
  for (
    const answer of [says(JSON.stringify(policy)), says("sk-secret"), () => new Response("sk-secret", { status: 400 })]
  ) {
    await using there = server([answer]);
    const settings = settingsE({ optimizedAgents: ["BANK_A"], convergence: convergence({ maxIterations: 2 }) });
    const ran = await ranE(settings, new LanguageModelProposer(MODEL, endpoint(there.url)), { reference: false });
    const recorded = await ran.recorder.loadExperiment("E");
    assert(there.asked.length > 0);
    assert(!JSON.stringify([recorded, ran.events, ran.outcome]).includes("sk-secret"));
  }
});

Deno.test("a stop ends the request in flight", async () => {
  const held = Promise.withResolvers<Response>();
  const stop = new AbortController();
  await using there = server([() => {
    stop.abort(new Error("enough"));
    return held.promise;
  }]);
  const proposer = new LanguageModelProposer(MODEL, endpoint(there.url));
  await assertRejects(() => proposer.propose(request({ signal: stop.signal })), Error, "enough");
  held.resolve(new Response());
});

Deno.test("a prompt names the least share of payments that the experiment asks for", () => {
  assertStringIncludes(
    systemPrompt(request({ minSettlementRate: 0.875 })),
    "At least 87.5 % of the payments must settle.",
  );
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
  assertThrows(
    () => new LanguageModelProposer(MODEL, endpoint("file:///etc")),
    Error,
    "starts with http:// or https://",
  );
});
