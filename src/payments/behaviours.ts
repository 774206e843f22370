/**
 * The switches between what the reference implementation does and what is right, for the payments model. Each names
 * one defect of the reference: true is the reference's way. Conventions that only surprise are not here; they are
 * followed always. Every switch is consulted in one place, marked `behaviour: <name>`, and explained in
 * docs/behaviours.md.
 *
 * @module
 */

/** One boolean for each defect of the reference; true does what the reference does. */
export interface Behaviours {
  /** spec 05 9.4: a ring of three is found in one of its two directions only. */
  readonly ascendingTrianglesOnly: boolean;
  /** spec 05 9.1: payments settled by a retry inside the liquidity-saving pass make no event and are not counted. */
  readonly silentRetries: boolean;
  /** spec 05 9.3: a pair that cannot be settled is counted, recorded and reported as an offset. */
  readonly blockedPairsCount: boolean;
  /** spec 05 9.3: a pair with equal sums needs the second bank, and only it, to be within its limit. */
  readonly equalPairsTestOneSide: boolean;
  /** spec 05 9.3: a split payment whose parts settle by offset or cycle stays open for ever. */
  readonly offsetsLeaveParentsOpen: boolean;
  /** spec 05 8.1: when a part of a part settles, the payment at the top is not reduced. */
  readonly onlyDirectParentsReduced: boolean;
  /** spec 05 9.5: limits are tested for each payment of a cycle on its own, so a cycle can break them. */
  readonly cycleLimitsPerPayment: boolean;
  /** spec 05 12: accumulated costs restart every day, so that a run reports the costs of its last day. */
  readonly costsForgottenDaily: boolean;
  /** spec 05 14.1: the last tick of a day counts in the next day's record. */
  readonly dayRecordsMissLastTick: boolean;
  /** spec 06 6.2: the counts of payments and collateral calls in day records are never counted. */
  readonly dayCountsStayZero: boolean;
  /** spec 05 14.2: the delay of a settled payment grows until someone asks for it. */
  readonly delaysRunToTheQuery: boolean;
  /** spec 05 6.3: collateral records take the state after the change for the state before it. */
  readonly collateralRecordsCountTwice: boolean;
  /** spec 06 7.2: the liquidity opportunity cost is part of a total but not of its parts. */
  readonly opportunityCostNotShown: boolean;
  /** spec 06 4.6: from the second day on a built-in policy gets its whole liquidity pool. */
  readonly fractionForgottenAfterDayZero: boolean;
  /** spec 07 7.4: a staggered split adds priorities modulo 256, so a large boost lowers them. */
  readonly boostWraps: boolean;
  /** spec 07 7.4: the parts that a staggered split holds back all come up in the next tick, whatever the gap. */
  readonly staggerGapIgnored: boolean;
  /** spec 05 7.4: splitting an amount into more parts than it has cents ends the run. */
  readonly tinySplitsStop: boolean;
  /** spec 07 7.5: a payment withdrawn from the central queue is in no queue and never settles. */
  readonly withdrawnPaymentsStranded: boolean;
  /** spec 05 7.6: resubmitting a payment that waits in Queue 1 puts it there twice, which can end the run. */
  readonly resubmittingDuplicates: boolean;
  /** spec 07 7.6: a tree that posts more collateral than the agent may hold ends the run. */
  readonly postingAboveCapacityStops: boolean;
  /** spec 05 6.3: a tree can withdraw collateral that covers an overdraft. */
  readonly treesWithdrawNeededCollateral: boolean;
  /** spec 05 6.5: a timer of no ticks set at the end of a tick never fires. */
  readonly lateTimersNeverFire: boolean;
  /** spec 05 16.6: withdrawing the last collateral by hand leaves it posted at tick 0. */
  readonly emptyCollateralPostedAtZero: boolean;
  /** spec 05 17.3: a checkpoint loses what a run needs to go on as it would have without a stop. */
  readonly checkpointsForget: boolean;
  /** spec 06 10.5: in scenario files collateral and limits are checked and dropped, unknown and engine keys ignored. */
  readonly filesDropValidatedKeys: boolean;
  /** spec 06 3.2: events that change arrivals do not reach agents with arrival bands. */
  readonly bandsIgnoreScenarioEvents: boolean;
  /** spec 06 10.5: `policy_feature_toggles` are not applied to `InlineJson` policies. */
  readonly jsonTextEscapesToggles: boolean;
  /** spec 06 2.2: a uniform draw of 0 cents ends the run. */
  readonly emptyAmountsStop: boolean;
  /** spec 06 1.2: a rate above 745 payments per tick gives about 750, whatever it is. */
  readonly largeRatesSaturate: boolean;
  /** spec 06 3.2: `auto_balance_others` has no effect. */
  readonly weightsNeverRebalanced: boolean;
  /** spec 06 3.2: a window of deadlines whose start was scaled past its end ends the run. */
  readonly invertedWindowsStop: boolean;
  /** spec 06 2.5: a drawn priority of 0 becomes 5. */
  readonly zeroPriorityBecomesFive: boolean;
  /** spec 06 2.4: deadlines of generated payments are capped at the first tick of the next day. */
  readonly arrivalsCappedIntoNextDay: boolean;
  /** spec 07 4.1: `effective_liquidity` takes an overdraft off twice. */
  readonly overdraftCountedTwice: boolean;
  /** spec 07 4.1: throughput "today" is that of all days, with split payments counted twice. */
  readonly throughputNeverResets: boolean;
  /** spec 07 6.2: node ids, depth, parameters and divisions of bank trees are not validated. */
  readonly bankTreesHalfValidated: boolean;
  /** spec 07 6.2: a division by zero on the left of another division is not found. */
  readonly leftDivisionsUnchecked: boolean;
  /** spec 07 4.1: `overdraft_utilization` is accepted in a bank tree and ends the run there. */
  readonly bankTreesLackUtilization: boolean;
  /** spec 07 4.1: five fields are accepted in payment trees that no payment has, and end the run. */
  readonly ghostFieldsAccepted: boolean;
  /** spec 07 6.1: a policy is validated at its first evaluation, in the middle of a run. */
  readonly policiesCheckedWhenReached: boolean;
  /** spec 07 6.2: actions and literals that cannot work end the run when reached, or are ignored. */
  readonly actionsCheckedWhenReached: boolean;
  /** spec 07 5.2: `focus_cpty_list` and `max_per_cpty` of a budget are ignored. */
  readonly shortBudgetKeysIgnored: boolean;
  /** spec 07 2.7: decimals of 16 and more digits in policies can be read one unit in the last place off. */
  readonly longDecimalsMisread: boolean;
  /** spec 07 8.3: `min_split_amount` of a LiquiditySplitting policy is never read. */
  readonly minSplitAmountIgnored: boolean;
  /** spec 07 6.4: feature toggles do not see what stands inside `not`, in functions and in parameters named `value`. */
  readonly categoriesOverlooked: boolean;
}

