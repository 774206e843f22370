/**
 * Questions to a PostgREST interface, as hosted databases have one: a table, conditions, an order. Every value of a
 * condition travels encoded, so that none of them can become a condition of its own.
 *
 * Permissions: `net` for the host of the address.
 *
 * @module
 */
import { NotFound, StoreError, UsageError } from "../../core/errors.ts";
import { exactJson, parseRows, type RowSchema } from "./rest_rows.ts";

/** How the interface is reached. */
export interface RestOptions {
  /** `https://project.supabase.co`; what stands behind the host is where `/rest/v1` begins. */
  readonly url: string;
  readonly anonKey: string;
  /** How long an answer may take, in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  /** How often a question is asked when the service fails; default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled for each further one; default 300. */
  readonly retryDelayMs?: number;
}

/** A condition on a column, which may stand in a table that is joined (`runs.regime`). */
export interface RestCondition {
  readonly column: string;
  readonly operator: "eq" | "gte" | "lte";
  readonly value: string;
}

/** One of several values. */
export interface RestChoice {
  readonly column: string;
  readonly among: readonly string[];
}

/** A question to one table. */
export interface RestQuestion {
  readonly table: string;
  readonly select: string;
  readonly where: readonly (RestCondition | RestChoice)[];
  readonly order: string;
  /** Default: all rows. */
  readonly limit?: number;
  readonly offset?: number;
}

/** Rows of one answer; a service may give fewer. */
const PAGE = 1_000;

/** Asks, again where it may help, and turns every failure into a sentence without the key. */
export class RestClient {
  readonly #origin: URL;
  /** What stands before `/rest/v1`. */
  readonly #path: string;
  readonly #key: string;
  readonly #options: RestOptions;

