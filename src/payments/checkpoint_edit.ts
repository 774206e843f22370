/**
 * Changing a saved state, as scripts do to see what a restore makes of it.
 *
 * @module
 */

const SEED = /"rng_seed":(\d+)/;

/** A checkpoint with changes at paths; the seed is kept apart because it does not fit a double. */
export function editedCheckpoint(saved: string, changes: readonly unknown[]): string {
  const seed = SEED.exec(saved)?.[1] ?? "0";
  const root: unknown = JSON.parse(saved.replace(SEED, '"rng_seed":"kept"'));
  for (const change of changes) {
    const [path, value] = list(change);
    setAt(root, list(path), value);
  }
  return JSON.stringify(root).replace('"rng_seed":"kept"', `"rng_seed":${seed}`);
}

function setAt(root: unknown, path: readonly unknown[], value: unknown): void {
  let place = root;
  path.forEach((key, depth) => {
    if (typeof place !== "object" || place === null) return;
    if (depth === path.length - 1) Reflect.set(place, String(key), value);
    else place = Reflect.get(place, String(key));
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