/** The right thing everywhere: the default. */
export const CORRECTED: Behaviours = Object.freeze({
  ascendingTrianglesOnly: false,
  silentRetries: false,
  blockedPairsCount: false,
  equalPairsTestOneSide: false,
  offsetsLeaveParentsOpen: false,
  onlyDirectParentsReduced: false,
  cycleLimitsPerPayment: false,
  costsForgottenDaily: false,
  dayRecordsMissLastTick: false,
  dayCountsStayZero: false,
  delaysRunToTheQuery: false,
  collateralRecordsCountTwice: false,
  opportunityCostNotShown: false,
  fractionForgottenAfterDayZero: false,
  boostWraps: false,
  staggerGapIgnored: false,
  tinySplitsStop: false,
  withdrawnPaymentsStranded: false,
  resubmittingDuplicates: false,
  postingAboveCapacityStops: false,
  treesWithdrawNeededCollateral: false,
  lateTimersNeverFire: false,
  emptyCollateralPostedAtZero: false,
  checkpointsForget: false,
  filesDropValidatedKeys: false,
  bandsIgnoreScenarioEvents: false,
  jsonTextEscapesToggles: false,
  emptyAmountsStop: false,
  largeRatesSaturate: false,
  weightsNeverRebalanced: false,
  invertedWindowsStop: false,
  zeroPriorityBecomesFive: false,
  arrivalsCappedIntoNextDay: false,
  overdraftCountedTwice: false,
  throughputNeverResets: false,
  bankTreesHalfValidated: false,
  leftDivisionsUnchecked: false,
  bankTreesLackUtilization: false,
  ghostFieldsAccepted: false,
  policiesCheckedWhenReached: false,
  actionsCheckedWhenReached: false,
  shortBudgetKeysIgnored: false,
  longDecimalsMisread: false,
  minSplitAmountIgnored: false,
  categoriesOverlooked: false,
});

/** What the reference does, for `--reference` and `reference: true`. */
export const REFERENCE: Behaviours = Object.freeze({
  ascendingTrianglesOnly: true,
  silentRetries: true,
  blockedPairsCount: true,
  equalPairsTestOneSide: true,
  offsetsLeaveParentsOpen: true,
  onlyDirectParentsReduced: true,
  cycleLimitsPerPayment: true,
  costsForgottenDaily: true,
  dayRecordsMissLastTick: true,
  dayCountsStayZero: true,
  delaysRunToTheQuery: true,
  collateralRecordsCountTwice: true,
  opportunityCostNotShown: true,
  fractionForgottenAfterDayZero: true,
  boostWraps: true,
  staggerGapIgnored: true,
  tinySplitsStop: true,
  withdrawnPaymentsStranded: true,
  resubmittingDuplicates: true,
  postingAboveCapacityStops: true,
  treesWithdrawNeededCollateral: true,
  lateTimersNeverFire: true,
  emptyCollateralPostedAtZero: true,
  checkpointsForget: true,
  filesDropValidatedKeys: true,
  bandsIgnoreScenarioEvents: true,
  jsonTextEscapesToggles: true,
  emptyAmountsStop: true,
  largeRatesSaturate: true,
  weightsNeverRebalanced: true,
  invertedWindowsStop: true,
  zeroPriorityBecomesFive: true,
  arrivalsCappedIntoNextDay: true,
  overdraftCountedTwice: true,
  throughputNeverResets: true,
  bankTreesHalfValidated: true,
  leftDivisionsUnchecked: true,
  bankTreesLackUtilization: true,
  ghostFieldsAccepted: true,
  policiesCheckedWhenReached: true,
  actionsCheckedWhenReached: true,
  shortBudgetKeysIgnored: true,
  longDecimalsMisread: true,
  minSplitAmountIgnored: true,
  categoriesOverlooked: true,
});

/** The names of all switches, in the order of the documentation. */
export const BEHAVIOUR_NAMES: readonly (keyof Behaviours)[] = Object.freeze(
  Object.keys(CORRECTED).filter((name): name is keyof Behaviours => name in CORRECTED),
);
