/**
 * Proposals of a language model behind any HTTP endpoint that speaks the chat-completions protocol of OpenAI. The key
 * goes into one header and nowhere else: not into records, messages or errors.
 *
 * @module
 */
import { UsageError } from "../../../core/errors.ts";
import {
  type Interaction,
  type PolicyProposer,
  type Proposal,
  ProposalFailure,
  type ProposalRequest,
} from "../contracts.ts";
import type { LlmSettings } from "../settings.ts";
import { wordCount } from "./interactions.ts";
import { systemPrompt, userPrompt } from "./prompt.ts";
import { parseResponse } from "./response.ts";

/** Where the model is, and what it needs from outside. */
export interface Endpoint {
  /** Up to and with `/v1`. */
  readonly baseUrl: string;
  /** Null for an endpoint that asks for none. */
  readonly key: string | null;
  /** Further requests after one that failed in passing: overload, lost connections. */
  readonly retries: number;
  /** Milliseconds before the first of them; doubled each time. */
  readonly pause: number;
  /** Waits so many milliseconds; rejects when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Milliseconds since some time, for latencies. */
  readonly clock: () => number;
  /** 8 hexadecimal digits. */
  readonly newId: () => string;
}

const MAX_TOKENS = 35_000;
/** Longest piece of an error answer that is repeated, in characters. */
const LONGEST_REASON = 300;
const LONGEST_PAUSE = 60_000;
/** Longest answer that is read, in characters. */
const LONGEST_ANSWER = 10_000_000;

/** A failure that may pass. */
class Passing extends Error {
  constructor(message: string, readonly pause: number | undefined, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Asks a model for each proposal. */
export class LanguageModelProposer implements PolicyProposer {
  readonly name: string;
  readonly asksOutside = true;
  readonly #model: string;

  /** @throws {UsageError} when the model is not `provider:name`, or the address is none or holds a secret. */
  constructor(readonly settings: LlmSettings, readonly endpoint: Endpoint) {
    const colon = settings.model.indexOf(":");
    if (colon < 1 || colon === settings.model.length - 1) {
      throw new UsageError(`The model "${settings.model}" should be provider:name, such as openai:gpt-5.`);
    }
    if (!URL.canParse(endpoint.baseUrl) || !/^https?:/.test(endpoint.baseUrl)) {
      // The text itself is not repeated: a password may stand in it.
      throw new UsageError("The address of the language model is none; it starts with http:// or https://.");
    }
    const { username, password, search } = new URL(endpoint.baseUrl);
    if (username !== "" || password !== "" || search !== "") {
      throw new UsageError(
        "The address of the language model may hold no user, password or query: the key goes apart.",
      );
    }
    this.name = settings.model;
    this.#model = settings.model.slice(colon + 1);
  }

  async propose(request: ProposalRequest): Promise<Proposal> {
    const system = systemPrompt(request);
    const user = userPrompt(request);
    const started = this.endpoint.clock();
    const said = (answer: string, more: Partial<Interaction>): Interaction => ({
      system_prompt: system,
      user_prompt: user,
      raw_response: answer,
      parsed_policy: null,
      parsing_error: null,
      model: this.name,
      prompt_tokens: wordCount(system) + wordCount(user),
      completion_tokens: wordCount(answer),
      latency_seconds: (this.endpoint.clock() - started) / 1000,
      ...more,
    });
    let answer: string;
    try {
      answer = await this.#ask(system, user, request.signal);
    } catch (error) {
      request.signal?.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      throw new ProposalFailure(message, said("", { parsing_error: message }), { cause: error });
    }
    try {
      const policy = parseResponse(answer, this.endpoint.newId);
      return { policy, interaction: said(answer, { parsed_policy: policy }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new ProposalFailure(message, said(answer, { parsing_error: message }), { cause: error });
    }
  }

  async #ask(system: string, user: string, signal: AbortSignal | undefined): Promise<string> {
    const { retries, pause, wait } = this.endpoint;
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#request(system, user, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Passing) || attempt >= retries) throw error;
        await wait(Math.min(error.pause ?? pause * 2 ** attempt, LONGEST_PAUSE), signal);
      }
    }
  }

  async #request(system: string, user: string, signal: AbortSignal | undefined): Promise<string> {
    const { timeoutSeconds } = this.settings;
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      const response = await fetch(`${this.endpoint.baseUrl.replace(/\/+$/, "")}/chat/completions`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(this.endpoint.key === null ? {} : { authorization: `Bearer ${this.endpoint.key}` }),
        },
        body: JSON.stringify(this.#body(system, user)),
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const text = this.#withoutKey(await limitedText(response));
      if (!response.ok) throw this.#refusal(response, text);
      return contentOf(text);
    } catch (error) {
      if (timeout.aborted) throw new Passing(`no answer within ${timeoutSeconds} s`, undefined, { cause: error });
      if (error instanceof TypeError) {
        const reason = this.#withoutKey(error.message);
        throw new Passing(`the endpoint cannot be reached: ${reason}`, undefined, { cause: error });
      }
      throw error;
    }
  }

  #body(system: string, user: string): Record<string, unknown> {
    const { temperature, reasoningEffort, thinkingBudget } = this.settings;
    return {
      model: this.#model,
      messages: [{ role: "system", content: system }, { role: "user", content: user }],
      temperature,
      max_tokens: MAX_TOKENS,
      ...(reasoningEffort === null ? {} : { reasoning_effort: reasoningEffort }),
      ...(thinkingBudget === null ? {} : { thinking: { type: "enabled", budget_tokens: thinkingBudget } }),
    };
  }

  /** A text from outside without the key, which it may repeat. */
  #withoutKey(text: string): string {
    const { key } = this.endpoint;
    return key === null || key === "" ? text : text.replaceAll(key, "***");
  }

  #refusal(response: Response, text: string): Error {
    const message = `the endpoint answered ${response.status}: ${text.slice(0, LONGEST_REASON)}`;
    const passing = response.status === 408 || response.status === 429 || response.status >= 500;
    if (!passing) return new Error(message);
    const after = Number(response.headers.get("retry-after") ?? NaN);
    return new Passing(message, Number.isFinite(after) && after >= 0 ? after * 1000 : undefined);
  }
}

/** The text of an answer. @throws {Error} when it does not end. */
async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LONGEST_ANSWER) {
      throw new Error(`the endpoint's answer is longer than ${LONGEST_ANSWER} characters`);
    }
  }
  return text + decoder.decode();
}

/** The text in `choices[0].message.content`. */
function contentOf(text: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new Error("the endpoint's answer is no JSON", { cause: error });
  }
  const content = at(at(at(at(answer, "choices"), 0), "message"), "content");
  if (typeof content === "string") return content;
  throw new Error("the endpoint's answer has no choices[0].message.content");
}

function at(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}
