/**
 * The secondary market for payables: set up once, run once a day between the scheduled actions and settlement.
 * Source: specification chapter 04, sections 4, 8, 9 and 10.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import { MersenneTwister } from "../../core/mersenne_twister.ts";
import { BucketMarket, MarketMaker } from "./bucket_market.ts";
import { type CashRoute, cashRoute } from "./cash_route.ts";
import { Daybook } from "./daybook.ts";
import { TradingFloor } from "./floor.ts";
import { PaymentHistory, realisedReturns } from "./history.ts";
import type { MarketLedger, MarketMakerKind, Party } from "./market_ledger.ts";
import { type DealerMetrics, dealerMetrics } from "./metrics.ts";
import { eligibleTraders, runOrders } from "./order_flow.ts";
import type { MarketOutcome } from "./outcome.ts";
import { TicketRegistry } from "./registry.ts";
import { RiskAssessor } from "./risk.ts";
import type { MarketRules } from "./rules.ts";
import { type TicketMeasure, ticketMeasure } from "./ticket_measure.ts";
import { Trader } from "./trader.ts";

/** The market of one run. */
export class Market {
  readonly #ledger: MarketLedger;
  readonly #rules: MarketRules;
  readonly #measure: TicketMeasure;
  readonly #random: MersenneTwister;
  readonly #assessor: RiskAssessor | null;
  readonly #history: PaymentHistory | null;
  readonly #cash: CashRoute;
  readonly #markets: BucketMarket[] = [];
  readonly #makers: MarketMaker[] = [];
  /** Agents that are market makers and nothing else. */
  readonly #makerKinds = new Map<number, MarketMakerKind>();
  readonly #traders = new Map<number, Trader>();
  readonly #traderList: readonly Trader[];
  readonly #registry: TicketRegistry;
  readonly #floor: TradingFloor;
  readonly #daybook = new Daybook();
  /** Margins of traders on the day on which they last had dues, by agent; null when nobody asks. */
  readonly #margins: Map<number, { day: number; margin: Decimal }> | null;
  readonly #initialMoney: Decimal;
  readonly #initialDebt: Decimal;

  /**
   * Opens the market: adds its market makers to the ledger, gives them their capital and makes tickets of all payables
   * (spec 04 4.2).
   */
  constructor(ledger: MarketLedger, rules: MarketRules) {
    this.#ledger = ledger;
    this.#rules = rules;
    const { behaviours } = rules;
    this.#measure = ticketMeasure(rules.size, behaviours);
    this.#random = new MersenneTwister(rules.seed);
    this.#assessor = rules.risk === null ? null : new RiskAssessor(rules.risk);
    // behaviour: paymentHistoryUnrecorded
    const records = !behaviours.paymentHistoryUnrecorded;
    this.#history = this.#assessor !== null && records ? new PaymentHistory(ledger.log, this.#assessor) : null;
    // behaviour: defaultedTradersUnmarked
    this.#margins = behaviours.defaultedTradersUnmarked ? null : new Map();
    this.#cash = cashRoute(ledger, behaviours);
    const founded = this.#foundMarkets();
    this.#initialMoney = this.#moneyOutside();
    this.#capitalise(founded);
    this.#openTraders();
    this.#traderList = [...this.#traders.values()];
    const parts = {
      ledger,
      markets: this.#markets,
      traders: this.#traders,
      makers: this.#makerKinds,
      assessor: this.#assessor,
      cash: this.#cash,
      behaviours,
    };
    this.#registry = new TicketRegistry(parts);
    this.#floor = new TradingFloor(parts);
    this.#initialDebt = this.#registry.open(0);
  }

