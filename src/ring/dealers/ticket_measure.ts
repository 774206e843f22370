/**
 * How much a ticket counts: in the reference every ticket is one unit of the ticket size, whatever its face, although
 * the dealers pay by face; rightly it counts with its face. Source: specification chapter 04, sections 3, 5.2 and 15.3.
 *
 * @module
 */
import { Decimal } from "../../core/decimal.ts";
import type { Behaviours } from "../behaviours.ts";

/** The measure of tickets, in face or in the units of the kernel. */
export interface TicketMeasure {
  /** S: the face of a standard ticket. */
  readonly size: Decimal;
  /** Whether faces count at all. */
  readonly countsFace: boolean;
  /** Face that a number of tickets with a sum of faces counts as: x of the kernel. */
  held(count: number, face: Decimal): Decimal;
  /** The same in units of the mid price: what stands in the dealer's wealth. */
  valued(count: number, face: Decimal): Decimal;
  /** What one standard ticket counts as in those units. */
  readonly perTicket: Decimal;
  /** Face behind one of those units. */
  readonly perUnit: Decimal;
  /** Face that one ticket takes of a dealer's capacity. */
  weight(face: Decimal): Decimal;
}

/** The measure of a run. */
export function ticketMeasure(size: Decimal, behaviours: Behaviours): TicketMeasure {
  // behaviour: ticketsCountAsUnits
  if (behaviours.ticketsCountAsUnits) {
    return {
      size,
      countsFace: false,
      held: (count) => size.times(Decimal.integer(count)),
      valued: (count) => Decimal.integer(count),
      perTicket: Decimal.ONE,
      perUnit: size,
      weight: () => size,
    };
  }
  return {
    size,
    countsFace: true,
    held: (_, face) => face,
    valued: (_, face) => face,
    perTicket: size,
    perUnit: Decimal.ONE,
    weight: (face) => face,
  };
}
