import * as z from 'zod';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { readOnlyFailure } from '../failure.ts';
import type { SwitchApi } from '../switch-api.ts';
import { type DeploymentPlace, deploymentPath } from './kubernetes-deployment.ts';

/** How a registry is set up, by its Deployment. */
export interface DeployedSetUp {
  /** For messages: `deployment registry/docker-registry`. */
  readonly name: string;
  /** Its configuration file, where that is mounted from a ConfigMap that could be read. */
  readonly config?: string;
  /** Variables of its environment, by name. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose values stand elsewhere; `*`: there are whole sets of them. */
  readonly unseen: readonly string[];
}

const Container = z.object({
  name: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z
    .array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }))
    .default([]),
  envFrom: z.array(z.unknown()).default([]),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().default('') }))
    .default([]),
});
const Deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(Container),
        volumes: z
          .array(
            z.object({
              name: z.string(),
              configMap: z
                .object({
                  name: z.string().default(''),
                  items: z.array(z.object({ key: z.string(), path: z.string() })).optional(),
                })
                .optional(),
            }),
          )
          .default([]),
      }),
    }),
  }),
});
const StoredConfig = z.object({ data: z.record(z.string(), z.string()).default({}) });

type Container = z.infer<typeof Container>;
type Volume = z.infer<typeof Deployment>['spec']['template']['spec']['volumes'][number];

/** Where images of Distribution have their configuration: 2.8, and 3. */
const USUAL = ['/etc/docker/registry/config.yml', '/etc/distribution/config.yml'];

/**
 * Reads how a registry is set up. Secrets are not read. It needs `get` of the Deployment, and of the ConfigMap with its configuration: without
 * that, there is none.
 *
 * @throws READ_ONLY_CLUSTER_FAILED, READ_ONLY_SETTINGS_INVALID where it is not told which of its containers is the registry
 */
export async function deployedSetUp(
  api: SwitchApi,
  place: DeploymentPlace,
  signal: AbortSignal,
): Promise<DeployedSetUp> {
  const name = `deployment ${place.namespace}/${place.name}`;
  const read = Deployment.safeParse(await api.get(deploymentPath(place), signal));
  if (!read.success) throw readOnlyFailure('READ_ONLY_CLUSTER_FAILED', `reading ${name}: it is not as it should be`);
  const { containers, volumes } = read.data.spec.template.spec;
  const found = place.container === undefined ? containers : containers.filter((one) => one.name === place.container);
  const [container] = found;
  if (container === undefined || found.length > 1) {
    const names = containers.map((one) => one.name).join(', ');
    throw readOnlyFailure(
      'READ_ONLY_SETTINGS_INVALID',
      `looking at ${name}: which of its containers is the registry? ${names}`,
    );
  }
  const config = await readConfig(api, place.namespace, container, volumes, signal);
  return { name, ...(config === undefined ? {} : { config }), ...environmentOf(container) };
}

function environmentOf({ env, envFrom }: Container): Pick<DeployedSetUp, 'env' | 'unseen'> {
  const known: Record<string, string> = {};
  const unseen = new Set<string>(envFrom.length > 0 ? ['*'] : []);
  for (const { name, value = '', valueFrom } of env) {
    // Kubernetes puts other variables into `$(NAME)`.
    if ((valueFrom === undefined || valueFrom === null) && !value.includes('$(')) known[name] = value;
    else unseen.add(name);
  }
  return { env: known, unseen: [...unseen] };
}

async function readConfig(
  api: SwitchApi,
  namespace: string,
  container: Container,
  volumes: readonly Volume[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { command, args, env } = container;
  const named = [...env.filter((one) => one.name === 'REGISTRY_CONFIGURATION_PATH').map(({ value = '' }) => value)];
  const given = [...command, ...args].filter((word) => /\.ya?ml$/.test(word));
  const paths = given.length > 0 ? given : named.length > 0 ? named : USUAL;
  for (const path of paths) {
    const place = configMapAt(path, container, volumes);
    if (place === undefined) continue;
    const stored = await configMap(api, namespace, place.name, signal);
    const text = stored?.[place.key];
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Which ConfigMap, and which key of it, is mounted at a path. */
function configMapAt(
  path: string,
  { volumeMounts }: Container,
  volumes: readonly Volume[],
): { readonly name: string; readonly key: string } | undefined {
  const [mount] = volumeMounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/+$/, '')}/`))
    .sort((a, b) => b.mountPath.length - a.mountPath.length);
  const map = volumes.find(({ name }) => name === mount?.name)?.configMap;
  if (mount === undefined || map === undefined) return undefined;
  const below = path.slice(mount.mountPath.replace(/\/+$/, '').length + 1);
  const file = [mount.subPath, below].filter((part) => part !== '').join('/');
  const key = map.items === undefined ? file : map.items.find((item) => item.path === file)?.key;
  return key === undefined ? undefined : { name: map.name, key };
}

/** Undefined where it may not be read, or is not there. */
async function configMap(
  api: SwitchApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const stored = await api.get(`/api/v1/namespaces/${namespace}/configmaps/${encodeURIComponent(name)}`, signal);
    return StoredConfig.safeParse(stored).data?.data;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'READ_ONLY_CLUSTER_FAILED') return undefined;
    throw error;
  }
}
