/**
 * Names of the nodes of a network: in the node where there is room, else beside it. Where names would lie upon each
 * other they move out from the circle, each to the first free place, with a line to its node; a name without a free
 * place is left out, and the node still tells it when pointed at.
 *
 * @module
 */
import { escaped } from "../html.ts";
import { at, WIDTH } from "./axis.ts";

/** Names are cut to so many letters, each of about that width. */
export const LONGEST_LABEL = 12;
export const LETTER = 8;

const CENTRE = WIDTH / 2;
/** Height of the drawing, whose middle is that of the circle. */
export const HEIGHT = 400;
const MIDDLE = HEIGHT / 2;
/** A line of text above and below its baseline. */
const [RISE, DROP] = [10, 3];
const ROW = RISE + DROP + 1;
/** A node this large has room for a short name. */
const ROOMY = 11;
const SHORT = 3;

/** A node with a name. */
export interface LabelledNode {
  readonly id: string;
  readonly defaulted: boolean;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A name at its place, with the line that leads to it. */
interface Label {
  readonly html: string;
  readonly box: Box;
}

/** The names of all nodes on the circle; `disc` is the radius of a node. */
export function nodeLabels(nodes: readonly LabelledNode[], disc: number): string {
  const usual = nodes.map((node) => isInside(node, disc) ? inside(node) : beside(node));
  const labels = collide(usual.map(({ box }) => box)) ? movedOut(nodes, disc) : usual;
  let text = "";
  for (const { html } of labels) text += html;
  return text;
}

function isInside({ id, defaulted }: LabelledNode, disc: number): boolean {
  return disc >= ROOMY && id.length <= SHORT && !defaulted;
}

function collide(boxes: readonly Box[]): boolean {
  return boxes.some((box, i) => boxes.some((other, j) => j > i && overlap(box, other)));
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function inside({ id, x, y }: LabelledNode): Label {
  const html = `<text class="m" x="${at(x)}" y="${at(y + 4)}" font-size="${id.length > 2 ? 10 : 11}">${
    escaped(id)
  }</text>`;
  return { html, box: textBox(id.length * LETTER * 0.8, "m", x, y + 4) };
}

type Anchor = "" | "m" | "e";

function textBox(width: number, anchor: Anchor, x: number, y: number): Box {
  const left = anchor === "" ? x : anchor === "e" ? x - width : x - width / 2;
  return { left, right: left + width, top: y - RISE, bottom: y + DROP };
}

function nameOf({ id }: LabelledNode): string {
  return id.length > LONGEST_LABEL ? `${id.slice(0, LONGEST_LABEL - 1)}…` : id;
}

function nameAt(name: string, anchor: Anchor, x: number, y: number): Label {
  const side = anchor === "" ? "" : ` class="${anchor}"`;
  const html = `<text${side} x="${at(x)}" y="${at(y)}">${escaped(name)}</text>`;
  return { html, box: textBox(name.length * LETTER, anchor, x, y) };
}

function anchorOf({ x }: LabelledNode): Anchor {
  return x > CENTRE + 8 ? "" : x < CENTRE - 8 ? "e" : "m";
}

function beside(node: LabelledNode): Label {
  const anchor = anchorOf(node);
  const [dx, dy] = anchor === "" ? [17, 4] : anchor === "e" ? [-17, 4] : [0, node.y < MIDDLE ? -18 : 27];
  return nameAt(nameOf(node), anchor, node.x + dx, node.y + dy);
}

/** Names outside the circle: those at the sides have their places, those near the poles move as far as they must. */
function movedOut(nodes: readonly LabelledNode[], disc: number): Label[] {
  const taken = nodes.map(({ x, y }): Box => ({ left: x - disc, right: x + disc, top: y - disc, bottom: y + disc }));
  const placed: Label[] = [];
  const height = ({ y }: LabelledNode) => Math.abs(y - MIDDLE);
  for (const node of nodes.toSorted((a, b) => height(a) - height(b))) {
    if (isInside(node, disc)) {
      placed.push(inside(node));
      continue;
    }
    const label = freePlace(node, disc, taken);
    if (label === undefined) continue;
    placed.push(label);
    taken.push(label.box);
  }
  return placed;
}

/** The first free place outwards, undefined when there is none in the drawing. */
function freePlace(node: LabelledNode, disc: number, taken: readonly Box[]): Label | undefined {
  const { x, y } = node;
  const name = nameOf(node);
  const anchor = anchorOf(node);
  const radius = Math.hypot(x - CENTRE, y - MIDDLE) || 1;
  const [ux, uy] = [(x - CENTRE) / radius, (y - MIDDLE) / radius];
  const out = uy < 0 ? -1 : 1;
  const [startX, startY] = [x + ux * (disc + 5), y + uy * (disc + 5) + 4 + uy * 5];
  for (let rows = 0;; rows++) {
    const baseline = startY + out * rows * ROW;
    if (baseline - RISE < 0 || baseline + DROP > HEIGHT) return undefined;
    const label = nameAt(name, anchor, startX, baseline);
    const { left, right } = label.box;
    if (left < 0 || right > WIDTH || taken.some((box) => overlap(box, label.box))) continue;
    if (rows === 0) return label;
    const end = out < 0 ? baseline + DROP : baseline - RISE;
    const lead = `<path stroke="var(--mute)" d="M${at(x + ux * disc)} ${at(y + uy * disc)}L${at(startX)} ${at(end)}"/>`;
    return { html: lead + label.html, box: label.box };
  }
}