  /** Adds the market makers of every bucket; returns those that are new. */
  #foundMarkets(): Set<MarketMaker> {
    const known = new Map(this.#ledger.parties.map((party) => [party.id, party]));
    const founded = new Set<MarketMaker>();
    const found = (kind: MarketMakerKind, bucket: string): MarketMaker => {
      const id = `${kind}_${bucket}`;
      const namesake = known.get(id);
      const label = kind === "dealer" ? "Dealer" : "VBT";
      const maker = new MarketMaker(namesake ?? this.#ledger.addMarketMaker(id, kind, `${label} (${bucket})`));
      if (namesake === undefined) founded.add(maker);
      if (this.#makesMarkets(namesake)) this.#makerKinds.set(maker.party.number, kind);
      this.#makers.push(maker);
      return maker;
    };
    for (const [number, bucket] of this.#rules.buckets.entries()) {
      const dealer = found("dealer", bucket.name);
      const vbt = found("vbt", bucket.name);
      this.#markets.push(new BucketMarket(bucket, number, dealer, vbt, this.#measure, this.#rules.behaviours));
    }
    return founded;
  }

  /** Whether a market maker is one in earnest: an agent of the scenario with its name is a mere trader in the reference. */
  #makesMarkets(namesake: Party | undefined): boolean {
    // behaviour: namesakesStayTraders
    return namesake === undefined || !this.#rules.behaviours.namesakesStayTraders;
  }

  /** Cash of everybody but market makers, in the order of agents. */
  #moneyOutside(): Decimal {
    let money = Decimal.ZERO;
    for (const { number, kind } of this.#ledger.parties) {
      if (this.#makerKinds.has(number) || kind === "dealer" || kind === "vbt") continue;
      money = money.plus(this.#ledger.cashOf(number));
    }
    return money;
  }

  /** Gives the market makers their share of all cash. Agents of the scenario bring their own. */
  #capitalise(founded: ReadonlySet<MarketMaker>): void {
    const { dealerShare, vbtShare } = this.#rules;
    const parts = Decimal.integer(this.#markets.length);
    for (const market of this.#markets) {
      for (const [maker, share] of [[market.dealer, dealerShare], [market.vbt, vbtShare]] as const) {
        const { number } = maker.party;
        if (this.#makerKinds.has(number) && !founded.has(maker)) maker.cash = this.#ledger.cashOf(number);
        else this.#cash.endow(maker, this.#initialMoney.times(share).dividedBy(parts));
      }
      market.requote();
      market.initialEquity = market.equity();
    }
  }

  #openTraders(): void {
    for (const party of this.#ledger.parties) {
      if (party.kind !== "household" || this.#makerKinds.has(party.number)) continue;
      this.#traders.set(party.number, new Trader(party));
    }
  }

  /**
   * Trades for a day and brings the result to the ledger, with all events.
   *
   * @throws {SimulationError} when the market stops the run; the day then has no trades in the log.
   */
  tradeDay(day: number): void {
    const { log } = this.#ledger;
    log.emit("SubphaseB_Dealer");
    const events = log.length;
    try {
      this.#trade(day);
    } catch (error) {
      log.truncate(events);
      throw error;
    }
    this.#handOver();
    this.#cash.writeBack(this.#traderList);
  }

  #trade(day: number): void {
    const registry = this.#registry;
    this.#history?.recordLastDay();
    this.#assessor?.startDay(day);
    this.#cash.refresh(this.#traderList, this.#makers);
    registry.adoptHolders();
    registry.admitNew(day);
    registry.expire(day);
    this.#history?.expect(day, registry.dueToday);
    for (const market of this.#markets) market.requote();
    this.#noteMargins(day);
    this.#floor.openDay(day, this.#daybook.open(day, this.#markets, this.#traderList, this.#measure));
    const { orders, behaviours } = this.#rules;
    const eligible = eligibleTraders(this.#traderList, day, orders, behaviours);
    runOrders(eligible, orders.arrivals, this.#random, this.#floor);
  }

  /** Keeps the margins of those who have something to pay today: one of them may default. */
  #noteMargins(day: number): void {
    if (this.#margins === null) return;
    const bids = this.#markets.map((market) => market.quotes.bid);
    for (const { issuer } of this.#registry.dueToday) {
      const trader = this.#traders.get(issuer);
      if (trader === undefined || this.#margins.get(issuer)?.day === day) continue;
      this.#margins.set(issuer, { day, margin: trader.safetyMargin(bids) });
    }
  }

  /** Brings the day's net changes of ownership to the ledger, in the order of tickets (spec 04 10). */
  #handOver(): void {
    const { log } = this.#ledger;
    for (const ticket of this.#registry.live) {
      const { number, holder, amount, dueDay, open } = this.#ledger.claim(ticket.claim);
      if (!open || holder.number === ticket.owner) continue;
      log.emit("ClaimTransferredDealer", number, holder.number, ticket.owner, amount, dueDay);
      this.#ledger.handOver(number, ticket.owner);
    }
  }

  /** What the market did, to be read when the run has ended. */
  outcome(): MarketOutcome {
    let figures: DealerMetrics | undefined;
    return {
      trades: this.#floor.trades,
      dealerDays: this.#daybook.dealerDays,
      systemDays: this.#daybook.systemDays,
      buckets: this.#rules.buckets.map(({ name }) => name),
      metrics: () => figures ??= this.#metrics(),
    };
  }

  #metrics(): DealerMetrics {
    return dealerMetrics({
      initialEquity: new Map(this.#markets.map(({ bucket, initialEquity }) => [bucket.name, initialEquity])),
      trades: this.#floor.trades,
      dealerDays: this.#daybook.dealerDays,
      initialDebt: this.#initialDebt,
      initialMoney: this.#initialMoney,
      returns: realisedReturns(this.#floor.trades, this.#ledger.log, this.#rules.behaviours),
      marginsAtDefault: this.#marginsAtDefault(),
    });
  }

  #marginsAtDefault(): Decimal[] {
    const { log } = this.#ledger;
    const defaults = log.table("AgentDefaulted");
    const margins: Decimal[] = [];
    for (let row = 0; row < (defaults?.length ?? 0); row++) {
      const noted = this.#margins?.get(defaults?.references("agent").numbers[row] ?? -1);
      if (noted?.day === log.time(defaults?.events[row] ?? 0)) margins.push(noted.margin);
    }
    return margins;
  }
}
