import { describe, expect, test } from 'vitest';
import {
  type IntegratedRegistryServerOptions,
  startIntegratedRegistry,
} from '../../../../test/support/integrated-registry-server.ts';
import { integratedRegistryContract } from '../contract.suite.ts';
import type { IntegratedRegistrySettings } from '../settings.ts';
import { openshiftRegistry } from './openshift.ts';

const { signal } = new AbortController();
const TOKEN = 'sha256~the-token-of-the-test';
const DIGEST = `sha256:${'ab'.repeat(32)}` as const;

function settings(url: string, more: Partial<IntegratedRegistrySettings> = {}): IntegratedRegistrySettings {
  const login = { token: TOKEN, isInsecure: false };
  return {
    ...{ url, isUrlGiven: true, login, forceInsecure: false, concurrency: 4, timeoutMs: 5000, retries: 2 },
    ...more,
  };
}

async function opened(options: IntegratedRegistryServerOptions = {}) {
  const server = await startIntegratedRegistry({ token: TOKEN, ...options });
  return { server, registry: await openshiftRegistry(settings(server.url), signal) };
}

integratedRegistryContract('openshift', async () => (await opened()).registry);

describe('a request to the integrated registry', () => {
  test('knows the user by his token, and his name is of no account', async () => {
    const { server, registry } = await opened();
    server.world.data.set(DIGEST, { mediaType: '', bytes: Buffer.from('x') });

    expect(await registry.deleteBlob(DIGEST, signal)).toBe('deleted');
    expect(server.lines.slice(-1)).toEqual([`DELETE /admin/blobs/${DIGEST}`]);
    await registry.close();
  });

  test('is one request where there is nothing, and that is no failure', async () => {
    const { server, registry } = await opened();

    expect(await registry.deleteBlob(DIGEST, signal)).toBe('absent');
    expect(server.lines.filter((line) => line.startsWith('DELETE'))).toHaveLength(1);
    await registry.close();
  });

  test('is repeated when the server fails for a moment, and told with what came back when it goes on', async () => {
    let failures = 2;
    const instead = (line: string) => {
      if (!line.startsWith('DELETE') || failures === 0) return undefined;
      failures -= 1;
      return { status: 503, body: 'busy' };
    };
    const { registry } = await opened({ instead });

    expect(await registry.deleteBlob(DIGEST, signal)).toBe('absent');
    failures = 9;
    await expect(registry.deleteBlob(DIGEST, signal)).rejects.toMatchObject({
      code: 'INTEGRATED_REGISTRY_FAILED',
      message: expect.stringMatching(/deleting the blob sha256:.*503 busy \(tried 3 times\)/),
    });
    await registry.close();
  });

  test('is sent again with a new token where the old one has ended meanwhile', async () => {
    const { server } = await opened();
    const login = { token: 'ended', renew: async () => TOKEN, isInsecure: false };
    const registry = await openshiftRegistry(settings(server.url, { login }), signal);

    expect(await registry.deleteBlob(DIGEST, signal)).toBe('absent');
    await registry.close();
  });

  test('that is refused says what to grant, and never shows the token', async () => {
    const { server } = await opened();
    const registry = await openshiftRegistry(
      settings(server.url, { login: { token: 'wrong', isInsecure: false } }),
      signal,
    );

    const refused = await registry.deleteBlob(DIGEST, signal).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'INTEGRATED_REGISTRY_UNAUTHORIZED',
      hint: expect.stringContaining('system:image-pruner'),
    });
    expect((refused as Error).message).toContain('not ***');
    expect((refused as Error).message).not.toContain('wrong');
    await registry.close();
  });

  test.each([
    { status: 405, body: '' },
    { status: 400, body: '{"errors":[{"code":"UNSUPPORTED","message":"The operation is unsupported."}]}' },
  ])('to a registry that does not delete ($status) is told as such', async (refusal) => {
    const { registry } = await opened({ instead: (line) => (line.startsWith('DELETE') ? refusal : undefined) });

    await expect(registry.assertCanDelete('shop/web', signal)).rejects.toMatchObject({
      code: 'INTEGRATED_REGISTRY_UNSUPPORTED',
    });
    await registry.close();
  });

  test('ends at once when it is stopped', async () => {
    const { registry } = await opened({ instead: (line) => (line.startsWith('DELETE') ? { status: 503 } : undefined) });

    await expect(registry.deleteBlob(DIGEST, AbortSignal.timeout(50))).rejects.toThrow(/timeout/i);
    await registry.close();
  });
});
