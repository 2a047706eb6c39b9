/** Tables: dense, heads that stay in sight, rows that can be walked by keys; and paper. */
export const tablesCss = `
.scroll { overflow-x: auto; max-width: 100%; } .scroll:focus-visible { outline-offset: 0; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
caption { text-align: left; color: var(--muted); padding: 0 0 .35rem; }
th, td { text-align: left; vertical-align: top; padding: .34rem .6rem; border-bottom: 1px solid var(--line); }
thead th { position: sticky; top: 0; z-index: 1; background: var(--sheet); font-weight: 600; color: var(--muted); white-space: nowrap; box-shadow: inset 0 -1px 0 var(--line); border-bottom: 0; }
tbody th { font-weight: 500; }
tbody tr:hover { background: var(--wash); } tbody tr:focus-within { background: var(--run-wash); }
tbody tr:last-child > * { border-bottom: 0; }
td.break, th.break { overflow-wrap: anywhere; } td.break { min-width: 10rem; } .target { overflow-wrap: anywhere; min-width: 14rem; max-width: 30rem; }
.verb, .when { white-space: nowrap; } .scroll + .scroll, table + details, .sheet > .scroll + h3 { margin-top: .9rem; }
.strip { min-width: 17rem; } .strip .picture { margin: 0; } .strip figcaption { font-size: .8125rem; line-height: 1.3; }
.tall { max-height: min(75vh, 60rem); overflow: auto; }
.pages { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .75rem 0 0; }
@media print {
  :root, :root[data-theme="dark"] { --ground: #fff; --sheet: #fff; --ink: #000; --muted: #333; --line: #999; --link: #000; }
  .top nav, .top-end, .skip, form, .filter, .pages, .keys-hint, button { display: none !important; } main { max-width: none; padding: 0; }
  .sheet { border: 0; padding: 0; break-inside: avoid-page; } thead { display: table-header-group; } thead th { position: static; } .tall { max-height: none; overflow: visible; } tr { break-inside: avoid; }
}
`;
