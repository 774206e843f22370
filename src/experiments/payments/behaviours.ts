/**
 * Where policy experiments follow the reference although it is wrong (spec 08 13 to 20). Each switch is consulted in one
 * place, marked `// behaviour: name`.
 *
 * @module
 */

/** The switches: true is what the reference does. */
export interface ExperimentBehaviours {
  /** spec 08 16.2: significance is tested on the interval of the new cost, not of the improvement. */
  readonly costIntervalTested: boolean;
  /** spec 08 14.1: a best cost of 0 counts as none and is overwritten. */
  readonly zeroBestForgotten: boolean;
  /** spec 08 17.1: the tick of a deadline is taken for its distance, so that resampled deadlines are laxer. */
  readonly deadlinesDrift: boolean;
  /** spec 08 17.1: the parts of a split payment are resampled besides the payment. */
  readonly partsResampled: boolean;
  /** spec 08 17.3: the sandbox forgets the scenario's rules of settlement and the agent's collateral and limits. */
  readonly sandboxForgetsRules: boolean;
  /** spec 08 17.3: income that would arrive after the last tick is lost instead of arriving in it. */
  readonly lateIncomeLost: boolean;
  /** spec 08 17.4: what a bootstrap sample settles is not looked at. */
  readonly sampleRatesUnknown: boolean;
  /** spec 08 16.3: a policy that settles too little is rejected even if the current one settles less. */
  readonly floorIsAbsolute: boolean;
  /** spec 08 5: samples are not numbered and never stored, whatever `--persist-bootstrap` says. */
  readonly samplesNotStored: boolean;
  /** spec 08 15: the total of a bootstrap evaluation is the mean over agents, not the sum. */
  readonly totalIsMean: boolean;
  /** spec 08 16.2: an agent's proposal is tried in another simulation than the one its cost was shown for. */
  readonly trialsUseOtherSeeds: boolean;
  /** spec 08 16.1: a policy that the engine refuses stays in force and ends the experiment. */
  readonly refusedPolicyStays: boolean;
  /** spec 08 16.1: what was said about a refused policy is stored twice. */
  readonly refusalsStoredTwice: boolean;
  /** spec 08 14.1: iterations are stored as if no policy had ever been accepted. */
  readonly acceptancesForgotten: boolean;
  /** spec 08 14.1: reaching the last iteration counts as having converged. */
  readonly limitConverges: boolean;
  /** spec 08 14.2: liquidity, collateral and split costs are missing in the parts of a cost. */
  readonly costPartsMissing: boolean;
  /** spec 08 15: evaluations are filed under iteration 0. */
  readonly evaluationsFiledUnderZero: boolean;
  /** spec 08 17.3: simulation and sandbox disagree about what makes a policy a tree. */
  readonly policyFormsDiffer: boolean;
  /** spec 08 19.2: proposals are checked where real policies have nothing to check. */
  readonly proposalsHardlyChecked: boolean;
  /** spec 08 20: the course of an experiment is shown but not stored. */
  readonly courseNotStored: boolean;
  /** spec 08 9.4: a stored simulation shows the scenario file, not the seed and the policies that were simulated. */
  readonly storedConfigIsTheFile: boolean;
  /** spec 08 9.4: of a stored simulation there are events, registers and the cost of the optimised agents. */
  readonly onlyEventsStored: boolean;
  /** spec 08 16.2: figures of one agent are repeated for all agents. */
  readonly figuresRepeated: boolean;
}

/** The right thing everywhere: the default. */
export const CORRECTED: ExperimentBehaviours = Object.freeze({
  costIntervalTested: false,
  zeroBestForgotten: false,
  deadlinesDrift: false,
  partsResampled: false,
  sandboxForgetsRules: false,
  lateIncomeLost: false,
  sampleRatesUnknown: false,
  floorIsAbsolute: false,
  samplesNotStored: false,
  totalIsMean: false,
  trialsUseOtherSeeds: false,
  refusedPolicyStays: false,
  refusalsStoredTwice: false,
  acceptancesForgotten: false,
  limitConverges: false,
  costPartsMissing: false,
  evaluationsFiledUnderZero: false,
  policyFormsDiffer: false,
  proposalsHardlyChecked: false,
  courseNotStored: false,
  storedConfigIsTheFile: false,
  onlyEventsStored: false,
  figuresRepeated: false,
});

/** What the reference does, for `--reference`. */
export const REFERENCE: ExperimentBehaviours = Object.freeze({
  costIntervalTested: true,
  zeroBestForgotten: true,
  deadlinesDrift: true,
  partsResampled: true,
  sandboxForgetsRules: true,
  lateIncomeLost: true,
  sampleRatesUnknown: true,
  floorIsAbsolute: true,
  samplesNotStored: true,
  totalIsMean: true,
  trialsUseOtherSeeds: true,
  refusedPolicyStays: true,
  refusalsStoredTwice: true,
  acceptancesForgotten: true,
  limitConverges: true,
  costPartsMissing: true,
  evaluationsFiledUnderZero: true,
  policyFormsDiffer: true,
  proposalsHardlyChecked: true,
  courseNotStored: true,
  storedConfigIsTheFile: true,
  onlyEventsStored: true,
  figuresRepeated: true,
});

/** The names of all switches, in the order of the documentation. */
export const BEHAVIOUR_NAMES: readonly (keyof ExperimentBehaviours)[] = Object.freeze(
  Object.keys(CORRECTED).filter((name): name is keyof ExperimentBehaviours => name in CORRECTED),
);
