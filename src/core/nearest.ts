/**
 * The known name that someone probably meant: for messages about unknown keys, flags, agents and methods.
 *
 * @module
 */

/**
 * The known name nearest to `name`, or undefined when none is near enough to be worth a suggestion: at most a third of
 * the longer name may differ (letters inserted, removed, replaced or two neighbours swapped), upper case and the
 * difference between `-` and `_` aside. Of equally near names the first wins.
 *
 * @example
 * ```ts
 * import { nearest } from "./nearest.ts";
 *
 * nearest("kapas", ["kappas", "mus"]); // "kappas"
 * nearest("colour", ["kappas", "mus"]); // undefined
 * ```
 */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = folded(name);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const text = folded(candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, text.length) / 3));
    if (Math.abs(wanted.length - text.length) > allowed) continue;
    const distance = editDistance(wanted, text);
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` (did you mean X?)`, or nothing when no known name is near: to be put behind an unknown name in a message. */
export function suggestion(name: string, known: Iterable<string>): string {
  const candidate = nearest(name, known);
  return candidate === undefined ? "" : ` (did you mean ${candidate}?)`;
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Damerau's distance in its restricted form (no letter is moved twice). */
function editDistance(a: string, b: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((back[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (back[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (twoBack[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    twoBack = back;
    back = row;
  }
  return back[b.length] ?? 0;
}
