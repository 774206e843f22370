/**
 * The scripts inside the pages, as text. Pages can be read without them: they sort and filter tables and open the long
 * event lists. Plain DOM, no global names, no request to anywhere.
 *
 * @module
 */

import { DIGITS } from "./packed_tables.ts";

/**
 * Sorts a table when the button in a column head is pressed: first ascending, then descending. Cells that are numbers
 * (commas between thousands, `%`) compare as numbers and stand before text; `—` and blanks come last both ways.
 * Tables with `data-packed` sort their rows through {@linkcode PACKED_SCRIPT}.
 */
export const SORT_SCRIPT: string = `
const key=t=>{const s=t.trim().replace("\\u2212","-");if(s===""||s==="\\u2014")return null;
const n=Number(s.replace(/,/g,"").replace(/%$/,""));return Number.isNaN(n)?s:n};
const order=(a,b,d)=>a===null?(b===null?0:1):b===null?-1:
typeof a===typeof b?d*(typeof a==="number"?a-b:a.localeCompare(b,"en",{numeric:true})):d*(typeof a==="number"?-1:1);
document.addEventListener("click",v=>{const b=v.target.closest("th button");if(!b)return;
const th=b.parentElement,head=[...th.parentElement.children],d=th.ariaSort==="ascending"?-1:1,c=head.indexOf(th),
table=th.closest("table");
head.forEach(h=>h.removeAttribute("aria-sort"));th.setAttribute("aria-sort",d>0?"ascending":"descending");
if(table.sortPacked)return table.sortPacked(c,d);
const body=table.tBodies[0];
body.append(...[...body.rows].map(r=>[key(r.cells[c].textContent),r]).sort((x,y)=>order(x[0],y[0],d)).map(x=>x[1]))});
`;

/** Rows that a page of a long table shows at once. */
export const ROWS_AT_ONCE = 200;

/**
 * Fills the tables whose rows are packed into the page ({@linkcode packedTables}), page by page: that of a
 * `<details data-packed=name>` when it opens, that of a `<div data-packed=name>` at once. A packed column beyond the heads
 * of the table holds where its first cells lead.
 */
export const PACKED_SCRIPT: string = `
let packed;
const unpack=()=>packed??=(async()=>{
const bytes=Uint8Array.from(atob(document.getElementById("packed").textContent),c=>c.charCodeAt(0)),
all=JSON.parse(await new Response(new Blob([bytes]).stream()
.pipeThrough(new DecompressionStream("deflate-raw"))).text());
for(const [name,t] of Object.entries(all.placed))all.tables[name]=placed(t);
return all})();
const placed=({rows,parts,texts,digits,places})=>{
let at=0;const numbers=digits.map(n=>{if(n<0)return new Int32Array(rows).fill(-1-n);
const list=new Int32Array(rows);for(let i=0;i<rows;i++,at+=n)for(let d=n;d-->0;){
const c=places.charCodeAt(at+d);list[i]=list[i]*${DIGITS}+c-(c>92?36:35)}return list});
let k=0;const columns=parts.map(n=>{const some=numbers.slice(k,k+=n);
return n===1?some[0]:Array.from({length:rows},(_,i)=>some.map(p=>texts[p[i]]).join(""))});
return{columns,texts:parts.map(n=>n===1?texts:null)}};
const make=(tag,text)=>{const e=document.createElement(tag);e.textContent=text;return e};
const open=async box=>{if(box.dataset.done)return;box.dataset.done="1";
const all=await unpack(),from=+box.dataset.from,count=+box.dataset.count,shape=all.tables[box.dataset.packed],
cell=(c,i)=>{const v=shape.columns[c][from+i];return shape.texts[c]?shape.texts[c][v]:v},
rows=Array.from({length:count},(_,i)=>i),table=box.querySelector("table"),body=table.tBodies[0],bar=box.querySelector(".bar"),
width=table.tHead.rows[0].cells.length,led=shape.columns.length>width;
let page=0,seen=rows,holds=()=>true;
const show=()=>{const pages=Math.ceil(seen.length/${ROWS_AT_ONCE});
body.replaceChildren(...seen.slice(page*${ROWS_AT_ONCE},(page+1)*${ROWS_AT_ONCE}).map(i=>{
const tr=document.createElement("tr");
for(let c=0;c<width;c++){const to=c===0&&led?cell(width,i):"",td=make("td",to?"":cell(c,i));
if(to){const a=make("a",cell(c,i));a.href=to;td.append(a)}tr.append(td)}
return tr}));
bar.hidden=pages<2;if(pages>1){const back=make("button","Earlier"),next=make("button","Later");
back.type=next.type="button";back.disabled=page===0;next.disabled=page===pages-1;
back.onclick=()=>{page--;show()};next.onclick=()=>{page++;show()};
bar.replaceChildren(back,next,make("span","rows "+(page*${ROWS_AT_ONCE}+1)+" to "+
Math.min(seen.length,(page+1)*${ROWS_AT_ONCE})+" of "+seen.length))}};
const again=()=>{seen=rows.filter(holds);page=0;show()};
table.filterPacked=(text,wanted)=>{
holds=i=>wanted.every(([c,v])=>cell(c,i)===v)&&
(text===""||Array.from({length:width},(_,c)=>String(cell(c,i)).toLowerCase()).join(" ").includes(text));
again();return seen.length};
table.sortPacked=(c,d)=>{const keys=rows.map(i=>[key(String(cell(c,i))),i]);
keys.sort((x,y)=>order(x[0],y[0],d));keys.forEach((k,i)=>rows[i]=k[1]);again()};
show()};
const fill=box=>open(box).catch(e=>{const bar=box.querySelector(".bar");bar.hidden=false;
bar.textContent="The rows cannot be shown here: "+e.message+". See "+(box.dataset.file??"events.jsonl")+"."});
document.addEventListener("toggle",v=>{if(v.target.open&&v.target.dataset.packed)fill(v.target)},true);
document.querySelectorAll("div[data-packed]").forEach(fill);
`;

