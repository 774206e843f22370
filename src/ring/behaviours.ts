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
  /** spec 03 6: a paired sweep cuts the face of a ticket to its integer part: 2.5 becomes 2, and 0.5 nothing. */
  readonly sweepTicketsAreWhole: boolean;
  /** spec 03 5.2: a face value, ratio or share of 0 in a balanced ring is replaced by its default. */
  readonly zeroTermsBecomeDefaults: boolean;
  /** spec 04 13.1: a sweep that switches the risk assessment off leaves it out, and the default is on. */
  readonly riskAssessmentStaysOn: boolean;
  /** spec 02 3.4: `M_t`, the money at the start of a day, is read from the final balances. */
  readonly moneyFromFinalBalances: boolean;
  /** spec 02 4: `time_to_stability` is the last due day, whenever the simulation came to rest. */
  readonly stabilityIsLastDueDay: boolean;
  /** spec 01 12.3, 04 12.2: a run that shows the central bank ends when the market burnt a whole piece of cash. */
  readonly burntCashStopsDisplayedRun: boolean;
  /** spec 01 17.3: the market burns cash without an event and without telling the central bank. */
  readonly cashBurntSilently: boolean;
  /** spec 04 4.2, 10, 11.1: market makers' cash stands in the market's books only; trades mint and burn cash. */
  readonly marketCashOffLedger: boolean;
  /** spec 04 10: what a trader gained or lost in a day is rounded to whole units. */
  readonly writeBackRoundsCash: boolean;
  /** spec 04 6: a market maker's cash moves by the price per unit of face, its customer's by the whole price. */
  readonly marketMakersPayUnitPrice: boolean;
  /** spec 04 9.8: a purchase that the buyer refuses costs the market maker the price times (face - 1). */
  readonly undonePurchaseDebits: boolean;
  /** spec 04 9.3: a dealer's ticket moves to the dealer of its new bucket for nothing. */
  readonly rebucketingIsFree: boolean;
  /** spec 04 3, 5.2, 15: the kernel counts a ticket as one unit of the ticket size, whatever its face. */
  readonly ticketsCountAsUnits: boolean;
  /** spec 04 9.3: traders do not see what they owe today, so that nobody is ever in urgent need of cash. */
  readonly duesOfTodayUnseen: boolean;
  /** spec 04 7: nobody learns from payments; the chance of default is always 0.05. */
  readonly paymentHistoryUnrecorded: boolean;
  /** spec 04 9.7: `sell_rejected` reports the base premium and not the one that decided. */
  readonly effectiveThresholdUnreported: boolean;
  /** spec 04 9.7: sellers judge the dealer's bid, also when the outside market would pay another price. */
  readonly sellersJudgeDealerBid: boolean;
  /** spec 04 4.1: `order_flow` and `trader_policy` are ignored: ten sellers, one buyer, eleven days, 500 units. */
  readonly orderFlowFixed: boolean;
  /** spec 04 2.4: traders are shuffled with seed 42 in every run, whatever `dealer.seed` says. */
  readonly marketSeedFixed: boolean;
  /** spec 04 2.4: a generated ring does not hand its seed to its market. */
  readonly generatedMarketUnseeded: boolean;
  /** spec 04 4.2: payables made after the start, by actions or rollover, cannot be traded. */
  readonly laterPayablesUntraded: boolean;
  /** spec 04 6, 11.2: the market sells a trader its own debt. */
  readonly ownDebtForSale: boolean;
  /** spec 04 9.5: agents that were expelled after a default go on trading. */
  readonly expelledAgentsTrade: boolean;
  /** spec 04 6, 9.8: buyers and outside traders spend cash that they do not have. */
  readonly marketRunsOnCredit: boolean;
  /** spec 04 10: a claim that was handed over outside of the market goes back to the market's owner. */
  readonly marketOverridesTransfers: boolean;
  /** spec 04 12.1: the run ends when a buyer meets a dealer that cannot sell and an empty outside market. */
  readonly emptyVbtStopsRun: boolean;
  /** spec 04 13.3: agents of the scenario named like market makers stay traders, and lose claims to these. */
  readonly namesakesStayTraders: boolean;
  /** spec 04 13.4: the section `balanced_dealer` has no effect. */
  readonly balancedSectionIgnored: boolean;
  /** spec 04 5.2: a dealer's ask can lie below its bid, and below 0, where the outside spread is wider than 2 M. */
  readonly quotesMayCross: boolean;
  /** spec 04 13.2: the price of the outside market is 1 whatever the outside-mid ratio of a balanced ring. */
  readonly outsideRatioIgnored: boolean;
  /** spec 04 11.4: a sold claim is renewed with its first creditor, who was not paid. */
  readonly rolloverToFirstCreditor: boolean;
  /** spec 04 15.3, 16: trades and days never tell that a dealer was full or passed over. */
  readonly limitFlagsNeverSet: boolean;
  /** spec 04 15.5: a purchase's return comes from another trader's earlier sale, never from its settlement. */
  readonly returnsIgnoreSettlement: boolean;
  /** spec 04 15.6: the margins of traders that default are not found. */
  readonly defaultedTradersUnmarked: boolean;
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
  sweepTicketsAreWhole: false,
  zeroTermsBecomeDefaults: false,
  riskAssessmentStaysOn: false,
  moneyFromFinalBalances: false,
  stabilityIsLastDueDay: false,
  burntCashStopsDisplayedRun: false,
  cashBurntSilently: false,
  marketCashOffLedger: false,
  writeBackRoundsCash: false,
  marketMakersPayUnitPrice: false,
  undonePurchaseDebits: false,
  rebucketingIsFree: false,
  ticketsCountAsUnits: false,
  duesOfTodayUnseen: false,
  paymentHistoryUnrecorded: false,
  effectiveThresholdUnreported: false,
  sellersJudgeDealerBid: false,
  orderFlowFixed: false,
  marketSeedFixed: false,
  generatedMarketUnseeded: false,
  laterPayablesUntraded: false,
  ownDebtForSale: false,
  expelledAgentsTrade: false,
  marketRunsOnCredit: false,
  marketOverridesTransfers: false,
  emptyVbtStopsRun: false,
  namesakesStayTraders: false,
  balancedSectionIgnored: false,
  quotesMayCross: false,
  outsideRatioIgnored: false,
  rolloverToFirstCreditor: false,
  limitFlagsNeverSet: false,
  returnsIgnoreSettlement: false,
  defaultedTradersUnmarked: false,
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
  sweepTicketsAreWhole: true,
  zeroTermsBecomeDefaults: true,
  riskAssessmentStaysOn: true,
  moneyFromFinalBalances: true,
  stabilityIsLastDueDay: true,
  burntCashStopsDisplayedRun: true,
  cashBurntSilently: true,
  marketCashOffLedger: true,
  writeBackRoundsCash: true,
  marketMakersPayUnitPrice: true,
  undonePurchaseDebits: true,
  rebucketingIsFree: true,
  ticketsCountAsUnits: true,
  duesOfTodayUnseen: true,
  paymentHistoryUnrecorded: true,
  effectiveThresholdUnreported: true,
  sellersJudgeDealerBid: true,
  orderFlowFixed: true,
  marketSeedFixed: true,
  generatedMarketUnseeded: true,
  laterPayablesUntraded: true,
  ownDebtForSale: true,
  expelledAgentsTrade: true,
  marketRunsOnCredit: true,
  marketOverridesTransfers: true,
  emptyVbtStopsRun: true,
  namesakesStayTraders: true,
  balancedSectionIgnored: true,
  quotesMayCross: true,
  outsideRatioIgnored: true,
  rolloverToFirstCreditor: true,
  limitFlagsNeverSet: true,
  returnsIgnoreSettlement: true,
  defaultedTradersUnmarked: true,
});

/** The names of all switches, in the order of the documentation. */
export const BEHAVIOUR_NAMES: readonly (keyof Behaviours)[] = Object.freeze(
  Object.keys(CORRECTED).filter((name): name is keyof Behaviours => name in CORRECTED),
);
