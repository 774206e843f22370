/** Small logs in the notation of spec 02 18: `C` creates a payable, `P` settles one. */

export interface Line {
  readonly kind: string;
  readonly [key: string]: unknown;
}

export function C(
  debtor: string,
  creditor: string,
  amount: unknown,
  due_day: number,
  id: string,
  alias?: string,
): Line {
  return { kind: "PayableCreated", day: 0, debtor, creditor, amount, due_day, payable_id: id, alias: alias ?? null };
}

export function P(debtor: string, creditor: string, amount: unknown, day: number, id: string, alias?: string): Line {
  return { kind: "PayableSettled", day, pid: id, contract_id: id, alias: alias ?? null, debtor, creditor, amount };
}

export function jsonLines(lines: readonly Line[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
