import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { readLogin } from './login.ts';

function kubeconfig(user: object, cluster: object = {}): string {
  const file = join(makeTempFolder('kubeconfig'), 'config');
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
    clusters: [{ name: 'here', cluster: { server: 'https://api.example:6443', ...cluster } }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

describe('the login of a kubeconfig', () => {
  test('is its token, and what it trusts', async () => {
    const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const file = kubeconfig(
      { token: 'sha256~secret' },
      { 'certificate-authority-data': Buffer.from(ca).toString('base64') },
    );
    const login = await readLogin({ kubeconfig: file });

    expect(login).toMatchObject({ token: 'sha256~secret', ca, isInsecure: false });
    expect(await login.renew?.()).toBe('sha256~secret');
  });

  test('tells that certificates are not verified', async () => {
    expect(
      await readLogin({ kubeconfig: kubeconfig({ token: 't' }, { 'insecure-skip-tls-verify': true }) }),
    ).toMatchObject({
      isInsecure: true,
    });
  });

  test('has no token where the user shows a certificate', async () => {
    const user = { username: 'kubeadmin', password: 'x' };
    expect(await readLogin({ kubeconfig: kubeconfig(user) })).not.toHaveProperty('token');
  });

  test('that can not be read is refused, without what stands in it', async () => {
    const file = join(makeTempFolder('kubeconfig'), 'config');
    writeFileSync(file, 'users: [{token: secret');

    await expect(readLogin({ kubeconfig: file })).rejects.toMatchObject({
      code: 'INTEGRATED_REGISTRY_NO_TOKEN',
      message: expect.not.stringContaining('secret'),
    });
  });
});
