/**
 * Shell patterns: `*` any characters, `?` one, `[a-z]` one of a set, `[!a-z]` one outside of it. None of them stands for
 * `/`, so that a pattern never reaches deeper than it says. The time is bounded for every pattern and text.
 *
 * @module
 */
import { UsageError } from "../../core/errors.ts";

/** One place of a pattern. */
type Token = "any" | { has(character: string): boolean };

/** A pattern that was read. */
export interface Glob {
  readonly pattern: string;
  /** Whether the whole text is of the pattern's form. */
  matches(text: string): boolean;
}

/** Reads a pattern. @throws {UsageError} for one that is empty, or whose bracket does not end. */
export function glob(pattern: string): Glob {
  if (pattern === "") throw new UsageError('A pattern cannot be empty; "*" stands for every name.');
  const tokens = tokensOf(pattern);
  return { pattern, matches: (text) => isMatch(tokens, [...text]) };
}

function tokensOf(pattern: string): Token[] {
  const characters = [...pattern];
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "*") {
      if (tokens.at(-1) !== "any") tokens.push("any");
    } else if (character === "?") tokens.push({ has: (other) => other !== "/" });
    else if (character === "[") {
      const end = endOfSet(characters, i, pattern);
      tokens.push(setOf(characters.slice(i + 1, end)));
      i = end;
    } else tokens.push({ has: (other) => other === character });
  }
  return tokens;
}

/** Where the bracket that opens at `start` closes; one that comes first in the set belongs to it. */
function endOfSet(characters: readonly string[], start: number, pattern: string): number {
  const first = start + 1 + (characters[start + 1] === "!" ? 1 : 0);
  const end = characters.indexOf("]", first + 1);
  if (end >= 0) return end;
  throw new UsageError(`The pattern ${JSON.stringify(pattern)} has a "[" without "]"; "[[]" stands for a bracket.`);
}

function setOf(inside: readonly string[]): Token {
  const isNegated = inside[0] === "!";
  const members = isNegated ? inside.slice(1) : inside;
  const ranges: (readonly [number, number])[] = [];
  for (let i = 0; i < members.length; i++) {
    const from = codeOf(members[i]);
    const isRange = members[i + 1] === "-" && i + 2 < members.length;
    ranges.push([from, isRange ? codeOf(members[i + 2]) : from]);
    if (isRange) i += 2;
  }
  return {
    has(character) {
      const code = codeOf(character);
      return character !== "/" && ranges.some(([from, to]) => code >= from && code <= to) !== isNegated;
    },
  };
}

function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? -1;
}

/** Goes back to the last `*` only, which is enough: the time is at most the product of both lengths. */
function isMatch(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0;
  let place = 0;
  let star = -1;
  let taken = 0;
  while (place < text.length) {
    const wanted = tokens[token];
    const character = text[place] ?? "";
    if (wanted === "any") {
      star = token++;
      taken = place;
    } else if (wanted?.has(character)) {
      token++;
      place++;
    } else if (star >= 0 && text[taken] !== "/") {
      token = star + 1;
      place = ++taken;
    } else return false;
  }
  while (tokens[token] === "any") token++;
  return token === tokens.length;
}
