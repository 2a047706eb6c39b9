import { readChart, renderChart } from '/work/main/test/support/helm-template.ts';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
const v = parse(readFileSync(process.argv[2]!, 'utf8'));
const r = renderChart(readChart('/work/main/charts/winnow'), v);
for (const [p, t] of r.texts) console.log(`### ${p}\n${t}`);
