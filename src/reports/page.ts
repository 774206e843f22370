/**
 * The shell around every page: one self-contained HTML file without any request to the network, UTF-8, for light and
 * dark, for wide screens and phones.
 *
 * Charts are small SVG texts of our own. `@observablehq/plot` would draw them too, but it needs a DOM and costs a few
 * hundred milliseconds to start, while a sweep of 125 runs with two pages each shall take less than 170 ms in all.
 *
 * @module
 */
import { escaped } from "./html.ts";
import type { Link } from "./inputs.ts";
import { BASE_STYLE } from "./style.ts";
import { TABLE_STYLE } from "./table.ts";

/** A page. Texts are plain and get escaped; `body` is HTML. */
export interface Page {
  readonly title: string;
  /** Line above the heading. */
  readonly over: string;
  /** Paragraph below the heading. */
  readonly description?: string | null;
  /** HTML below the heading: status and cards. */
  readonly summary?: string;
  readonly links?: readonly Link[];
  readonly body: string;
  /** Style rules beyond the common ones. */
  readonly style?: string;
  /** Script elements. */
  readonly script?: string;
}

const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Ccircle cx='8' cy='8' r='5' fill='none' stroke='%230072b2' stroke-width='3'/%3E%3C/svg%3E";

/** The whole text of a page. */
export function pageText(page: Page): string {
  const description = page.description ? `<p>${escaped(page.description)}</p>` : "";
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(page.title)}</title>` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="${ICON}">` +
    `<style>${BASE_STYLE}${TABLE_STYLE}${page.style ?? ""}</style></head><body><main><header><p class="over">${
      escaped(page.over)
    }</p>` +
    `<h1>${escaped(page.title)}</h1>${description}${page.summary ?? ""}${navigation(page.links ?? [])}</header>` +
    `${page.body}</main>${page.script ?? ""}</body></html>\n`;
}

function navigation(links: readonly Link[]): string {
  if (links.length === 0) return "";
  return `<nav>${links.map((link) => anchor(link.href, link.label)).join("")}</nav>`;
}

/** A link to a file beside the page. An address with a scheme is shown as text: pages lead nowhere else. */
export function anchor(href: string, label: string): string {
  return leadsHere(href) ? `<a href="${escaped(href)}">${escaped(label)}</a>` : escaped(label);
}

/** Whether an address leads to a file beside the page: it has no scheme and no host. */
export function leadsHere(href: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(href.trim());
}

/** A row of cards: a label and a value each. */
export function cards(entries: readonly (readonly [label: string, value: string])[]): string {
  let text = '<div class="cards">';
  for (const [label, value] of entries) {
    text += `<div class="card"><span>${escaped(label)}</span><b>${escaped(value)}</b></div>`;
  }
  return `${text}</div>`;
}

/** A chart with its caption; `note` says units or what is left out. */
export function figure(caption: string, note: string, chart: string, key = ""): string {
  const small = note === "" ? "" : `<small>${escaped(note)}</small>`;
  return `<figure><figcaption>${escaped(caption)}${small}</figcaption>${chart}${key}</figure>`;
}

/** The meaning of the colours of a chart. `colour` is a CSS background. */
export function legend(entries: readonly (readonly [colour: string, meaning: string])[]): string {
  let text = '<ul class="key">';
  for (const [colour, meaning] of entries) {
    text += `<li><i style="background:${colour}"></i>${escaped(meaning)}</li>`;
  }
  return `${text}</ul>`;
}

/** Terms with their meanings. */
export function glossary(terms: readonly (readonly [term: string, meaning: string])[]): string {
  let text = '<h2 id="glossary">Glossary</h2><div class="box"><dl>';
  for (const [term, meaning] of terms) text += `<dt>${escaped(term)}</dt><dd>${escaped(meaning)}</dd>`;
  return `${text}</dl></div>`;
}
