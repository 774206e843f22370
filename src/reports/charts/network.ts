/**
 * Networks of money: agents on a circle, an arrow from who pays to who is paid, as wide as the amount is large.
 *
 * @module
 */
import { escaped, shown } from "../html.ts";
import type { AgentRow } from "../inputs.ts";
import type { Fate, Obligation } from "../run_story.ts";
import { at, svg, WIDTH } from "./axis.ts";
import { HEIGHT, LETTER, LONGEST_LABEL, nodeLabels } from "./network_labels.ts";

/** Most arrows and most nodes that are drawn one by one. */
const ARROWS = 300;
const NODES = 400;
/** Arrows the same way that lie beside each other; more lie on them again. */
const BESIDE = 8;
/** Up to so many nodes have their names beside them. */
const LABELLED = 40;

const COLOURS: Readonly<Record<Fate, string>> = {
  settled: "var(--blue)",
  defaulted: "var(--red)",
  "written-off": "var(--red)",
  open: "var(--mute)",
};

/** The colours of {@linkcode network}. */
export const NETWORK_KEY: readonly (readonly [string, string])[] = [
  ["var(--blue)", "settled"],
  ["var(--red)", "defaulted or written off (dashed); agent in default (crossed)"],
  ["var(--mute)", "open at the end"],
];

interface Node {
  readonly agent: AgentRow;
  readonly x: number;
  readonly y: number;
}

/** A drawing, and what of the whole it leaves out (empty for nothing). */
export interface NetworkDrawing {
  readonly chart: string;
  readonly note: string;
}

const CENTRE = WIDTH / 2;

/** An arrow between two agents. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  /** Gives the colour. */
  readonly fate: Fate;
  /** Arrows of one kind can be hidden together. */
  readonly kind: string;
  /** Shown when pointed at. */
  readonly title: string;
}

/** Draws the obligations among the agents that have any. */
export function network(agents: readonly AgentRow[], obligations: readonly Obligation[]): NetworkDrawing {
  const arrows = obligations.map((obligation): Arrow => ({
    from: obligation.debtor,
    to: obligation.creditor,
    amount: obligation.amount.toNumber(),
    fate: obligation.fate,
    kind: obligation.kind,
    title: title(obligation),
  }));
  return arrowNetwork(agents, arrows, "Network of obligations", "obligations");
}

/** Draws arrows among the agents that have any; `things` is what the arrows are, in the plural. */
export function arrowNetwork(
  agents: readonly AgentRow[],
  arrows: readonly Arrow[],
  heading: string,
  things: string,
): NetworkDrawing {
  const parties = new Set<string>();
  for (const { from, to } of arrows) parties.add(from).add(to);
  const shownAgents = parties.size === 0 ? agents : agents.filter(({ id }) => parties.has(id));
  const radius = shownAgents.length <= LABELLED ? Math.min(155, roomBeside(shownAgents)) : 180;
  const nodes = new Map<string, Node>();
  shownAgents.forEach((agent, i) => {
    const angle = i / shownAgents.length * 2 * Math.PI - Math.PI / 2;
    nodes.set(agent.id, {
      agent,
      x: CENTRE + radius * Math.cos(angle),
      y: HEIGHT / 2 + radius * Math.sin(angle),
    });
  });
  const drawn = arrows.length <= ARROWS ? arrows : [...arrows].sort((a, b) => b.amount - a.amount).slice(0, ARROWS);
  const sizes = sizesFor(shownAgents.length, radius);
  const content = headShapes(sizes.head) + arrowPaths(drawn, nodes, sizes, HEIGHT / 2) +
    (shownAgents.length <= NODES ? discs(nodes, sizes.disc) : specks(nodes));
  const left = arrows.length - drawn.length;
  return {
    chart: svg(
      HEIGHT,
      heading,
      `${shownAgents.length} agents on a circle, ${drawn.length} arrows from payer to payee`,
      content,
    ),
    note: left === 0 ? "" : `The ${ARROWS} largest of ${shown(arrows.length)} ${things}.`,
  };
}

/** The radius that leaves room for the names of the nodes on both sides. */
function roomBeside(agents: readonly AgentRow[]): number {
  const longest = agents.reduce((most, { id }) => Math.max(most, Math.min(id.length, LONGEST_LABEL)), 0);
  return CENTRE - 20 - LETTER * longest;
}

/** How large things are drawn: less, the more agents stand on the circle. */
interface Sizes {
  /** Radius of a node. */
  readonly disc: number;
  /** Length of an arrow head. */
  readonly head: number;
  /** Width of the line of the largest amount. */
  readonly widest: number;
}

function sizesFor(nodes: number, radius: number): Sizes {
  const disc = Math.max(3, Math.min(13, radius * Math.PI / nodes * 0.5));
  return { disc, head: Math.max(5, disc * 0.95), widest: nodes <= 12 ? 8 : nodes <= 60 ? 5 : 3 };
}

const HEADS: readonly Fate[] = ["settled", "defaulted", "open"];

/** The arrow heads, one for each colour; a line ends where its head begins. */
function headShapes(size: number): string {
  let text = "<defs>";
  for (const fate of HEADS) {
    text += `<marker id="to-${fate}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="${at(size)}" ` +
      `markerHeight="${at(size)}" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4 0 8z" ` +
      `fill="${COLOURS[fate]}"/></marker>`;
  }
  return `${text}</defs>`;
}

