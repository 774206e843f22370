/**
 * The table of all pairs: it sorts, filters and turns its pages in the page's script, whose rows stand packed beside it.
 * The first rows are written out, so that the page can be read without a script.
 *
 * @module
 */
import { escaped, NONE, shortened, shown } from "./html.ts";
import { anchor, leadsHere } from "./page.ts";
import { TablePacker } from "./packed_tables.ts";
import { PARAMETERS, parameterText, signed } from "./paired_cells.ts";
import { type ArmNames, cellNumber, type PairRow, type PairRun } from "./paired_input.ts";
import { ROWS_AT_ONCE } from "./scripts.ts";
import { type Cell, type Column, table } from "./table.ts";

/** What stands for the run id in the packed pattern of a page's address. */
const ID_MARK = "*";

/** Both runs of a pair stand in the last columns of the table. */
interface TableShape {
  readonly columns: readonly Column[];
  /** The cells of a pair as text, without those of its runs. */
  cells(row: PairRow): string[];
  /** Parameter columns with a name for their filter. */
  readonly filters: readonly (readonly [place: number, name: string, symbol: string])[];
}

function shapeOf(rows: readonly PairRow[], arms: ArmNames): TableShape {
  const parameters = PARAMETERS.filter(({ name }) =>
    name !== "outsideMidRatio" || rows.some(({ outsideMidRatio }) => outsideMidRatio !== "")
  );
  const titles = [
    ...parameters.map(({ symbol }) => symbol),
    "seed",
    `δ ${arms.baseline}`,
    `δ ${arms.trading}`,
    "effect",
    "relief ratio",
    "trades",
  ];
  return {
    columns: [
      ...titles.map((title) => ({ title, numeric: true })),
      { title: `${arms.baseline} run` },
      { title: `${arms.trading} run` },
    ],
    cells: (row) => [
      ...parameters.map(({ name }) => parameterText(row[name])),
      row.seed || NONE,
      measure(row.deltaBaseline),
      measure(row.deltaTrading),
      difference(row.effect),
      difference(row.reliefRatio),
      row.trades || NONE,
    ],
    filters: parameters.map(({ name, symbol }, place) => [place, name, symbol] as const),
  };
}

function measure(cell: string): string {
  const value = cellNumber(cell);
  return value === null ? NONE : shortened(value, 4);
}

function difference(cell: string): string {
  const value = cellNumber(cell);
  return value === null ? NONE : signed(value, 4);
}

/** Where the last part of a run id begins. It tells runs apart; the whole stands in the title of the cell. */
function tailOf(runId: string): number {
  return runId.lastIndexOf("_") + 1;
}

function runCell({ runId, href }: PairRun): Cell {
  const label = runId.slice(tailOf(runId)) || NONE;
  const content = href === null ? escaped(label) : anchor(href, label);
  return { html: `<span title="${escaped(runId)}">${content}</span>` };
}

/** Table, filters and packed rows of all pairs. */
export function pairTable(rows: readonly PairRow[], arms: ArmNames): string {
  if (rows.length === 0) return "";
  const shape = shapeOf(rows, arms);
  const first = rows.slice(0, ROWS_AT_ONCE).map((row): Cell[] => [
    ...shape.cells(row),
    runCell(row.baseline),
    runCell(row.trading),
  ]);
  const rest = rows.length > first.length
    ? `<noscript><p>The first ${ROWS_AT_ONCE} of ${
      shown(rows.length)
    } pairs; comparison.csv has them all.</p></noscript>`
    : "";
  return `<h2 id="pairs">Pairs</h2>${filters(rows, shape)}${rest}<div class="box dense">${
    table(shape.columns, first, { id: "pair-table", label: "Pairs" })
  }<div class="bar" id="pair-pages"></div></div>${packedRows(rows, shape)}`;
}

function filters(rows: readonly PairRow[], shape: TableShape): string {
  let text = '<form class="bar" id="pair-filters"><label>Find <input name="text" type="search" size="12"></label>';
  for (const [place, name, symbol] of shape.filters) {
    const values = [...new Set(rows.map((row) => shape.cells(row)[place] ?? ""))];
    if (values.length < 2 || values.length > 30) continue;
    values.sort((a, b) => Number(a.replace("\u2212", "-")) - Number(b.replace("\u2212", "-")));
    const options = values.map((value) => `<option>${escaped(value)}</option>`).join("");
    text += `<label>${escaped(symbol)} <select name="${name}" data-column="${place}"><option value="">all</option>` +
      `${options}</select></label>`;
  }
  return `${text}<label>Trading <select name="sign" data-effect="${shape.filters.length + 3}">` +
    '<option value="">all</option><option value="1">helped</option><option value="0">changed nothing</option>' +
    '<option value="-1">hurt</option><option value="x">not known</option></select></label>' +
    `<button type="reset">Show all</button><output>${shown(rows.length)} pairs</output></form>`;
}

