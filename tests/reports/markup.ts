/**
 * A small reader of HTML for tests: it walks the tags of a page and reports what a strict reader would not accept.
 *
 * @module
 */

const VOID = new Set(["meta", "link", "input", "br"]);
const SHAPES = new Set(["path", "rect", "circle"]);
/** Elements whose end tag HTML lets one omit, and what may end them in its place. */
const OMITTED: Readonly<Record<string, readonly string[]>> = {
  td: ["td", "th", "tr", "tbody", "tfoot", "/tr", "/tbody", "/table", "/thead"],
  th: ["td", "th", "tr", "tbody", "tfoot", "/tr", "/tbody", "/table", "/thead"],
  tr: ["tr", "tbody", "tfoot", "/tbody", "/table", "/thead", "/tfoot"],
  tbody: ["/table", "tfoot"],
  tfoot: ["/table"],
};

/** What is wrong with a page: tags that do not match, attributes without quotes, ids used twice, ways out of the page. */
export function faults(page: string): string[] {
  const found: string[] = [];
  if (!page.startsWith("<!doctype html>")) found.push("no doctype");
  const open: string[] = [];
  const ids = new Set<string>();
  const text = page.replace(/<(script|style)([^>]*)>[\s\S]*?<\/\1>/g, "<$1$2></$1>");
  for (
    const [whole, end = "", name = "", rest = ""] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/gi)
  ) {
    const marker = `${end}${name}`;
    for (let last = open.at(-1); last !== undefined && OMITTED[last]?.includes(marker); last = open.at(-1)) open.pop();
    if (end === "/") {
      if (open.pop() !== name) found.push(`</${name}> ends nothing`);
      continue;
    }
    checkAttributes(rest, whole, ids, found);
    if (!VOID.has(name) && !(SHAPES.has(name) && rest.endsWith("/"))) open.push(name);
  }
  if (open.length > 0) found.push(`still open: ${open.join(", ")}`);
  const bare = text.replace(/<[/!]?[a-z](?:[^>"]|"[^"]*")*>/gi, "");
  if (/[<>]/.test(bare)) found.push(`stray angle bracket near ${/.{0,30}[<>].{0,30}/.exec(bare)?.[0]}`);
  return found;
}

function checkAttributes(rest: string, whole: string, ids: Set<string>, found: string[]): void {
  const left = rest.replace(/\s+([a-z][a-z-]*)(?:="([^"]*)")?/gi, (_, name: string, value = "") => {
    if (name === "id") {
      if (ids.has(value)) found.push(`id ${value} is used twice`);
      ids.add(value);
    }
    if (/^(href|src|action|data|poster)$/.test(name) && /^([a-z]+:|\/\/)/i.test(value) && !value.startsWith("data:")) {
      found.push(`leads out: ${value}`);
    }
    if (/^on/.test(name)) found.push(`inline handler in ${whole}`);
    return "";
  });
  if (!/^\s*\/?$/.test(left)) found.push(`odd attributes in ${whole}`);
}

/** The texts of the scripts of a page that run. */
export function scriptsOf(page: string): string[] {
  return [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = ""]) => text);
}
