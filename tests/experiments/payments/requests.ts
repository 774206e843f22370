/** What a proposer is asked, for tests. */
import type { ProposalRequest } from "../../../src/experiments/payments/contracts.ts";
import { defaultPolicy } from "../../../src/experiments/payments/policies.ts";
import { DEFAULT_COST_RATES } from "../../../src/payments/config.ts";

/** A request of BANK_A with changes. */
export function request(changes: Partial<ProposalRequest> = {}): ProposalRequest {
  return {
    agent: "BANK_A",
    iteration: 0,
    attempt: 0,
    errors: [],
    current: defaultPolicy("BANK_A"),
    cost: 100,
    costBreakdown: { delay_cost: 100 },
    constraints: { allowedParameters: [], allowedFields: [], allowedActions: new Map(), lsmEnabled: true },
    costRates: DEFAULT_COST_RATES,
    history: [],
    events: [],
    minSettlementRate: 0.95,
    customization: "",
    seed: 1,
    signal: undefined,
    ...changes,
  };
}
