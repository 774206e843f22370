/**
 * What the engine and the policies know of each other. The engine shows one agent and one payment at a time through
 * {@linkcode PolicyView}; a policy answers with a decision. The view computes a value only when it is read, so that a
 * tree costs no more than the fields it names.
 *
 * `policies/create.ts` exports `createPolicy(config: PolicyConfig, behaviours: Behaviours): Policy`. It only parses
 * (spec 07 6.1) and throws {@linkcode PolicyDocumentError}; the tests of spec 07 6.2 run at the first evaluation.
 *
 * @module
 */
import type { CostRates } from "./config.ts";

/** Declared urgency of a payment in the central queue: 0 `HighlyUrgent`, 1 `Urgent`, 2 `Normal`; -1 is none. */
export type RtgsPriority = 0 | 1 | 2;

/** The names behind {@linkcode RtgsPriority}. */
export const RTGS_PRIORITY_NAMES = ["HighlyUrgent", "Urgent", "Normal"] as const;

/**
 * One agent and one payment as a policy sees them. Raw state only: the fields of spec 07 4.1 are computed from it by
 * the policies. In the collateral trees the payment is the dummy of spec 07 4.2; in the bank tree there is none, and
 * its amounts read 0. Money in cents, times in ticks.
 */
export interface PolicyView {
  readonly tick: number;
  readonly ticksPerDay: number;
  readonly agentCount: number;
  readonly eodRushThreshold: number;
  readonly costRates: CostRates;

  readonly balance: number;
  readonly unsecuredCap: number;
  readonly postedCollateral: number;
  readonly collateralHaircut: number;
  /** Configured, or 10 times the cap. */
  readonly maxCollateralCapacity: number;
  /** floor(posted x max(1 - haircut, 0)). */
  readonly collateralValue: number;
  /** max(balance, 0) + max(cap + collateral value - credit used, 0). */
  readonly availableLiquidity: number;

  readonly queue1Length: number;
  /** Sum of remaining amounts; a duplicated entry counts twice. */
  readonly queue1Value: number;
  /** All agents, live. */
  readonly queue2Length: number;
  readonly queue2Value: number;
  /** Of this agent, from the index of the last liquidity-saving pass. */
  readonly queue2OwnCount: number;
  /** From the index; Infinity when there is none. */
  readonly queue2OwnNearestDeadline: number;

  /** Sum of the original amounts of all payments ever sent by the agent, split parents and children both. */
  readonly sentAmount: number;
  /** What of them is settled. */
  readonly sentSettled: number;
  /** The same for payments that arrived today, each counted once (children, not their parents). */
  readonly sentAmountToday: number;
  readonly sentSettledToday: number;

  /** Value of a state register, 0 when there is none (spec 07 3.1). */
  register(name: string): number;

  readonly amount: number;
  readonly remaining: number;
  readonly arrivalTick: number;
  readonly deadlineTick: number;
  readonly priority: number;
  readonly hasParent: boolean;
  /** The tick in which the payment became overdue, -1 while it is not. */
  readonly overdueSince: number;
  /** Whether the payment carries an RTGS priority (field `is_in_queue2`). */
  readonly hasRtgsPriority: boolean;
  /** Whether the payment is evaluated in the central queue (step 2d). */
  readonly inQueue2: boolean;
}

/** What to do with one payment (spec 07 5.1). Numbers are converted as spec 07 3.5 says, not capped further. */
export type PaymentDecision =
  | {
    readonly kind: "release";
    /** 10, 5, 1 or none. */
    readonly priority: number | undefined;
    /** `timed_for_tick`. */
    readonly atTick: number | undefined;
  }
  | { readonly kind: "split"; readonly parts: number }
  /** The parts beyond the first come up one by one, `gap` ticks apart; `boost` is 0 to 255. */
  | {
    readonly kind: "stagger";
    readonly parts: number;
    readonly firstNow: number;
    readonly gap: number;
    readonly boost: number;
  }
  /** The reason as the event shows it, `Custom("...")` escaped (spec 07 7.3). */
  | { readonly kind: "hold"; readonly reason: string }
  | { readonly kind: "drop" }
  /** 0 to 255. */
  | { readonly kind: "reprioritize"; readonly priority: number }
  | { readonly kind: "withdraw" }
  | { readonly kind: "resubmit"; readonly rtgsPriority: RtgsPriority };

/** What to do with the budget or a register (spec 07 5.2). Amounts saturate at 2^63 - 1, which is a double 2^63 here. */
export type BankDecision =
  | { readonly kind: "none" }
  | {
    readonly kind: "budget";
    readonly maxValue: number;
    readonly focus: readonly string[] | undefined;
    readonly perCounterparty: number | undefined;
  }
  | {
    readonly kind: "set" | "add";
    readonly key: string;
    readonly value: number;
    readonly reason: string;
    /** `N1(false) → A2`. */
    readonly path: string;
  };

/** What to do with collateral (spec 07 5.3). Amounts are > 0; `reason` is one of the six names. */
export type CollateralDecision =
  | { readonly kind: "hold" }
  | {
    readonly kind: "post";
    readonly amount: number;
    readonly reason: string;
    /** Ticks until the automatic withdrawal. */
    readonly timer: number | undefined;
  }
  | { readonly kind: "withdraw"; readonly amount: number; readonly reason: string };

/**
 * The compiled policy of one agent. Each function throws {@linkcode PolicyError}. Where the document has no such tree
 * `bank` answers `none` and the collateral functions `hold`, without validation unless they are defined.
 */
export interface Policy {
  /** The bank tree; undefined when the document has none. */
  readonly bank: ((view: PolicyView) => BankDecision) | undefined;
  readonly strategicCollateral: ((view: PolicyView) => CollateralDecision) | undefined;
  readonly endOfTickCollateral: ((view: PolicyView) => CollateralDecision) | undefined;
  /** The payment tree for one payment; throws when the document has none. */
  payment(view: PolicyView): PaymentDecision;
  /** Whether the payment tree can withdraw or resubmit; otherwise step 2d only calls {@linkcode validate}. */
  readonly actsOnQueue2: boolean;
  /** Validates once, as the first evaluation does; cheap afterwards. */
  validate(): void;
  /** `parameters.initial_liquidity_fraction` of a JSON policy when it is a number (spec 07 8.5). */
  readonly initialLiquidityFraction: number | undefined;
}

/** A document that cannot be parsed; the message is what follows `Failed to create JSON policy for agent X: `. */
export class PolicyDocumentError extends Error {
  override readonly name: string = "PolicyDocumentError";
}

/**
 * A tree that cannot be evaluated. `validation`: the message is the list in debug style, `[DuplicateNodeId("A")]`;
 * `traversal` and `action`: the texts of spec 07 3.6. The engine adds the words around it.
 */
export class PolicyError extends Error {
  override readonly name: string = "PolicyError";
  constructor(readonly stage: "validation" | "traversal" | "action", message: string) {
    super(message);
  }
}
