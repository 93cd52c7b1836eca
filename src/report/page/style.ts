import {darkPalette, lightPalette, type Palette} from '../charts/palette.ts';

const colours = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('');

const light = `color-scheme:light;${colours(lightPalette)}--panel:#f5f7f9;--line:#d5dae0;--muted:#515861;--link:#005a9c;--good:#0b6b3a;--goodTint:#e6f4ec;--bad:#a11c15;--badTint:#fbe9e7;--open:#70510a;--openTint:#fdf3dc;`;
const dark = `color-scheme:dark;${colours(darkPalette)}--panel:#1f2328;--line:#3d444d;--muted:#a9b1bb;--link:#79c0ff;--good:#6fdc9c;--goodTint:#12291d;--bad:#ff9a90;--badTint:#331a18;--open:#f2cc60;--openTint:#2d2610;`;

const screen = `
*,*::before,*::after{box-sizing:border-box}
html{font:100%/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;background:var(--background);color:var(--text);scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:1.25rem clamp(.75rem,3vw,2rem) 4rem}
h1,h2,h3,h4{line-height:1.25;margin:0 0 .5rem;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.45rem;margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.2rem;margin-top:2.25rem}
h4{font-size:1rem}
p,ul{margin:.4rem 0 .8rem;max-width:75ch;overflow-wrap:anywhere}
ul{padding-left:1.25rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-999rem;background:var(--background);padding:.5rem 1rem;z-index:2}
.skip:focus{left:1rem;top:1rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.small,.none{color:var(--muted)}
.small{font-size:.875rem}
.none{font-style:italic}
.banner{border:1px solid var(--line);border-left:.6rem solid var(--open);background:var(--openTint);padding:1.1rem 1.25rem .8rem;border-radius:.4rem}
.banner.good{border-left-color:var(--good);background:var(--goodTint)}
.banner.bad{border-left-color:var(--bad);background:var(--badTint)}
.banner h1,.banner h2,.what{font-size:1.15rem;font-weight:600}
.banner h2{margin:0 0 .5rem;padding:0;border:0}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem;margin:1rem 0}
.banner h2 .verdict{display:block;margin:.35rem 0}
.identity+p{max-width:none;margin-top:.1rem}
.identity{font-size:clamp(1.05rem,2.4vw,1.4rem);font-variant-numeric:tabular-nums;max-width:none;margin:.5rem 0 .1rem}
.count{white-space:nowrap}
.stageRows tbody th{white-space:nowrap}
.badCount{color:var(--bad)}
.verdict{display:inline-block;font-size:clamp(1.65rem,7vw,3.2rem);line-height:1;font-weight:800;letter-spacing:-.01em;color:var(--open);margin-right:.5rem}
.good .verdict{color:var(--good)}
.bad .verdict{color:var(--bad)}
.sides{display:block;margin-top:.6rem}
.meaning{margin:0}
.reason{font-size:1.15rem;font-weight:600}
.simulated{display:inline-block;color:var(--limit);border:2px solid currentColor;border-radius:.25rem;padding:0 .4em;font-size:.8em;letter-spacing:.06em;vertical-align:middle}
.warning{border:2px solid var(--limit);border-radius:.3rem;padding:.5rem .75rem;background:var(--background)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.75rem 1.5rem;margin:1.25rem 0 .75rem}
.facts dt{font-size:.8rem;color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
nav ol{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:1rem 0 0;padding:.6rem 0;border-block:1px solid var(--line);max-width:none}
nav a{display:inline-block;padding:.2rem 0}
.outcome{display:inline-block;white-space:nowrap;font-weight:650;font-size:.92em;padding:0 .5em;border-radius:1em;color:var(--open);background:var(--openTint);border:1px solid currentColor}
.outcome.good{color:var(--good);background:var(--goodTint)}
.outcome.bad{color:var(--bad);background:var(--badTint)}
.scroll{overflow-x:auto;margin:.75rem 0 1.25rem;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;min-width:min(100%,34rem)}
caption{text-align:left;font-weight:600;padding-bottom:.35rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line);max-width:30rem}
thead th{font-size:.82rem;color:var(--muted);font-weight:600;border-bottom-width:2px}
tbody th{font-weight:600}
td code{overflow-wrap:anywhere}
.warning p,.warning ul{margin:.2rem 0}
code{font:.88em ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}
pre{background:var(--panel);border:1px solid var(--line);border-radius:.3rem;padding:.75rem 1rem;overflow-x:auto}
summary{cursor:pointer;color:var(--link);padding:.2rem 0;width:fit-content}
.chart{margin:1.5rem 0 2rem}
.plot{position:relative;width:100%}
.legend{display:flex;flex-wrap:wrap;gap:.35rem .6rem;margin:.5rem 0}
[hidden]{display:none!important}
.legend button{display:inline-flex;align-items:center;gap:.45rem;font:inherit;font-size:.875rem;color:inherit;background:none;border:1px solid var(--line);border-radius:1rem;padding:.15rem .7rem;cursor:pointer}
.legend button[aria-pressed=false]{text-decoration:line-through;color:var(--muted)}
.legend button[aria-pressed=false] canvas{opacity:.3}
.reading{min-height:1.4em;margin:.2rem 0;font-size:.875rem;font-variant-numeric:tabular-nums;white-space:pre-line}
.reading:empty{min-height:0;margin:0}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem}`;

const wide = '.pairOfCharts{display:grid;grid-template-columns:1fr 1fr;gap:0 2rem}.pairOfCharts>*{min-width:0}';

const print = `
@page{margin:14mm}
html{font-size:9.5pt}
body{max-width:none;padding:0}
nav,.skip,.legend button[aria-pressed=false],.reading{display:none}
.legend button{border:0;padding:0;font-size:.8rem}
figcaption p{font-size:.85rem;max-width:none}
h2{break-before:auto;margin-top:1.5rem}
h2,h3,h4,caption,figcaption{break-after:avoid}
.chart,tr,.banner,.facts,pre{break-inside:avoid}
thead{break-after:avoid}
details:not([open]){display:none}
.pairOfCharts{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}
.chart{margin:.75rem 0}
h3{margin-top:1.25rem}
.scroll{overflow:visible}
table{font-size:7.6pt;width:100%}
td,tbody th{overflow-wrap:break-word}
th,td{padding:.2rem .4rem .2rem 0}
thead{display:table-header-group}
.plot canvas{max-width:100%!important}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
.outcome,.banner,.simulated{print-color-adjust:exact;-webkit-print-color-adjust:exact}`;

/** All of the page's style: light and dark by the reader's setting, and light on paper. */
export const style = `:root{${light}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
${screen}
@media screen{.prose{min-width:17rem}}
@media screen and (min-width:60rem){${wide}}
@media print{${print}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}`;
