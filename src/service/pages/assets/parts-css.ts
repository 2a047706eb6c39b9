/** What pages are put together from: sheets, figures, facts, notices, states, forms. */
export const partsCss = `
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.1rem; margin: 0 0 1rem; min-width: 0; }
.places { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(27rem, 100%), 1fr)); gap: 1rem 2rem; } .place h3 { margin-top: 0; overflow-wrap: anywhere; } .place h3 small { font-weight: 400; } .place .picture { margin-bottom: .35rem; } .place .picture.spark { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0 1rem; align-items: start; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: .75rem; } .head h1, .head h2 { margin: 0; } .head .end { margin-left: auto; }
.crumbs { margin: 0 0 .25rem; font-size: .8125rem; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem 2.25rem; margin: 0 0 .25rem; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { font-size: .8125rem; } .figures dd { font-size: 1.375rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures .big dd { font-size: 2rem; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.1rem; } .facts dd { overflow-wrap: anywhere; }
.notice { display: flex; gap: .55rem; align-items: flex-start; max-width: none; padding: .6rem .85rem; margin: 0 0 .75rem; border: 1px solid; border-left-width: 5px; border-radius: 6px; }
.notice .icon { margin-top: .2em; } .notice > div > :last-child, .notice > span > :last-child { margin-bottom: 0; }
.mark-word { display: inline-flex; align-items: center; gap: .35em; white-space: nowrap; font-size: .8125rem; font-weight: 600; padding: .05rem .5rem .05rem .4rem; border-radius: 99px; }
.tone-good { color: var(--good); background: var(--good-wash); } .tone-warn { color: var(--warn); background: var(--warn-wash); } .tone-bad { color: var(--bad); background: var(--bad-wash); }
.tone-wait { color: var(--wait); background: var(--wait-wash); } .tone-run { color: var(--run); background: var(--run-wash); } .tone-calm { color: var(--calm); background: var(--calm-wash); }
.notice { color: var(--ink); } .notice > .icon { color: var(--calm); }
.notice.tone-good { border-color: var(--good); } .notice.tone-good > .icon { color: var(--good); } .notice.tone-warn { border-color: var(--warn); } .notice.tone-warn > .icon { color: var(--warn); }
.notice.tone-bad { border-color: var(--bad); } .notice.tone-bad > .icon { color: var(--bad); } .notice.tone-wait { border-color: var(--wait); } .notice.tone-wait > .icon { color: var(--wait); }
.notice.tone-run { border-color: var(--run); } .notice.tone-run > .icon { color: var(--run); } .notice.tone-calm { border-color: var(--edge); }
button, .button, input, select, textarea { font: inherit; color: inherit; }
button, .button { display: inline-flex; align-items: center; gap: .4em; min-height: 2rem; padding: .25rem .85rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--sheet); color: var(--ink); cursor: pointer; text-decoration: none; }
button:hover, .button:hover { background: var(--wash); }
button.main { background: var(--button); border-color: var(--button); color: var(--button-ink); font-weight: 600; } button.main:hover { filter: brightness(1.1); }
button.danger { border-color: var(--bad); color: var(--bad); font-weight: 600; }
button.quiet { border-color: transparent; background: transparent; min-width: 2rem; justify-content: center; padding: .25rem .45rem; } button.quiet:hover { background: var(--wash); }
button:disabled { opacity: 1; color: var(--muted); cursor: not-allowed; border-style: dashed; }
input[type=text], input[type=search], input[type=password], input:not([type]), select, textarea { min-height: 2rem; padding: .2rem .55rem; border: 1px solid var(--edge); border-radius: 6px; background: var(--sheet); max-width: 100%; }
label { font-size: .8125rem; color: var(--muted); }
.field { display: flex; flex-direction: column; gap: .15rem; min-width: 0; } .field.wide { flex: 1 1 16rem; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: flex-end; margin: 0 0 .85rem; }
.filter select { max-width: 16rem; }
form.act { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: flex-end; margin: 0; } form.plain { display: contents; }
.decide { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin-top: .75rem; align-items: flex-end; }
.decide, .decide-hint { margin-top: .85rem; } pre + p, .copy + p { margin-top: .75rem; }
.steps { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; list-style: none; }
progress { appearance: none; width: 100%; height: .8rem; border: 1px solid var(--edge); border-radius: 99px; background: var(--wash); overflow: hidden; display: block; margin: .35rem 0; }
progress::-webkit-progress-bar { background: var(--wash); } progress::-webkit-progress-value { background: var(--run); } progress::-moz-progress-bar { background: var(--run); }
.login { max-width: 28rem; margin: 8vh auto; } .login .field { margin-bottom: .85rem; } .login input { width: 100%; }
.log { margin: 0; padding: 0; list-style: none; } .log li { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; padding: .3rem 0; border-top: 1px solid var(--line); } .log li:first-child { border-top: 0; }
.log time { color: var(--muted); font-size: .8125rem; }
details > summary { cursor: pointer; padding: .2rem 0; } details[open] > summary { margin-bottom: .4rem; }
.needs { list-style: none; margin: 0; padding: 0; } .needs .notice { margin-bottom: .5rem; } .needs li:last-child .notice { margin-bottom: 0; }
.copy { position: relative; } .copy > button { position: absolute; top: .35rem; right: .35rem; }
dialog { color: var(--ink); background: var(--sheet); border: 1px solid var(--edge); border-radius: 8px; padding: 1.1rem 1.3rem; max-width: min(34rem, 92vw); } dialog::backdrop { background: #0008; }
@media (max-width: 40rem) { .facts, .log li { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dd { margin-bottom: .45rem; } .figures { gap: .6rem 1.4rem; } .sheet { padding: .8rem .75rem; } }
`;
