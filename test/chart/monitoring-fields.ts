import * as z from 'zod';

/*
 * What we use of the Prometheus operator's kinds; Kubernetes' own types do not have them.
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/v0.75.0/Documentation/api.md
 */

const labels = z.record(z.string(), z.string());
const duration = z.string().regex(/^\d+(ms|s|m|h|d|w)$/);

const rule = z.strictObject({
  alert: z.string().regex(/^Winnow[A-Z]/),
  expr: z.string().min(1),
  for: duration.optional(),
  labels,
  annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
});

const specs: Readonly<Record<string, z.ZodType>> = {
  PrometheusRule: z.strictObject({
    groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule).min(1) })),
  }),
  ServiceMonitor: z.strictObject({
    selector: z.strictObject({ matchLabels: labels }),
    endpoints: z.array(
      z.strictObject({
        port: z.string(),
        path: z.string().startsWith('/'),
        interval: duration,
        authorization: z
          .strictObject({ credentials: z.strictObject({ name: z.string(), key: z.string() }) })
          .optional(),
      }),
    ),
  }),
};

/** What is wrong with an object of the Prometheus operator, each with its path. */
export function faultsOfMonitoring({ apiVersion, kind, spec }: Readonly<Record<string, unknown>>): readonly string[] {
  const schema = specs[String(kind)];
  if (apiVersion !== 'monitoring.coreos.com/v1' || schema === undefined)
    return [`${apiVersion} ${kind}: not known here`];
  const { error } = schema.safeParse(spec);
  return (error?.issues ?? []).map(({ path, message }) => `${kind}.spec.${path.join('.')}: ${message}`);
}
