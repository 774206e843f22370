/**
 * Text as the reference prints it for debugging, which its events and messages contain (spec 07 7.3).
 *
 * @module
 */

const PLAIN = /^[ !#-\[\]-~]*$/;
/** Control, format, private-use, unassigned and separator characters, and marks that combine with what stands before. */
const HIDDEN = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\0", "\\0"],
]);

/** The text in quotes, with quotes, backslashes and characters that do not show escaped: `a "q"` is `"a \"q\""`. */
export function debugText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let shown = "";
  for (const character of text) {
    const escape = ESCAPED.get(character);
    if (escape !== undefined) shown += escape;
    else if (character !== " " && HIDDEN.test(character)) shown += `\\u{${character.codePointAt(0)?.toString(16)}}`;
    else shown += character;
  }
  return `"${shown}"`;
}
