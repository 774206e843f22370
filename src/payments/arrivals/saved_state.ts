/**
 * Reads what a checkpoint kept of the streams of payments: text from a file, so every value is looked at.
 *
 * @module
 */
import { ValidationError } from "../../core/errors.ts";
import type { StreamState } from "./stream.ts";

/** @throws {ValidationError} naming the place that does not fit. */
export function readArrivalState(state: unknown): readonly (readonly StreamState[])[] {
  return listOf(state, ["arrivals"]).map((streams, agent) =>
    listOf(streams, ["arrivals", agent]).map((stream, i) => streamState(stream, ["arrivals", agent, i]))
  );
}

type Path = readonly (string | number)[];

function streamState(value: unknown, path: Path): StreamState {
  const number = (key: string): number => {
    const found = memberOf(value, key);
    if (typeof found === "number") return found;
    throw refusal([...path, key], "expected a number");
  };
  return {
    rate: number("rate"),
    base_rate: number("base_rate"),
    min_offset: number("min_offset"),
    max_offset: number("max_offset"),
    weights: listOf(memberOf(value, "weights"), [...path, "weights"]).map((pair, i) => {
      const [id, weight] = listOf(pair, [...path, "weights", i]);
      if (typeof id === "string" && typeof weight === "number") return [id, weight];
      throw refusal([...path, "weights", i], "expected an id and a weight");
    }),
  };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function listOf(value: unknown, path: Path): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refusal(path, "expected a list");
}

function refusal(path: Path, message: string): ValidationError {
  return new ValidationError("Checkpoint", [{ path, message }]);
}
