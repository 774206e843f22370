/**
 * The error of the payments model. The reference tells callers apart by the class of its exceptions; recordings and
 * `--export-final` name that class, so an error carries it.
 *
 * @module
 */

/** What kind of failure it is, in the words of the recordings; `panic` ends the call in the middle of its work. */
export type PaymentsErrorKind = "ValueError" | "TypeError" | "RuntimeError" | "KeyError" | "OverflowError" | "panic";

/** A refused input, a refused call, or a tick that could not be completed. */
export class PaymentsError extends Error {
  override readonly name: string = "PaymentsError";
  constructor(readonly kind: PaymentsErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** An abort in the middle of a tick: what was done before stays done. */
export function panic(message: string): PaymentsError {
  return new PaymentsError("panic", message);
}

/** A refusal with the engine's own text, such as `Invalid config: ...`; the outer call adds its prefix. */
export class EngineRefusal extends Error {
  override readonly name: string = "EngineRefusal";
}
