import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type Json, type KubeApi, openKubeApi } from '../../src/util/kubernetes/kube-api.ts';
import { KubeError } from '../../src/util/kubernetes/kube-error.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { type Made, objects } from './objects.ts';

/** A namespace of its own in some cluster, with one of each kind in it. */
export interface Workshop {
  readonly namespace: string;
  readonly api: KubeApi;
  readonly kubeconfig: string;
  /** `/api/v1/namespaces/NS/pods` of this namespace. */
  at(path: string): string;
  /** A kubeconfig of an account that may do what the rules say. */
  accountWith(name: string, rules: readonly object[]): Promise<string>;
  /** A kubeconfig with a token that is none. */
  strangersKubeconfig(): Promise<string>;
  /** Removes all that was made. */
  close(): Promise<void>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const signal = () => AbortSignal.timeout(60_000);

export async function openWorkshop(kubeconfig: string): Promise<Workshop> {
  const namespace = `winnow-test-${randomBytes(4).toString('hex')}`;
  const api = await openKubeApi({ kubeconfig });
  const at = (path: string) => path.replace('/NS', `/${namespace}`);
  const accounts: string[] = [];
  await api.post(
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    signal(),
  );
  // Made by a controller where there is one; pods are refused without it.
  await unlessThere(() => api.post(at('/api/v1/namespaces/NS/serviceaccounts'), account('default'), signal()));
  for (const { path, object } of objects) await api.post(at(path), object, signal());
  return {
    ...{ namespace, api, kubeconfig, at },
    accountWith: async (name, rules) => {
      const full = `${namespace}-${name}`;
      accounts.push(full);
      await api.post(at('/api/v1/namespaces/NS/serviceaccounts'), account(name), signal());
      const about = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: full } };
      await api.post(`${RBAC}/clusterroles`, { ...about, kind: 'ClusterRole', rules }, signal());
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: full };
      const binding = {
        ...about,
        kind: 'ClusterRoleBinding',
        roleRef,
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      };
      await api.post(`${RBAC}/clusterrolebindings`, binding, signal());
      return kubeconfigWith(kubeconfig, await tokenFor(api, at(`/api/v1/namespaces/NS/serviceaccounts/${name}/token`)));
    },
    strangersKubeconfig: () => kubeconfigWith(kubeconfig, 'no-token-of-anybody'),
    close: async () => {
      for (const name of accounts)
        for (const kind of ['clusterrolebindings', 'clusterroles'])
          await unlessGone(() => api.delete(`${RBAC}/${kind}/${name}`, {}, signal()));
      // What is in it goes with it where there is a controller for that; one by one it goes everywhere.
      for (const { path, object } of objects)
        await unlessGone(() => api.delete(`${at(path)}/${nameOf({ path, object })}`, {}, signal()));
      await unlessGone(() => api.delete(`/api/v1/namespaces/${namespace}`, {}, signal()));
      await api.close();
    },
  };
}

export const nameOf = ({ object }: Made) => (object['metadata'] as { readonly name: string }).name;

/** The rules of a cluster role of `docs/rbac`. */
export function documentedRules(file: string): readonly { readonly resources: readonly string[] }[] {
  const all = [...parseAllDocuments(readFileSync(join('docs', 'rbac', file), 'utf8'))].map((one) => one.toJS());
  return all.find(({ kind }) => kind === 'ClusterRole').rules;
}

const account = (name: string): Json => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });

/** Another token for the same cluster. */
async function kubeconfigWith(kubeconfig: string, token: string): Promise<string> {
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
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
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
