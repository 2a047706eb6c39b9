import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chart, examples, image, objectOf, render } from './charts.ts';

interface MetricList {
  readonly service: Readonly<Record<string, { readonly type: string; readonly labels: readonly string[] }>>;
  readonly kubeStateMetrics: readonly string[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const metrics = JSON.parse(chart.files.get('files/metrics.json') ?? '') as MetricList;
const rulesIn = (file: string) =>
  (parse(chart.files.get(`files/alerts/${file}`) ?? '') as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(chart.files.get('files/dashboard.json') ?? '') as { readonly panels: readonly Panel[] };
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Names of metrics in an expression; a histogram is known by three. */
const metricsIn = (expression: string) =>
  [...expression.matchAll(/\b(winnow|kube)_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));

/** Labels by which an expression selects or groups. */
const labelsIn = (expression: string) => [
  ...[...expression.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
  ...[...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/)),
];

describe('alerts and the dashboard', () => {
  test('speak of metrics that there are, of the service or of kube-state-metrics', () => {
    const ofService = [...rulesIn('service.yaml').map(({ expr }) => expr), ...expressions].flatMap(metricsIn);
    const ofJobs = rulesIn('cronjobs.yaml').flatMap(({ expr }) => metricsIn(expr));

    expect([...new Set(ofService)].filter((name) => !(name in metrics.service))).toEqual([]);
    expect([...new Set(ofJobs)].sort()).toEqual([...metrics.kubeStateMetrics].sort());
    expect(metricsIn('rate(winnow_run_duration_seconds_bucket[5m]) > winnow_oops')).toEqual([
      ...['winnow_run_duration_seconds', 'winnow_oops'],
    ]);
  });

  test('leave no metric of the service unused', () => {
    const used = new Set([...rulesIn('service.yaml').map(({ expr }) => expr), ...expressions].flatMap(metricsIn));

    expect(Object.keys(metrics.service).filter((name) => !used.has(name))).toEqual([]);
  });

  test('go by labels that these metrics have', () => {
    const given = ['namespace', 'job', 'instance', 'le'];
    const known = new Set([...given, ...Object.values(metrics.service).flatMap(({ labels }) => labels)]);
    const unknown = [...rulesIn('service.yaml').map(({ expr }) => expr), ...expressions].flatMap((expression) =>
      labelsIn(expression).filter((label) => !known.has(label)),
    );

    expect(unknown).toEqual([]);
    expect(labelsIn('sum by (a, b) (x{c="d", e=~"f"})')).toEqual(['c', 'e', 'a', 'b']);
  });

  test('have metrics of the service named as Prometheus asks for it', () => {
    for (const [name, { type }] of Object.entries(metrics.service)) {
      expect([name, /^winnow_[a-z]+(_[a-z]+)*$/.test(name)]).toEqual([name, true]);
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    }
  });
});

describe('the dashboard', () => {
  test('has no two panels in one place, and each within its width', () => {
    const places = dashboard.panels.map(({ gridPos }) => gridPos);
    const overlaps = places.filter((a, index) =>
      places.slice(index + 1).some((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );

    expect(dashboard.panels.length).toBeGreaterThan(10);
    expect(overlaps).toEqual([]);
    expect(places.filter(({ x, w }) => x + w > 24)).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test('comes as a ConfigMap that Grafana finds', () => {
    const map = objectOf<{ readonly metadata: object; readonly data: Readonly<Record<string, string>> }>(
      render(examples.get('service') ?? {}),
      'ConfigMap',
      'winnow-dashboard',
    );

    expect(map.metadata).toMatchObject({
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'Registries' },
    });
    expect(JSON.parse(map.data['winnow.json'] ?? '')).toEqual(dashboard);
  });
});

describe('the alerts', () => {
  const alertsOf = (values: object, release = {}) =>
    JSON.stringify(
      objectOf(
        render({ ...image, metrics: { prometheusRule: { enabled: true } }, ...values }, release),
        'PrometheusRule',
        'gc-winnow',
      )['spec'],
    );
  const release = { name: 'gc', namespace: 'tools' };

  test('are about the service where there is one, else about jobs, of this release alone', () => {
    const service = alertsOf({ service: { enabled: true } }, release);
    const jobs = alertsOf({ prune: { enabled: true } }, release);

    expect(service).toContain('winnow_build_info{namespace=\\"tools\\"}');
    expect(service).not.toContain('kube_');
    expect(jobs).toContain('job_name=~\\"gc-winnow-(reconcile|');
    expect(jobs).not.toContain('winnow_');
    expect(`${service}${jobs}`).not.toMatch(/NAME/);
  });
});
