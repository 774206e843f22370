/**
 * The one style sheet of all pages: light and dark by the reader's setting, one column on a phone. Colours are those of
 * Okabe and Ito, which people who see colours differently can tell apart; no meaning hangs on a colour alone.
 *
 * @module
 */

/** Rules for every page. */
export const BASE_STYLE: string = compact(`
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6675;--line:#dde2e8;--accent:#0b62a8;
--blue:#0072b2;--sky:#56b4e9;--red:#d55e00;--green:#00795a;--amber:#a36a00;--mute:#b6bfca}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e6eaf0;--soft:#9aa6b5;--line:#2e3743;
--accent:#7cc0f5;--blue:#56b4e9;--sky:#2f6f99;--red:#f08c4a;--green:#3fc79a;--amber:#e9b44c;--mute:#566272}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.6rem;line-height:1.25;margin:.1em 0 .3em;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:1.8em 0 .6em}h3{font-size:1rem;margin:0 0 .35em}
a{color:var(--accent)}p{margin:.4em 0;max-width:75ch;overflow-wrap:anywhere}
.over{color:var(--soft);font-size:.85rem;margin:0}.soft{color:var(--soft)}
nav{display:flex;gap:6px 16px;flex-wrap:wrap;font-size:.9rem;margin-top:.6em}
.tag{display:inline-block;border-radius:99px;padding:2px 12px;font-weight:600;font-size:.9rem;border:1px solid;
overflow-wrap:anywhere}
.good{color:var(--green)}.bad{color:var(--red)}.warn{color:var(--amber)}
.cards{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0}
.card,figure,.box{background:var(--card);border:1px solid var(--line);border-radius:10px}
.card{padding:10px 12px;flex:1 1 112px}.card span{display:block;width:0;min-width:100%;color:var(--soft);font-size:.8rem}
.card b{font-size:1.2rem;font-variant-numeric:tabular-nums;white-space:nowrap}
@media (max-width:560px){.card b{font-size:1.05rem}}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:14px}
.flow{columns:2 400px;column-gap:14px}.flow figure{break-inside:avoid;margin-bottom:14px}
figure{margin:0;padding:12px 14px;min-width:0}figcaption{font-weight:600;margin-bottom:4px}
figcaption small{display:block;font-weight:400;color:var(--soft)}
svg{display:block;width:100%;max-width:640px;margin:0 auto;height:auto;font:12px system-ui,sans-serif}
svg text{fill:var(--ink)}svg .t{fill:var(--soft)}svg .g{stroke:var(--line);fill:none}
.e{text-anchor:end}.m{text-anchor:middle}
.key{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:.82rem;color:var(--soft);margin:4px 0 0;padding:0;list-style:none}
.key i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:5px;vertical-align:-1px}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:break-word;max-width:26em}
th{font-weight:600;white-space:nowrap}tbody tr:last-child td{border-bottom:0}
.n{text-align:right;white-space:nowrap}
th button{all:unset;cursor:pointer;font-weight:600}
th button:after{content:"\\2195";opacity:.35;margin-left:4px}
th[aria-sort=ascending] button:after{content:"\\2191";opacity:1}
th[aria-sort=descending] button:after{content:"\\2193";opacity:1}
button:focus-visible,summary:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.box{padding:6px 4px;margin:8px 0}
.dense th,.dense td{padding:4px 6px}.dense th{font-size:.8rem}.dense button:after{margin-left:1px}
.slim table{width:auto}caption{text-align:left;padding:4px 10px}
details{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:8px 0}
summary{cursor:pointer;padding:8px 14px;font-weight:600}summary small{font-weight:400;color:var(--soft);margin-left:8px}
details>div{padding:0 4px 8px}details>p{padding:0 14px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;font-size:.9rem;margin:0;padding:8px 14px}
dt{font-weight:600}dd{margin:0;color:var(--soft);overflow-wrap:anywhere}
@media (max-width:560px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}body{font-size:14px}}
@media print{details>*{display:block}body{background:#fff}}
`);

/** Rules for a page with T-accounts. */
export const ACCOUNT_STYLE: string = compact(`
.acc{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:12px}
.acc .box{margin:0;padding:10px 12px;min-width:0}
.two{display:grid;grid-template-columns:1fr 1fr;border-top:2px solid var(--soft)}
.two>div{padding:4px 8px;min-width:0;overflow-x:auto}.two>div+div{border-left:2px solid var(--soft)}
.two table{font-size:.82rem}.two th,.two td{padding:2px 4px;border:0}.two tfoot td{border-top:1px solid var(--line)}
.two small{color:var(--soft);display:block}
@media (max-width:560px){.two{grid-template-columns:1fr}.two>div+div{border-left:0;border-top:2px solid var(--soft)}}
`);

/** Rules for the pager of long tables and for filters. */
export const CONTROL_STYLE: string = compact(`
.bar{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;padding:6px 10px;font-size:.9rem}
.bar button,.bar input,.bar select{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);
border-radius:6px;padding:3px 10px;max-width:100%}
.bar button:disabled{opacity:.4}
`);

function compact(css: string): string {
  return css.replaceAll("\n", "");
}
