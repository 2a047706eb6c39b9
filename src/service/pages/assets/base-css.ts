/** Elements, the frame of a page, and how it folds on narrow screens. */
export const baseCss = `
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); font-size: .9375rem; }
main { flex: 1; width: 100%; max-width: 86rem; margin: 0 auto; padding: 1.25rem 1.25rem 2.5rem; }
main:focus { outline: none; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: .25rem 0 1rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 1.0625rem; margin: 0 0 .6rem; font-weight: 650; }
h3 { font-size: .9375rem; margin: 1rem 0 .4rem; font-weight: 650; }
p { margin: 0 0 .6rem; max-width: 75ch; }
a { color: var(--link); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
code, pre, kbd, .mono { font: .875em/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; }
pre { margin: 0; padding: .6rem .75rem; background: var(--wash); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; }
kbd { border: 1px solid var(--edge); border-radius: 4px; padding: 0 .35em; background: var(--sheet); }
dl { margin: 0; } dt { color: var(--muted); } dd { margin: 0; }
ul.bare { list-style: none; margin: 0; padding: 0; }
.num, td.num, th.num { font-variant-numeric: tabular-nums; }
td.num, th.num { text-align: right; white-space: nowrap; }
.none, .ago, .hint, small { color: var(--muted); } small, .hint { font-size: .8125rem; }
time .at { white-space: nowrap; } time .ago { white-space: nowrap; }
.icon { width: 1em; height: 1em; vertical-align: -.125em; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0; }
.skip { position: absolute; left: .75rem; top: -5rem; z-index: 9; background: var(--button); color: var(--button-ink); padding: .5rem .9rem; border-radius: 0 0 6px 6px; }
.skip:focus { top: 0; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding: 0 1.25rem; background: var(--sheet); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: .45rem; font-weight: 700; color: var(--ink); text-decoration: none; padding: .7rem 0; }
.brand .icon { color: var(--good); width: 1.25em; height: 1.25em; }
.top nav ul { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; margin: 0; padding: 0; }
.top nav a { display: block; padding: .7rem .7rem; color: var(--ink); text-decoration: none; border-bottom: 3px solid transparent; }
.top nav a:hover { background: var(--wash); }
.top nav a[aria-current] { border-bottom-color: var(--link); font-weight: 650; }
.top-end { display: flex; align-items: center; gap: .75rem; margin-left: auto; }
.who { color: var(--muted); } .role { border: 1px solid var(--edge); border-radius: 99px; padding: 0 .5em; font-size: .8125rem; }
.foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 2rem; padding: .75rem 1.25rem; color: var(--muted); border-top: 1px solid var(--line); font-size: .8125rem; }
:root:not(.scripted) .keys-hint { display: none; }
@media (max-width: 40rem) {
  main { padding: .9rem .75rem 2rem; } .top { padding: 0 .75rem; } .top nav a { padding: .5rem .5rem; } h1 { font-size: 1.25rem; }
  time .ago { white-space: normal; }
}
@media (prefers-reduced-motion: no-preference) { .icon-run { animation: turn 2.5s linear infinite; transform-origin: 50% 50%; } @keyframes turn { to { transform: rotate(1turn); } } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; } }
@media (forced-colors: active) { .sheet, .notice, .mark-word { border: 1px solid CanvasText; } .top nav a[aria-current] { border-bottom-color: Highlight; } }
`;