/** The rows as columns of shared texts. Addresses of pages become patterns, of which there is one for each arm. */
function packedRows(rows: readonly PairRow[], shape: TableShape): string {
  const width = shape.columns.length - 2;
  const packer = new TablePacker(width + 7);
  for (const row of rows) {
    const runs = [row.baseline, row.trading];
    packer.add([
      ...shape.cells(row),
      ...runs.map(({ runId }) => runId.slice(tailOf(runId))),
      ...runs.map(({ runId }) => runId.slice(0, tailOf(runId))),
      ...runs.map(pattern),
      sign(row.effect),
    ]);
  }
  const text = JSON.stringify({ width, ...packer.packed() })
    .replaceAll("<", "\\u003c")
    .replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `<script type="application/json" id="pair-rows">${text}</script>`;
}

/** The exact sign of an effect, which its rounded text may hide; `x` where there is no effect. */
function sign(cell: string): string {
  const value = cellNumber(cell);
  return value === null ? "x" : String(Math.sign(value) + 0);
}

function pattern({ runId, href }: PairRun): string {
  if (href === null || href.includes(ID_MARK) || !leadsHere(href)) return "";
  return runId === "" ? href : href.replaceAll(runId, ID_MARK);
}

/** Sorts, filters and pages the table; needs the sort script before it. */
export const PAIRS_SCRIPT: string = `
const source=document.getElementById("pair-rows");
if(source){
const packed=JSON.parse(source.textContent),W=packed.width,size=packed.columns[0].length,
table=document.getElementById("pair-table"),form=document.getElementById("pair-filters"),
bar=document.getElementById("pair-pages"),count=form.querySelector("output"),
cell=(c,i)=>{const v=packed.columns[c][i];return packed.texts[c]?packed.texts[c][v]:v},
text=(c,i)=>cell(c,i)||"\\u2014",id=(c,i)=>cell(c+2,i)+cell(c,i);
let rows=Array.from({length:size},(_,i)=>i),chosen=rows,page=0;
const make=(tag,content)=>{const e=document.createElement(tag);e.textContent=content;return e};
const run=(c,i)=>{const where=cell(c+4,i),span=make("span",where?"":text(c,i));span.title=id(c,i);
if(where){const a=make("a",text(c,i));a.href=where.replaceAll("${ID_MARK}",span.title);span.append(a)}return span};
const show=()=>{table.tBodies[0].replaceChildren(...chosen.slice(page*${ROWS_AT_ONCE},(page+1)*${ROWS_AT_ONCE}).map(i=>{
const tr=document.createElement("tr");for(let c=0;c<W+2;c++){
if(c<W)tr.append(make("td",text(c,i)));else{const td=document.createElement("td");td.append(run(c,i));tr.append(td)}}
return tr}));
count.textContent=chosen.length+" of "+size+" pairs";
const pages=Math.ceil(chosen.length/${ROWS_AT_ONCE});bar.hidden=pages<2;
const back=make("button","Earlier"),next=make("button","Later");back.type=next.type="button";
back.disabled=page===0;next.disabled=page>=pages-1;back.onclick=()=>{page--;show()};next.onclick=()=>{page++;show()};
bar.replaceChildren(back,next,make("span","rows "+(page*${ROWS_AT_ONCE}+1)+" to "+
Math.min(chosen.length,(page+1)*${ROWS_AT_ONCE})+" of "+chosen.length))};
const apply=()=>{const wanted=form.elements.text.value.trim().toLowerCase(),
exact=[...form.querySelectorAll("select[data-column]")].filter(s=>s.value!=="").map(s=>[+s.dataset.column,s.value]),
effect=form.elements.sign.value;
chosen=rows.filter(i=>exact.every(([c,v])=>cell(c,i)===v)&&(effect===""||cell(W+6,i)===effect)&&
(wanted===""||packed.columns.some((_,c)=>c<W+2&&(c<W?cell:id)(c,i).toLowerCase().includes(wanted))));page=0;show()};
table.sortPacked=(c,d)=>{const keys=rows.map(i=>[key(text(c,i)),i]);
keys.sort((x,y)=>order(x[0],y[0],d));rows=keys.map(k=>k[1]);apply()};
form.addEventListener("input",apply);form.addEventListener("submit",v=>v.preventDefault());
form.addEventListener("reset",()=>setTimeout(apply));
document.addEventListener("click",v=>{const a=v.target.closest("[data-pick]");if(!a)return;
form.reset();for(const [name,value] of new URLSearchParams(a.dataset.pick)){
const select=form.elements[name];if(select)select.value=value}
setTimeout(apply)});
show()}
`;
