import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../../../test/support/certificates.ts';
import { startChild } from '../../../../test/support/child.ts';
import { freePort } from '../../../../test/support/free-port.ts';
import { makeOddCertificates, type OddCertificates } from '../../../../test/support/odd-certificates.ts';
import { describeReal, programPath } from '../../../../test/support/requirements.ts';
import { startScriptedServer } from '../../../../test/support/scripted-server.ts';
import { makeTempFolder } from '../../../../test/support/temp-folder.ts';
import { loadTls } from './tls.ts';
import { openTransport, type TransportSettings } from './transport.ts';

const signal = new AbortController().signal;

async function securityWith(settings: TransportSettings): Promise<string> {
  const transport = await openTransport({ env: {}, timeoutMs: 5000, retries: 0, ...settings }, signal);
  await transport.close();
  return transport.security;
}

describeReal('the certificate of a registry', ['openssl'], () => {
  let good: Certificates;
  let odd: OddCertificates;
  beforeAll(async () => {
    [good, odd] = await Promise.all([makeCertificates(), makeOddCertificates()]);
  });
  const serve = (tls: Certificates['server'], clientCaFile?: string) =>
    startScriptedServer((_, response) => void response.end(), {
      tls,
      ...(clientCaFile === undefined ? {} : { clientCaFile }),
    });

  test('is accepted when its authority is named', async () => {
    const { url } = await serve(good.server);

    expect(await securityWith({ url, caFile: good.caFile })).toBe('verified');
  });

  test('of another authority than the named one is untrusted, on loopback too', async () => {
    const { url } = await serve(good.server);

    await expect(securityWith({ url, caFile: odd.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_UNTRUSTED',
      hint: expect.stringContaining('--certificate-authority FILE'),
    });
  });

  test('signed by itself is untrusted', async () => {
    const { url } = await serve(odd.selfSigned);

    await expect(securityWith({ url, caFile: good.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_UNTRUSTED',
      message: expect.stringContaining('signed by itself'),
    });
  });

  test('that is over, or not valid yet, is told apart', async () => {
    const expired = await serve(odd.expired);
    const early = await serve(odd.early);

    await expect(securityWith({ url: expired.url, caFile: odd.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_EXPIRED',
      message: expect.stringContaining('has expired'),
    });
    await expect(securityWith({ url: early.url, caFile: odd.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_EXPIRED',
      message: expect.stringContaining('not valid yet'),
    });
  });

  test('for another host is told with the names that it is for', async () => {
    const { url } = await serve(odd.otherHost);

    await expect(securityWith({ url, caFile: odd.caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_WRONG_HOST',
      message: expect.stringContaining('other.example.test'),
    });
  });

  test.each(['expired', 'otherHost', 'selfSigned'] as const)(
    'that is %s is passed over with --force-insecure',
    async (which) => {
      const { url } = await serve(odd[which]);

      expect(await securityWith({ url, insecure: true })).toBe('unverified');
    },
  );

  test('is not verified on loopback without any setting, as the rules for local addresses say', async () => {
    const { url } = await serve(good.server);

    expect(await securityWith({ url })).toBe('unverified');
  });

  test('may ask for a client certificate, and gets it', async () => {
    const { url } = await serve(good.server, good.caFile);
    const { certificateFile: certFile, keyFile } = good.client;

    expect(await securityWith({ url, caFile: good.caFile, certFile, keyFile })).toBe('verified');
  });

  test('a client certificate that is missing, or of the wrong authority, is told', async () => {
    const url = await demandingServer(good);
    const { certificateFile: certFile, keyFile } = odd.selfSigned;

    for (const files of [{}, { certFile, keyFile }])
      await expect(securityWith({ url, caFile: good.caFile, ...files })).rejects.toMatchObject({
        code: 'REGISTRY_TLS_CLIENT_CERTIFICATE',
      });
  });

  test('a key of another certificate is told before anything is sent', async () => {
    const files = { certFile: good.client.certificateFile, keyFile: good.server.keyFile };

    await expect(loadTls(files)).rejects.toMatchObject({ code: 'REGISTRY_TLS_FILE_INVALID' });
  });

  test('a file with text around its certificates is read', async () => {
    const caFile = join(makeTempFolder('ca'), 'bundle.pem');
    writeFileSync(
      caFile,
      `# our authority\n${readFileSync(good.caFile, 'utf8')}\n# and another\n${readFileSync(odd.caFile, 'utf8')}`,
    );
    const { url } = await serve(odd.expired);

    await expect(securityWith({ url, caFile })).rejects.toMatchObject({ code: 'REGISTRY_TLS_EXPIRED' });
  });
});

describe('files for TLS', () => {
  const folder = makeTempFolder('tls-files');
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test.each([
    ['is missing', () => join(folder, 'missing.pem'), /: no such file or directory$/],
    ['is no PEM', () => file('der.pem', 'MIIB'), /it is not PEM/],
    [
      'holds something else',
      () => file('key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'),
      /no certificate/,
    ],
    ['is damaged', () => file('bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), /damaged/],
  ])('an authority that %s is told with its path', async (_, make, why) => {
    const caFile = make();

    await expect(loadTls({ caFile })).rejects.toMatchObject({
      code: 'REGISTRY_TLS_FILE_INVALID',
      message: expect.stringMatching(why),
    });
    await expect(loadTls({ caFile })).rejects.toThrow(caFile);
  });

  test('a client certificate without its key, or the other way round, is told', async () => {
    await expect(loadTls({ certFile: 'a.pem' })).rejects.toMatchObject({ code: 'REGISTRY_SETTINGS_INVALID' });
    await expect(loadTls({ keyFile: 'a.key' })).rejects.toMatchObject({ code: 'REGISTRY_SETTINGS_INVALID' });
  });
});

/** OpenSSL's own server: unlike Node's, it says why it refuses a client. */
async function demandingServer({ server, caFile }: Certificates): Promise<string> {
  const host = `127.0.0.1:${await freePort()}`;
  const files = ['-cert', server.certificateFile, '-key', server.keyFile, '-CAfile', caFile];
  await startChild({
    command: programPath('openssl'),
    args: ['s_server', '-accept', host, ...files, '-Verify', '1', '-verify_return_error', '-www', '-quiet'],
    env: {},
    isReady: () => isListening(host),
  });
  return `https://${host}`;
}

function isListening(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
