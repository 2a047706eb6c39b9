import { readChart, renderChart, scopeOf, objectsIn } from '../test/support/helm-template.ts';
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
const chart = readChart('/work/main/charts/winnow');
const v = parse(readFileSync(process.argv[2]!, 'utf8'));
const r = spawnSync('/tmp/chart/goengine', { input: JSON.stringify({ files: Object.fromEntries(chart.files), scope: scopeOf(chart, v) }), encoding: 'utf8' });
const go = JSON.parse(r.stdout || '{"error": "no out"}');
console.log(r.stderr.slice(0, 500), go.error);
const js = renderChart(chart, v);
for (const n of new Set([...Object.keys(go.texts ?? {}), ...js.texts.keys()])) {
  const a = go.texts[n], b = js.texts.get(n);
  if (a === b) { console.log('same', n); continue; }
  if (a !== undefined && b !== undefined && n.endsWith('.yaml') && isDeepStrictEqual(objectsIn(a), objectsIn(b))) { console.log('equal', n); continue; }
  console.log('DIFFERENT', n, '\n-- go\n', a, '\n-- js\n', b);
}
