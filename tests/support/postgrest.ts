/**
 * A REST interface as PostgREST gives it, in front of a real Postgres: it answers as the role `anon`, reads filters with
 * PostgREST's own grammar, and sends JSON as Postgres writes it. Faults are scripted by the test.
 *
 * @module
 */
import type { PostgresConnection } from "../../src/stores/postgres/connection.ts";

/** The key that the interface takes. */
export const ANON_KEY = "anon.key-of.a-test";

/** A running interface. */
export interface TestRest extends AsyncDisposable {
  readonly url: string;
  /** Every request that came, as its address. */
  readonly requests: URL[];
  /** Answers given instead of the next ones. */
  readonly script: ((request: Request) => Response | Promise<Response>)[];
}

/** Starts it. @param mostRows rows of an answer at most, as hosted services have it */
export function startPostgrest(connection: PostgresConnection, { mostRows = 1000 } = {}): TestRest {
  const requests: URL[] = [];
  const script: TestRest["script"] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    requests.push(new URL(request.url));
    const scripted = script.shift();
    if (scripted !== undefined) return await scripted(request);
    const { headers } = request;
    if (headers.get("apikey") !== ANON_KEY || headers.get("Authorization") !== `Bearer ${ANON_KEY}`) {
      return Response.json({ message: "Invalid API key" }, { status: 401 });
    }
    return await answer(connection, request, mostRows);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    script,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(connection: PostgresConnection, request: Request, mostRows: number): Promise<Response> {
  const url = new URL(request.url);
  const table = /^\/rest\/v1\/([a-z_]+)$/.exec(url.pathname)?.[1] ?? "";
  const [, from = "0", to = ""] = /^(\d+)-(\d+)$/.exec(request.headers.get("Range") ?? "") ?? [];
  const limit = Math.min(mostRows, to === "" ? mostRows : Number(to) - Number(from) + 1);
  const values: string[] = [];
  const conditions: string[] = [];
  let select = "m.*";
  let join = "";
  let order = "1";
  for (const [name, value] of url.searchParams) {
    if (name === "select" && value === "*,runs!inner(*)") {
      select = "m.*, to_json(r.*) AS runs";
      join = "JOIN runs r ON r.job_id = m.job_id AND r.run_id = m.run_id";
    } else if (name === "select") {
      select = value === "*" ? "m.*" : value.split(",").map((column) => `m.${column}`).join();
    } else if (name === "order") order = value.split(",").map(orderTerm).join(", ");
    else conditions.push(condition(name, value, values));
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const sql = `SELECT coalesce(json_agg(x), '[]')::text AS body, count(*) AS n FROM (
      SELECT ${select} FROM ${table} m ${join} ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${Number(from)}) x`;
  try {
    const [row] = await connection.transaction(async (session) => {
      await session.run("SET LOCAL ROLE anon");
      return await session.rows(sql, values);
    });
    const count = Number(row?.["n"] ?? 0);
    const range = count === 0 ? "*/*" : `${from}-${Number(from) + count - 1}/*`;
    return new Response(String(row?.["body"]), { status: 200, headers: { "Content-Range": range } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const status = error instanceof Error && error.name === "NotFound" || /does not exist|migrate/.test(message)
      ? 404
      : 400;
    return Response.json({ code: "PGRST205", message }, { status });
  }
}

function orderTerm(term: string): string {
  const [column = "", direction = "asc", nulls = ""] = term.split(".");
  return `m.${column} ${direction} ${nulls === "nullslast" ? "NULLS LAST" : ""}`;
}

const NUMERIC = ["delta_total", "kappa"];

/** `eq.x`, `gte.x`, `lte.x`, `in.("a","b")`: everything behind the operator is the value, whatever stands in it. */
function condition(name: string, text: string, values: string[]): string {
  const [, embedded = "", column = ""] = /^(runs\.)?([a-z_]+)$/.exec(name) ?? [];
  if (column === "") throw new Error(`no column ${name}`);
  const place = `${embedded === "" ? "m" : "r"}.${column}`;
  const [, operator = "", value = ""] = /^([a-z]+)\.([\s\S]*)$/.exec(text) ?? [];
  const type = NUMERIC.includes(column) ? "numeric" : "text";
  const parameter = (one: string) => `$${values.push(one)}::${type}`;
  const comparison = { eq: "=", gte: ">=", lte: "<=" }[operator];
  if (comparison !== undefined) return `${place} ${comparison} ${parameter(value)}`;
  if (operator === "in") return `${place} IN (${listOf(value).map(parameter).join(", ")})`;
  throw new Error(`no operator ${operator}`);
}

/** The members of a list in parentheses: bare, or in quotes with `\` before `"` and `\`. */
function listOf(text: string): string[] {
  const members: string[] = [];
  for (const [, quoted, bare] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    members.push(quoted === undefined ? bare ?? "" : quoted.replace(/\\(.)/g, "$1"));
  }
  return members;
}
