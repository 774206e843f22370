/**
 * The switches between what the reference implementation does and what is right. Each names one defect of the
 * reference: true is the reference's way. Conventions that only surprise are not here; they are followed always.
 * Every switch is consulted in one place, marked `behaviour: <name>`, and explained in docs/behaviours.md.
 *
 * @module
 */

/** One boolean for each defect of the reference; true does what the reference does. */
export interface Behaviours {
  /** spec 01 7: the amount of `create_payable` loses its fraction, 0.5 becomes a payable of nothing. */
  readonly payablesLoseFractions: boolean;
  /** spec 01 9.2: deposits at two banks, the first too small for the whole payment: nothing is paid by deposit. */
  readonly depositsPayFromOneBankOnly: boolean;
  /** spec 01 9.2: paying one's own bank, which has no deposit at itself, ends the run. */
  readonly payingOwnBankStopsRun: boolean;
  /** spec 01 9.2: whoever holds its own debt defaults on itself in spite of its cash. */
  readonly selfHeldDebtDefaults: boolean;
  /** spec 01 4: a piece of money that came back to its issuer can be passed on whole but not in part. */
  readonly ownMoneyCannotBeSplit: boolean;
  /** spec 01 7: `client_payment` uses the last bank with any deposit, even an empty one. */
  readonly clientPaymentUsesLastBank: boolean;
  /** spec 01 7: `transfer_stock` looks at one lot only, although several together would do. */
  readonly stockTransferUsesOneLot: boolean;
  /** spec 01 7: an action that fails half way leaves what it did before (an instrument whose alias is taken). */
  readonly failedActionsLeaveTraces: boolean;
  /** spec 01 7, 9.1: a payable whose due day has passed is never due, and is open for ever. */
  readonly pastDueNeverSettles: boolean;
  /** spec 01 7: the default maturity distance is the due day itself, also for a payable made later than day 0. */
  readonly maturityDistanceIsDueDay: boolean;
  /** spec 01 10: a maturity distance below one day rolls over to a payable that is never due, or ends the run. */
  readonly rolloverWithoutDistance: boolean;
  /** spec 01 10: rollover re-lends cash only, and keeps the full claim when less was re-lent. */
  readonly rolloverKeepsUnlentAmount: boolean;
  /** spec 01 9.4 g: when the last agent defaults, that default is undone before the run ends. */
  readonly lastDefaultUndone: boolean;
  /** spec 01 9.4 f: an expulsion also cancels actions that were carried out already. */
  readonly executedActionsCancelled: boolean;
  /** spec 01 9.4: debts of an expelled agent, which nobody will pay, keep the run going to its last day. */
  readonly expelledDebtsKeepRunAlive: boolean;
  /** spec 01 12.3: a run ends though actions are staged for later days. */
  readonly stagedActionsIgnoredByStop: boolean;
  /** spec 01 2.3: a payment order with an unknown method loads, and ends the run when the method is met. */
  readonly unknownPaymentMethodLoads: boolean;
  /** spec 01 6: a scheduled action with wrong fields loads, and ends the run on its day. */
  readonly badScheduledActionLoads: boolean;
  /** spec 03 3.4: the excess of the 0.01 floor is charged to the last amount only, so that the sum can pass Q. */
  readonly floorExcessChargedToLast: boolean;
  /** spec 03 3.1: a sweep's amounts pass through doubles before the engine sees them. */
  readonly sweepAmountsAreDoubles: boolean;
  /** spec 02 3.4: `M_t`, the money at the start of a day, is read from the final balances. */
  readonly moneyFromFinalBalances: boolean;
  /** spec 02 4: `time_to_stability` is the last due day, whenever the simulation came to rest. */
  readonly stabilityIsLastDueDay: boolean;
}

/** The right thing everywhere: the default. */
export const CORRECTED: Behaviours = Object.freeze({
  payablesLoseFractions: false,
  depositsPayFromOneBankOnly: false,
  payingOwnBankStopsRun: false,
  selfHeldDebtDefaults: false,
  ownMoneyCannotBeSplit: false,
  clientPaymentUsesLastBank: false,
  stockTransferUsesOneLot: false,
  failedActionsLeaveTraces: false,
  pastDueNeverSettles: false,
  maturityDistanceIsDueDay: false,
  rolloverWithoutDistance: false,
  rolloverKeepsUnlentAmount: false,
  lastDefaultUndone: false,
  executedActionsCancelled: false,
  expelledDebtsKeepRunAlive: false,
  stagedActionsIgnoredByStop: false,
  unknownPaymentMethodLoads: false,
  badScheduledActionLoads: false,
  floorExcessChargedToLast: false,
  sweepAmountsAreDoubles: false,
  moneyFromFinalBalances: false,
  stabilityIsLastDueDay: false,
});

/** What the reference does, for `--reference` and `reference: true`. */
export const REFERENCE: Behaviours = Object.freeze({
  payablesLoseFractions: true,
  depositsPayFromOneBankOnly: true,
  payingOwnBankStopsRun: true,
  selfHeldDebtDefaults: true,
  ownMoneyCannotBeSplit: true,
  clientPaymentUsesLastBank: true,
  stockTransferUsesOneLot: true,
  failedActionsLeaveTraces: true,
  pastDueNeverSettles: true,
  maturityDistanceIsDueDay: true,
  rolloverWithoutDistance: true,
  rolloverKeepsUnlentAmount: true,
  lastDefaultUndone: true,
  executedActionsCancelled: true,
  expelledDebtsKeepRunAlive: true,
  stagedActionsIgnoredByStop: true,
  unknownPaymentMethodLoads: true,
  badScheduledActionLoads: true,
  floorExcessChargedToLast: true,
  sweepAmountsAreDoubles: true,
  moneyFromFinalBalances: true,
  stabilityIsLastDueDay: true,
});

/** The names of all switches, in the order of the documentation. */
export const BEHAVIOUR_NAMES: readonly (keyof Behaviours)[] = Object.freeze(
  Object.keys(CORRECTED).filter((name): name is keyof Behaviours => name in CORRECTED),
);
