import { examples, problemsOf, render } from '../test/chart/charts.ts';
import { faultsOf } from '../test/chart/kubernetes-fields.ts';
import { checkSettings } from '../src/config/check.ts';
import { formatProblem } from '../src/config/problem.ts';
for (const [n, v] of examples) {
  console.log('#', n, problemsOf(v));
  const { objects } = render(v);
  for (const o of objects) {
    const f = faultsOf(o as never); if (f.length) console.log(o.kind, o.metadata.name, f);
    if (o.kind === 'ConfigMap') for (const [k, t] of Object.entries(o['data'] as object)) if (k.endsWith('.yaml')) { const { problems, warnings } = checkSettings(t as string, k); const p = [...problems, ...warnings].map(formatProblem); if (p.length) console.log(o.metadata.name, k, p); }
  }
  console.log(objects.map((o) => `${o.kind}/${o.metadata.name}`).join(' '));
}