/**
 * Makes the days of a `<details data-days>` when it opens: as many as it counts, from the one that it names on, in the
 * packed list of days. Each is a `<details data-packed>` with the table of the template. Stands behind
 * {@linkcode PACKED_SCRIPT}.
 */
export const DAYS_SCRIPT: string = `
const spread=async box=>{if(box.dataset.done)return;box.dataset.done="1";
const [days,firsts,counts]=(await unpack()).lists.days,from=+box.dataset.days,
template=document.getElementById("day-table").content;
box.querySelector("div").append(...Array.from({length:+box.dataset.count},(_,i)=>{const k=from+i,n=counts[k],
title=days[k]<0?"Day 0, setup":"Day "+days[k],day=make("details",""),head=make("summary",title),body=make("div","");
head.append(make("small",n===1?"1 event":n.toLocaleString("en")+" events"));body.append(template.cloneNode(true));
body.querySelector("table").ariaLabel="Events, "+title;day.append(head,body);
Object.assign(day.dataset,{packed:"events",from:firsts[k],count:n});return day}))};
document.addEventListener("toggle",v=>{const box=v.target;if(box.open&&box.dataset.days)spread(box).catch(e=>{
box.querySelector("div").textContent="The days cannot be shown here: "+e.message+". See events.jsonl."})},true);
`;

/** Filters the rows of the table behind a `<form data-filters=id>` by a text and by the values of its selects. */
export const FILTER_SCRIPT: string = `
document.querySelectorAll("form[data-filters]").forEach(form=>{
const table=document.getElementById(form.dataset.filters),rows=[...table.tBodies[0].rows],
count=form.querySelector("output"),all=form.dataset.runs;
const apply=()=>{let n=0;const text=form.elements.text.value.toLowerCase();
const wanted=[...form.querySelectorAll("select")].filter(s=>s.value!=="").map(s=>[+s.dataset.column,s.value]);
if(table.filterPacked)n=table.filterPacked(text,wanted);
for(const r of table.filterPacked?[]:rows){const ok=(text===""||r.textContent.toLowerCase().includes(text))&&
wanted.every(([c,v])=>r.cells[c].textContent===v);r.hidden=!ok;if(ok)n++}
count.textContent=n+" of "+all+" runs"};
form.addEventListener("input",apply);form.addEventListener("submit",v=>v.preventDefault());
form.addEventListener("reset",()=>setTimeout(apply))});
`;

/** Shows or hides the links of one kind of contract in the network chart. */
export const KINDS_SCRIPT: string = `
document.addEventListener("change",v=>{const k=v.target.dataset.kind;if(k)
document.querySelectorAll("svg g[data-kind]").forEach(g=>{if(g.dataset.kind===k)g.style.display=v.target.checked?"":"none"})});
`;

/** Several scripts as one element. */
export function scriptElement(...scripts: readonly string[]): string {
  return `<script>(()=>{${scripts.join("")}})()</script>`;
}
