/**
 * Files of variables (`.env`), as shells and other programs write them: `NAME=value`, `export NAME="value"`, comments.
 *
 * @module
 */
import { type Issue, ValidationError } from "../core/errors.ts";

/** One variable of a file. */
export interface DotenvLine {
  readonly name: string;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*(.*)$/;

/**
 * Reads the variables of a file in their order. In double quotes `\n`, `\t`, `\r`, `\"`, `\\` and `\$` are understood,
 * in single quotes nothing is; nothing is ever replaced by other variables. A value stands on one line.
 *
 * @throws {ValidationError} naming the lines that are neither a comment nor an assignment, without their text: it may be
 * a secret.
 */
export function parseDotenv(text: string, subject: string): DotenvLine[] {
  const found: DotenvLine[] = [];
  const issues: Issue[] = [];
  text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).forEach((content, index) => {
    if (/^[ \t]*(?:#.*)?$/.test(content)) return;
    const [, name = "", rest = ""] = ASSIGNMENT.exec(content) ?? [];
    const value = name === "" ? undefined : valueOf(rest);
    if (value === undefined) {
      const message = name === "" ? "is no NAME=value" : `the value of ${name} has no closing quote on its line`;
      issues.push({ path: [`line ${index + 1}`], message });
    } else found.push({ name, value, line: index + 1 });
  });
  if (issues.length > 0) throw new ValidationError(subject, issues);
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** The value behind the equals sign; undefined for an open quote. */
function valueOf(rest: string): string | undefined {
  const quote = rest[0];
  if (quote !== '"' && quote !== "'") return rest.replace(/(?:^|[ \t]+)#.*$/, "").trim();
  const form = quote === '"' ? /^"((?:[^"\\]|\\.)*)"[ \t]*(?:#.*)?$/ : /^'([^']*)'[ \t]*(?:#.*)?$/;
  const [, inside] = form.exec(rest) ?? [];
  if (inside === undefined) return undefined;
  return quote === "'" ? inside : inside.replace(/\\(.)/g, (all, letter: string) => {
    if (letter === '"' || letter === "\\" || letter === "$") return letter;
    return ESCAPES[letter] ?? all;
  });
}
