const dark = `
    --pic-ink: #f2f5f8; --pic-muted: #b6c0ca; --pic-edge: #93a0ad; --pic-grid: #3b444d; --pic-page: #12161a;
    --pic-stays: #28507a; --pic-used: #23603d; --pic-goes: #83402f; --pic-mixed: #4d4569; --pic-shared: #474d54; --pic-untagged: #665522;
    --pic-free: #1d2329; --pic-hatch: #ffffff44;
    --pic-step-0: #1f2a34; --pic-step-1: #26405a; --pic-step-2: #2b5580; --pic-step-3: #2f659c; --pic-step-4: #3471b0;
    --pic-good: #23603d; --pic-calm: #3c434a; --pic-warn: #6b5515; --pic-bad: #8a3328; --pic-run: #28507a; --pic-wait: #4d4569;
    --pic-line: #7ab8f0; --pic-line-2: #74c996; --pic-bar: #e08a6f; --pic-high: #ff9a8f; --pic-low: #86d8a6;`;

/**
 * Colours and lines of all pictures, for the style sheet of the pages. Letters on areas have a contrast of 4.5 and more, areas have an
 * edge of 3 and more; dark pages set the same names anew.
 */
export const pictureStyle = `
:root {
  --pic-ink: #16191d; --pic-muted: #4c5661; --pic-edge: #5d6874; --pic-grid: #c9d0d7; --pic-page: #ffffff;
  --pic-stays: #bcd5ec; --pic-used: #b3ddc1; --pic-goes: #f5b9a6; --pic-mixed: #ddd3ec; --pic-shared: #d8dbde; --pic-untagged: #eedd9f;
  --pic-free: #f1f3f5; --pic-hatch: #00000055;
  --pic-step-0: #eef4f9; --pic-step-1: #cfe1f1; --pic-step-2: #a9cae6; --pic-step-3: #85b1da; --pic-step-4: #6a9ccd;
  --pic-good: #b3ddc1; --pic-calm: #dfe3e7; --pic-warn: #f3d98b; --pic-bad: #f2aca3; --pic-run: #bcd5ec; --pic-wait: #ddd3ec;
  --pic-line: #1c5f9e; --pic-line-2: #2c7a4b; --pic-bar: #b4543a; --pic-high: #a3261b; --pic-low: #1d6b40;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) { ${dark} }
}
:root[data-theme='dark'] { ${dark} }
.picture { margin: 0 0 1rem; }
.picture > svg, svg.picture { display: block; overflow: visible; max-width: 100%; height: auto; }
.picture > svg { width: 100%; }
.disk-bar > svg { max-width: 600px; }
.run-strip > svg { max-width: 588px; }
.time-line > svg { max-width: 960px; }
svg.spark { display: inline-block; vertical-align: middle; }
.picture text { fill: var(--pic-ink); font-family: system-ui, sans-serif; }
.picture figcaption { color: var(--pic-muted); margin-top: .25rem; }
.picture .area, svg.swatch .area { stroke: var(--pic-edge); stroke-width: 1; }
.look-stays { fill: var(--pic-stays); } .look-used { fill: var(--pic-used); } .look-goes { fill: var(--pic-goes); }
.look-mixed { fill: var(--pic-mixed); } .look-shared { fill: var(--pic-shared); } .look-untagged { fill: var(--pic-untagged); }
.look-free { fill: var(--pic-free); } .look-plain { fill: var(--pic-free); }
.look-step-0 { fill: var(--pic-step-0); } .look-step-1 { fill: var(--pic-step-1); } .look-step-2 { fill: var(--pic-step-2); }
.look-step-3 { fill: var(--pic-step-3); } .look-step-4 { fill: var(--pic-step-4); }
.hatch { stroke: var(--pic-hatch); stroke-width: 1.2; fill: none; pointer-events: none; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .25rem 0 0; padding: 0; }
.legend .swatch { width: 18px; height: 14px; vertical-align: -2px; }
.mark { fill: none; stroke-width: 2; stroke: var(--pic-low); stroke-dasharray: 4 2; } .mark-high { stroke: var(--pic-high); stroke-dasharray: none; }
.standing { font-weight: 600; color: var(--pic-ink); }
.run-none { fill: none; stroke: var(--pic-grid); stroke-dasharray: 2 2; }
.run-cell rect { stroke: var(--pic-edge); }
.run-good rect { fill: var(--pic-good); } .run-calm rect { fill: var(--pic-calm); } .run-warn rect { fill: var(--pic-warn); }
.run-bad rect { fill: var(--pic-bad); } .run-run rect { fill: var(--pic-run); } .run-wait rect { fill: var(--pic-wait); }
.spark-line, .series { fill: none; stroke: var(--pic-line); stroke-width: 1.5; } .spark-last { fill: var(--pic-line); }
.series-live { stroke: var(--pic-line-2); stroke-dasharray: 5 3; } .dot { fill: var(--pic-line); } .dot-live { fill: var(--pic-line-2); }
.bar { fill: var(--pic-bar); } .bar-removed { fill: var(--pic-line); }
.grid { stroke: var(--pic-grid); fill: none; }
.picture .panel-title { font-weight: 600; }
.picture a { text-decoration: none; cursor: pointer; }
.picture a:focus-visible { outline: none; }
.picture a:focus-visible .area, .picture a:focus-visible .node-box { stroke: var(--pic-ink); stroke-width: 4; }
.picture a:hover .area, .picture a:hover .node-box { stroke: var(--pic-ink); stroke-width: 2; }
.picture .group-edge { fill: none; stroke: var(--pic-ink); stroke-width: 2; pointer-events: none; }
.picture .group-name { font-weight: 600; } .picture .label { pointer-events: none; }
.picture .label-back { fill: var(--pic-page); opacity: .78; pointer-events: none; }
.node-box { fill: var(--pic-free); stroke: var(--pic-edge); } .node-target .node-box { stroke: var(--pic-ink); stroke-width: 2.5; }
.node-root .node-box { fill: var(--pic-used); } .node-more .node-box { stroke-dasharray: 3 3; }
.edge { fill: none; stroke: var(--pic-edge); stroke-width: 1.2; } .edge-way { stroke: var(--pic-ink); stroke-width: 2.6; }
.edge-end { fill: var(--pic-edge); }
.picture .edge-words, .picture .axis { fill: var(--pic-muted); }
@media (forced-colors: active) { .picture .area, .run-cell rect, .node-box { forced-color-adjust: none; } .picture text { fill: CanvasText; } }
@media print { .picture a { text-decoration: none; } }
`;
