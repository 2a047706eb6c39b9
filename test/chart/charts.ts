import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import {
  type KubeObject,
  mergeValues,
  type Release,
  type Rendered,
  readChart,
  renderChart,
  type Values,
} from '../support/helm-template.ts';

const FOLDER = join(process.cwd(), 'charts/winnow');

export const chart = readChart(FOLDER);

/** The least that everything is rendered with. */
export const image = { image: { repository: 'registry.example:5000/tools/winnow' } };

/** Values that users might have, by the names of their files in `ci`. */
export const examples: ReadonlyMap<string, Values> = new Map(
  readdirSync(join(FOLDER, 'ci')).map((file) => [
    file.replace('-values.yaml', ''),
    parse(readFileSync(join(FOLDER, 'ci', file), 'utf8')) as Values,
  ]),
);

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const isValid = ajv.compile(JSON.parse(chart.files.get('values.schema.json') ?? '{}') as object);

/** What Helm would say against these values, each with its place: `/prune/shedule`. */
export function problemsOf(values: Values): readonly string[] {
  if (isValid(mergeValues(chart.values, values))) return [];
  return (isValid.errors ?? []).map(({ instancePath, message = '', params }) => {
    const { additionalProperty } = params as { readonly additionalProperty?: string };
    return `${instancePath}${additionalProperty === undefined ? '' : `/${additionalProperty}`}: ${message}`;
  });
}

/** As `helm template` does it: values are held to the schema first. */
export function render(values: Values, release?: Release): Rendered {
  const problems = problemsOf(values);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return renderChart(chart, values, release);
}

/** The one object of a kind and name. @throws when there is none, or several */
export function objectOf<T = KubeObject>({ objects }: Rendered, kind: string, name: string): T {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name} among ${objects.map(nameOf).join(', ')}`);
  return found[0] as unknown as T;
}

/** `CronJob winnow-prune`. */
export const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;

export interface Workload extends KubeObject {
  readonly pod: PodSpec;
  readonly podMetadata: KubeObject['metadata'];
}

export interface PodSpec {
  readonly [field: string]: unknown;
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly [Container];
  readonly volumes: readonly Volume[];
}

export interface Container {
  readonly [field: string]: unknown;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Volume {
  readonly [source: string]: unknown;
  readonly name: string;
}

interface PodTemplate {
  readonly metadata: KubeObject['metadata'];
  readonly spec: PodSpec;
}

/** Everything that has pods made, with what its pods are. */
export function workloads({ objects }: Rendered): readonly Workload[] {
  return objects.flatMap((object) => {
    const spec = object['spec'] as { jobTemplate?: { spec: { template: PodTemplate } }; template?: PodTemplate };
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    return template === undefined ? [] : [{ ...object, pod: template.spec, podMetadata: template.metadata }];
  });
}

/** The one workload of that name. */
export function workload(rendered: Rendered, name: string): Workload {
  const found = workloads(rendered).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${rendered.objects.map(nameOf).join(', ')}`);
  return found;
}

/** A settings file as a pod reads it. */
export function settingsOf(rendered: Rendered, name: string, file = 'winnow.yaml'): Values {
  const { data } = objectOf<{ readonly data: Readonly<Record<string, string>> }>(rendered, 'ConfigMap', name);
  return parse(data[file] ?? '') as Values;
}
