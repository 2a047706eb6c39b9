import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempFolder } from '../temp-folder.ts';

/** How somebody logs in, in a kubeconfig's words: `{token}`, `{'client-certificate': path, 'client-key': path}`, `{exec: {…}}`. */
export type Login = Readonly<Record<string, unknown>>;

/** Writes a kubeconfig with one context, `test`. @returns its path */
export function writeKubeconfig(server: string, caPem: string, login: Login): string {
  const path = join(makeTempFolder('kube'), 'config');
  const body = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [
      { name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    ],
    users: [{ name: 'test', user: login }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  };
  writeFileSync(path, JSON.stringify(body), { mode: 0o600 });
  return path;
}