function arrowPaths(arrows: readonly Arrow[], nodes: ReadonlyMap<string, Node>, sizes: Sizes, middle: number): string {
  let largest = 0;
  for (const { amount } of arrows) largest = Math.max(largest, amount);
  const byKind = new Map<string, string>();
  const places = new Map<string, number>();
  for (const arrow of arrows) {
    const from = nodes.get(arrow.from);
    const to = nodes.get(arrow.to);
    if (from === undefined || to === undefined) continue;
    const share = largest > 0 ? arrow.amount / largest : 0;
    // Several arrows the same way lie beside each other: each bends more than the one before, as far as there is room.
    const way = `${arrow.from}\n${arrow.to}`;
    const place = places.get(way) ?? 0;
    places.set(way, (place + 1) % BESIDE);
    const path = from === to ? loop(from, sizes) : curve(from, to, sizes.disc + sizes.head, place, middle);
    const drawing = `<g><title>${escaped(arrow.title)}</title>` +
      `<path d="${path}" ${stroke(arrow.fate, share * sizes.widest)}/></g>`;
    byKind.set(arrow.kind, (byKind.get(arrow.kind) ?? "") + drawing);
  }
  let groups = "";
  for (const [kind, drawings] of byKind) groups += `<g data-kind="${kind}" fill="none">${drawings}</g>`;
  return groups;
}

function title({ amount, debtor, creditor, dueDay, fate, fateDay, sku }: Obligation): string {
  const what = sku === "" ? shown(amount) : `${shown(amount)} ${sku}`;
  const end = fate === "open" ? "open at the end" : `${fate.replace("-", " ")} on day ${fateDay}`;
  return `${debtor} owes ${creditor} ${what}, due day ${dueDay}: ${end}`;
}

function stroke(fate: Fate, width: number): string {
  const lost = fate === "defaulted" || fate === "written-off";
  return `stroke="${COLOURS[fate]}" stroke-width="${at(Math.max(0.8, width))}"${
    lost ? ' stroke-dasharray="7 4"' : ""
  } ` +
    `marker-end="url(#to-${lost ? "defaulted" : fate})"`;
}

/** A debt to oneself. */
function loop({ x, y }: Node, { disc }: Sizes): string {
  return `M${at(x - 6)} ${at(y - disc)}a9 9 0 1 1 10 -2`;
}

/** A curve that bends sideways, so that debts both ways stay apart; it ends `gap` before the middle of its node. */
function curve(from: Node, to: Node, gap: number, place: number, middle: number): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(26, length * 0.12) * (1 + place * 0.9) / length;
  // Long lines lean to the centre, which opens a ring; short ones would curl.
  const lean = Math.min(0.1, length / 1500);
  const cx = (from.x + to.x) * (0.5 - lean / 2) + CENTRE * lean - dy * bend;
  const cy = (from.y + to.y) * (0.5 - lean / 2) + middle * lean + dx * bend;
  const back = gap / (Math.hypot(cx - to.x, cy - to.y) || 1);
  return `M${at(from.x)} ${at(from.y)}Q${at(cx)} ${at(cy)} ${at(to.x + (cx - to.x) * back)} ${
    at(to.y + (cy - to.y) * back)
  }`;
}

function discs(nodes: ReadonlyMap<string, Node>, radius: number): string {
  const few = nodes.size <= LABELLED;
  const size = at(radius);
  let content = '<g fill="var(--card)" stroke="var(--ink)" stroke-width="2">';
  for (const { agent: { id, name, defaulted }, x, y } of nodes.values()) {
    const [px, py] = [at(x), at(y)];
    content += `<circle cx="${px}" cy="${py}" r="${size}"${defaulted ? ' stroke="var(--red)"' : ""}>` +
      `<title>${escaped(`${id}, ${name}`)}${defaulted ? ", in default" : ""}</title></circle>`;
    if (defaulted) {
      const arm = at(radius * 0.9);
      content +=
        `<path d="M${at(x - radius * 0.45)} ${at(y - radius * 0.45)}l${arm} ${arm}m0 -${arm}l-${arm} ${arm}" ` +
        'stroke="var(--red)"/>';
    }
  }
  const labelled = few
    ? [...nodes.values()].map(({ agent: { id, defaulted }, x, y }) => ({ id, defaulted, x, y }))
    : [];
  return `${content}</g>${nodeLabels(labelled, radius)}`;
}

/** Very many agents: one dot for all that fall on the same spot of the circle. */
function specks(nodes: ReadonlyMap<string, Node>): string {
  const places = { sound: new Set<string>(), fallen: new Set<string>() };
  for (const { agent, x, y } of nodes.values()) {
    (agent.defaulted ? places.fallen : places.sound).add(`M${Math.round(x)} ${Math.round(y)}h0`);
  }
  return `<path d="${[...places.sound].join("")}" stroke="var(--ink)" stroke-width="3" stroke-linecap="round"/>` +
    `<path d="${[...places.fallen].join("")}" stroke="var(--red)" stroke-width="5" stroke-linecap="round"/>`;
}
