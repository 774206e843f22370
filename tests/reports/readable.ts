/**
 * Pages are ASCII; tests read them as people do.
 *
 * @module
 */

/** A page with its references to characters past ASCII written out. */
export function readable(page: string): string {
  return page.replaceAll("&rarr;", "\u2192").replaceAll(
    /&#(\d{3,});/g,
    (_reference, code) => String.fromCodePoint(Number(code)),
  );
}
