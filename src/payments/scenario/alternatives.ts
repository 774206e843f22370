/**
 * A value that may be one of several records, told apart by `type` or, where that is left out, by what fits best
 * (spec 06 10.3).
 *
 * @module
 */
import { suggestion } from "../../core/nearest.ts";
import { Findings, type Path } from "./findings.ts";
import {
  defaulted,
  type Field,
  type Kind,
  oneOf,
  type Reading,
  record,
  type RecordOf,
  REFUSED,
  type Rule,
  type Shape,
  type ValueOf,
} from "./kinds.ts";
import { isMap, member } from "./numbers.ts";

/** One of the records; `type` is its name. */
export interface Alternative<T> extends Kind<T> {
  readonly type: string;
}

/** An alternative with the fields of `shape` besides `type`. */
export function alternative<const T extends string, S extends Shape>(
  type: T,
  shape: S,
  ...rules: readonly Rule<RecordOf<S & { readonly type: Field<T> }>>[]
): Alternative<RecordOf<S & { readonly type: Field<T> }>> {
  const fields: S & { readonly type: Field<T> } = { type: defaulted<T>(oneOf([type]), type), ...shape };
  return { type, read: record(type, fields, ...rules).read };
}

interface Attempt {
  readonly type: string;
  readonly reading: Reading<unknown>;
  readonly findings: Findings;
}

/**
 * One of the alternatives, in their declared order. What does not fit any is reported for the one that was meant: the
 * one that `type` names, else the one with the most known keys.
 */
export function oneOfRecords<A extends readonly Alternative<unknown>[]>(alternatives: A): Kind<ValueOf<A[number]>>;
export function oneOfRecords(alternatives: readonly Alternative<unknown>[]): Kind<unknown> {
  const types = alternatives.map(({ type }) => type);
  return {
    read(value, path, findings) {
      const attempts = alternatives.map(({ type, read }): Attempt => {
        const own = new Findings();
        return { type, reading: read(value, path, own), findings: own };
      });
      const fitting = attempts.filter(({ reading }) => reading !== REFUSED);
      const chosen = best(fitting) ?? meant(attempts, value, path, findings, types);
      if (chosen === undefined) return REFUSED;
      findings.take(chosen.findings);
      return chosen.reading;
    },
  };
}

/** The attempt with the most given keys, then the least conversion, then the first. */
function best(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.reduce<Attempt | undefined>((found, next) => {
    if (found === undefined) return next;
    const keys = next.findings.given - found.findings.given;
    return keys > 0 || (keys === 0 && next.findings.fit > found.findings.fit) ? next : found;
  }, undefined);
}

function meant(
  attempts: readonly Attempt[],
  value: unknown,
  path: Path,
  findings: Findings,
  types: readonly string[],
): Attempt | undefined {
  if (!isMap(value)) {
    findings.problem(path, `Input should be a valid dictionary of type ${types.join(", ")}`, value);
    return undefined;
  }
  const type = member(value, "type");
  if (type !== undefined) {
    const named = attempts.find((attempt) => attempt.type === type);
    if (named !== undefined) return named;
    const near = typeof type === "string" ? suggestion(type, types) : "";
    findings.problem([...path, "type"], `Input should be one of ${types.join(", ")}${near}`, type);
    return undefined;
  }
  const likely = best(attempts);
  if (likely !== undefined && likely.findings.given > 0) return likely;
  findings.problem([...path, "type"], `Field required: one of ${types.join(", ")}`);
  return undefined;
}
