import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json, type KubeApi, openKubeApi } from '../../src/util/kubernetes/kube-api.ts';
import { KubeError } from '../../src/util/kubernetes/kube-error.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import type { Made } from './objects.ts';

/** A namespace of its own in some cluster. */
export interface Workshop {
  readonly namespace: string;
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** What was made in it from the beginning, as this cluster has it. */
  readonly objects: readonly Made[];
  /** `/api/v1/namespaces/NS/pods` of this namespace. */
  at(path: string): string;
  /** A kubeconfig of an account that may do what the rules say, in the whole cluster and in this namespace. */
  accountWith(name: string, rules: readonly object[], ownRules?: readonly object[]): Promise<string>;
  /** Has something removed in the end that is not in this namespace. */
  removeLater(path: string): void;
  /** A kubeconfig with a token that is none. */
  strangersKubeconfig(): Promise<string>;
  /** Removes all that was made. */
  close(): Promise<void>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const signal = () => AbortSignal.timeout(60_000);

/** @param wanted - made in it from the beginning */
export async function openWorkshop(kubeconfig: string, wanted: readonly Made[] = []): Promise<Workshop> {
  const namespace = `winnow-test-${randomBytes(4).toString('hex')}`;
  const api = await openKubeApi({ kubeconfig });
  const at = (path: string) => path.replace('/NS', `/${namespace}`);
  const outside: string[] = [];
  const post = (path: string, body: Json) => api.post(at(path), body, signal());
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  // Made by a controller where there is one; pods are refused without it.
  await unlessThere(() => post('/api/v1/namespaces/NS/serviceaccounts', account('default')));
  const objects = await asServed(api, wanted);
  for (const { path, object } of objects) await post(path, object);
  return {
    ...{ namespace, api, kubeconfig, objects, at },
    accountWith: async (name, rules, ownRules = []) => {
      const full = `${namespace}-${name}`;
      outside.push(`${RBAC}/clusterrolebindings/${full}`, `${RBAC}/clusterroles/${full}`);
      await post('/api/v1/namespaces/NS/serviceaccounts', account(name));
      await post(`${RBAC}/clusterroles`, role('ClusterRole', full, rules));
      await post(`${RBAC}/clusterrolebindings`, binding('ClusterRole', full, { name, namespace }));
      await post(`${RBAC}/namespaces/NS/roles`, role('Role', full, ownRules));
      await post(`${RBAC}/namespaces/NS/rolebindings`, binding('Role', full, { name, namespace }));
      const token = await tokenFor(api, at(`/api/v1/namespaces/NS/serviceaccounts/${name}/token`));
      return await kubeconfigWith(kubeconfig, token, namespace);
    },
    removeLater: (path) => void outside.push(path),
    strangersKubeconfig: () => kubeconfigWith(kubeconfig, 'no-token-of-anybody', namespace),
    close: async () => {
      const gone = (path: string) => unlessGone(() => api.delete(path, {}, signal()));
      for (const path of outside) await gone(path);
      // What is in it goes with it where there is a controller for that; one by one it goes everywhere.
      for (const made of objects) await gone(`${at(made.path)}/${nameOf(made)}`);
      await gone(`/api/v1/namespaces/${namespace}`);
      await api.close();
    },
  };
}

/** Before 1.21 clusters have CronJobs in a version of their own. */
async function asServed(api: KubeApi, wanted: readonly Made[]): Promise<readonly Made[]> {
  const { resources } = await api.get('/apis/batch/v1', signal());
  if ((resources as readonly { readonly name: string }[]).some(({ name }) => name === 'cronjobs')) return wanted;
  return wanted.map(({ path, object }) =>
    object['kind'] === 'CronJob'
      ? { path: path.replace('/v1/', '/v1beta1/'), object: { ...object, apiVersion: 'batch/v1beta1' } }
      : { path, object },
  );
}

const RBAC_VERSION = 'rbac.authorization.k8s.io/v1';

const role = (kind: string, name: string, rules: readonly object[]): Json => ({
  ...{ apiVersion: RBAC_VERSION, kind, metadata: { name }, rules },
});

function binding(kind: string, name: string, subject: { readonly name: string; readonly namespace: string }): Json {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  const subjects = [{ kind: 'ServiceAccount', ...subject }];
  return { apiVersion: RBAC_VERSION, kind: `${kind}Binding`, metadata: { name }, roleRef, subjects };
}

export const nameOf = ({ object }: Made) => (object['metadata'] as { readonly name: string }).name;

/** The rules of the first role of that kind in `docs/rbac`. */
export function documentedRules(
  file: string,
  ofKind: 'ClusterRole' | 'Role' = 'ClusterRole',
): readonly { readonly resources: readonly string[] }[] {
  const all = [...parseAllDocuments(readFileSync(join('docs', 'rbac', file), 'utf8'))].map((one) => one.toJS());
  return all.find(({ kind }) => kind === ofKind).rules;
}

const account = (name: string): Json => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });

/** Another token for the same cluster. */
async function kubeconfigWith(kubeconfig: string, token: string, namespace: string): Promise<string> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${kubeconfig} names no cluster`);
  const { server, caData, caFile, skipTLSVerify } = cluster;
  const ca =
    caData ?? (caFile === undefined ? undefined : readFileSync(join(dirname(kubeconfig), caFile)).toString('base64'));
  const path = join(makeTempFolder('kube'), 'config');
  const entry = {
    ...{ server, 'insecure-skip-tls-verify': skipTLSVerify === true },
    ...(ca === undefined ? {} : { 'certificate-authority-data': ca }),
  };
  const body = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster: entry }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  writeFileSync(path, JSON.stringify(body), { mode: 0o600 });
  return path;
}

async function tokenFor(api: KubeApi, path: string): Promise<string> {
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
  const { status } = await api.post(path, asked, signal());
  return (status as { readonly token: string }).token;
}

async function unlessThere(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof KubeError) || error.reason !== 'AlreadyExists') throw error;
  });
}

async function unlessGone(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof KubeError) || error.reason !== 'NotFound') throw error;
  });
}
