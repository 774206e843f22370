/**
 * Who trades on a day and in which order. Source: specification chapter 04, sections 9.5 and 9.6.
 *
 * @module
 */
import type { MersenneTwister } from "../../core/mersenne_twister.ts";
import type { Behaviours } from "../behaviours.ts";
import type { Arrivals, OrderRules } from "./rules.ts";
import type { Trader } from "./trader.ts";

/** Where orders go. */
export interface OrderTaker {
  sell(seller: Trader): void;
  buy(buyer: Trader): void;
}

/** Traders that want to sell and traders that want to buy, each in trader order. */
export interface Eligible {
  readonly sellers: Trader[];
  readonly buyers: Trader[];
}

const MOST_SELLERS = 10;

/** The traders that come today: who lacks cash for a day ahead sells, who has plenty above every day's dues buys. */
export function eligibleTraders(
  traders: readonly Trader[],
  day: number,
  { horizon, buyerSurplus }: OrderRules,
  behaviours: Behaviours,
): Eligible {
  const sellers: Trader[] = [];
  const buyers: Trader[] = [];
  for (const trader of traders) {
    // behaviour: expelledAgentsTrade
    if (trader.party.defaulted && !behaviours.expelledAgentsTrade) continue;
    const due = trader.largestDue(day, day + horizon);
    if (due.greaterThan(trader.cash)) {
      if (trader.owned.length > 0) sellers.push(trader);
    } else if (trader.cash.minus(due).greaterThan(buyerSurplus)) buyers.push(trader);
  }
  return { sellers, buyers };
}

/** Lets the traders of a day act in random order. */
export function runOrders(
  { sellers, buyers }: Eligible,
  arrivals: Arrivals | null,
  random: MersenneTwister,
  market: OrderTaker,
): void {
  if (arrivals === null) fixedOrders(sellers, buyers, random, market);
  else arrivingOrders(sellers, buyers, arrivals, random, market);
}

/** Up to ten sellers, then one buyer. */
function fixedOrders(sellers: Trader[], buyers: Trader[], random: MersenneTwister, market: OrderTaker): void {
  random.shuffle(sellers);
  for (const seller of sellers.slice(0, MOST_SELLERS)) market.sell(seller);
  random.shuffle(buyers);
  const [buyer] = buyers;
  if (buyer !== undefined) market.buy(buyer);
}

/** A random number of arrivals, each on a random side; the other side where that one is empty. */
function arrivingOrders(
  sellers: Trader[],
  buyers: Trader[],
  arrivals: Arrivals,
  random: MersenneTwister,
  market: OrderTaker,
): void {
  if (sellers.length + buyers.length === 0) return;
  random.shuffle(sellers);
  random.shuffle(buyers);
  const sellerChance = arrivals.sellers.toNumber();
  for (let left = 1 + random.below(arrivals.most); left > 0; left--) {
    const wantsSeller = random.random() < sellerChance;
    const side = (wantsSeller && sellers.length > 0) || buyers.length === 0 ? sellers : buyers;
    const trader = side.shift();
    if (trader === undefined) return;
    if (side === sellers) market.sell(trader);
    else market.buy(trader);
  }
}