  /** @throws {UsageError} for an address or a key that cannot be one. */
  constructor(options: RestOptions) {
    [this.#origin, this.#path] = placeOf(options.url);
    if (!/^[\x21-\x7e]+$/.test(options.anonKey)) {
      throw new UsageError("BILANCIO_SUPABASE_ANON_KEY holds characters that no key has; copy it again.");
    }
    this.#key = options.anonKey;
    this.#options = options;
  }

  /**
   * The rows of a question, page by page.
   *
   * @throws {StoreError} when the service refuses, fails or answers something else; {@linkcode NotFound} when it has no
   * such table.
   */
  async rows<T>(question: RestQuestion, schema: RowSchema<T>): Promise<T[]> {
    const { limit = Infinity, offset = 0 } = question;
    const found: T[] = [];
    while (found.length < limit) {
      const wanted = Math.min(PAGE, limit - found.length);
      const start = offset + found.length;
      const { rows, isLast } = await this.#page(question, start, wanted, schema);
      found.push(...rows);
      if (isLast || rows.length === 0) break;
    }
    return found;
  }

  async #page<T>(
    question: RestQuestion,
    start: number,
    count: number,
    schema: RowSchema<T>,
  ): Promise<{ rows: T[]; isLast: boolean }> {
    const response = await this.#answered(this.#address(question), `${start}-${start + count - 1}`);
    if (response.status === 416) return { rows: [], isLast: true };
    let value: unknown;
    try {
      value = exactJson(response.text);
    } catch (error) {
      throw this.#failure("answers something that is no JSON; is BILANCIO_SUPABASE_URL its address?", false, error);
    }
    const rows = parseRows(schema, value);
    if (typeof rows === "string") {
      throw this.#failure(
        `answers rows of ${question.table} of another form (${rows}); bilancio migrate brings the database up to date`,
        false,
      );
    }
    const [, total] = /\/(\d+)$/.exec(response.range) ?? [];
    return { rows, isLast: total !== undefined && start + rows.length >= Number(total) };
  }

  #address({ table, select, where, order }: RestQuestion): URL {
    const address = new URL(`${this.#path}/rest/v1/${table}`, this.#origin);
    const { searchParams } = address;
    searchParams.set("select", select);
    for (const condition of where) {
      const { column } = condition;
      if ("among" in condition) searchParams.append(column, `in.(${condition.among.map(quoted).join(",")})`);
      else searchParams.append(column, `${condition.operator}.${condition.value}`);
    }
    searchParams.set("order", order);
    return address;
  }

  /** The answer to a request; one that failed for a moment is repeated. */
  async #answered(address: URL, range: string): Promise<{ status: number; text: string; range: string }> {
    const { attempts = 3, retryDelayMs = 300 } = this.#options;
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#request(address, range);
      } catch (error) {
        if (!(error instanceof StoreError) || !error.where.retryable || attempt >= attempts) throw error;
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(resolve, retryDelayMs * 2 ** (attempt - 1));
        await promise;
      }
    }
  }

  async #request(address: URL, range: string): Promise<{ status: number; text: string; range: string }> {
    const { timeoutMs = 30_000 } = this.#options;
    let status: number;
    let text: string;
    let contentRange: string;
    try {
      const response = await fetch(address, {
        headers: {
          "apikey": this.#key,
          "Authorization": `Bearer ${this.#key}`,
          "Accept": "application/json",
          "Range-Unit": "items",
          "Range": range,
        },
        // A redirection would take the key to another host.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.status;
      contentRange = response.headers.get("Content-Range") ?? "";
      text = await response.text();
    } catch (error) {
      throw this.#unanswered(error, timeoutMs);
    }
    if (status === 200 || status === 206 || status === 416) return { status, text, range: contentRange };
    throw this.#refused(status, text);
  }

  #unanswered(error: unknown, timeoutMs: number): Error {
    if (error instanceof Deno.errors.NotCapable) return error;
    if (error instanceof Error && error.name === "TimeoutError") {
      return this.#failure(`gives no answer within ${timeoutMs / 1000} s`, true, error);
    }
    return this.#failure("cannot be reached; is BILANCIO_SUPABASE_URL right, and the network there?", true, error);
  }

  #refused(status: number, text: string): Error {
    const reason = reasonIn(text);
    const more = reason === "" ? "" : ` (${reason.replaceAll(this.#key, "********")})`;
    switch (status) {
      case 401:
        return this.#failure(`refuses the key${more}; check BILANCIO_SUPABASE_ANON_KEY`, false);
      case 403:
        return this.#failure(`does not let this key read${more}; bilancio migrate grants it what it needs`, false);
      case 404:
        return new NotFound(
          `The REST interface at ${this.#origin.host} has no such table${more}; run bilancio migrate`,
        );
      case 429:
        return this.#failure(`is asked too often${more}; try again in a while`, true);
    }
    if (status >= 300 && status < 400) return this.#failure("is elsewhere; check BILANCIO_SUPABASE_URL", false);
    if (status >= 500) return this.#failure(`fails with status ${status}${more}; try again in a while`, true);
    return this.#failure(`refuses the question with status ${status}${more}`, false);
  }

  #failure(what: string, retryable: boolean, cause?: unknown): StoreError {
    const options = cause === undefined ? undefined : { cause };
    return new StoreError(
      `The REST interface at ${this.#origin.host} ${what}`,
      { store: "rest", retryable },
      options,
    );
  }
}

/** The origin of an address, and its path without `/rest/v1`. */
function placeOf(text: string): [URL, string] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new UsageError("BILANCIO_SUPABASE_URL expects an address such as https://project.supabase.co.");
  }
  return [new URL(url.origin), url.pathname.replace(/\/+$/, "").replace(/\/rest\/v1$/, "")];
}

/** A value in a list: in quotes, with what would end it escaped. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** What a service says for itself, on one short line. */
function reasonIn(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ""; // a page of some proxy
  }
  const message = typeof value === "object" && value !== null ? Reflect.get(value, "message") : undefined;
  // deno-lint-ignore no-control-regex -- control characters of somebody else do not reach the terminal
  return typeof message === "string" ? message.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ").slice(0, 200) : "";
}
