import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KeyPair } from './certificates.ts';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

export interface OddCertificates {
  /** The authority that signed all but `selfSigned`. */
  readonly caFile: string;
  /** For 127.0.0.1, over since 2020. */
  readonly expired: KeyPair;
  /** For 127.0.0.1, not before 2090. */
  readonly early: KeyPair;
  /** Good, but for `other.example.test` alone. */
  readonly otherHost: KeyPair;
  /** For 127.0.0.1, signed by itself. */
  readonly selfSigned: KeyPair;
}

/** Server certificates that a client must not accept, each with one thing wrong. Needs `openssl`. */
export async function makeOddCertificates(): Promise<OddCertificates> {
  const folder = makeTempFolder('odd-certificates');
  const openssl = (...args: string[]) => run(programPath('openssl'), args, { cwd: folder });
  mkdirSync(join(folder, 'issued'));
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(join(folder, 'odd.cnf'), SETTINGS);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-config', 'odd.cnf'];
  const signedItself = ['req', '-x509', ...newKey, '-days', '2'];

  await openssl(...signedItself, '-extensions', 'authority', '-subj', '/CN=odd', '-out', 'ca.crt', '-keyout', 'ca.key');
  await openssl(...signedItself, '-extensions', 'here', '-subj', '/CN=self', '-out', 'self.crt', '-keyout', 'self.key');
  return {
    caFile: join(folder, 'ca.crt'),
    expired: await issue('expired', 'here', '20200101000000Z', '20200201000000Z'),
    early: await issue('early', 'here', '20900101000000Z', '20910101000000Z'),
    otherHost: await issue('other-host', 'elsewhere', '20200101000000Z', '20900101000000Z'),
    selfSigned: pair('self'),
  };

  async function issue(name: string, extensions: string, from: string, until: string): Promise<KeyPair> {
    await openssl('req', ...newKey, '-subj', `/CN=${name}`, '-out', `${name}.csr`, '-keyout', `${name}.key`);
    const dates = ['-startdate', from, '-enddate', until];
    const signer = ['-cert', 'ca.crt', '-keyfile', 'ca.key', '-extensions', extensions];
    await openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'odd.cnf',
      ...signer,
      ...dates,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
    );
    return pair(name);
  }

  function pair(name: string): KeyPair {
    return { certificateFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  }
}

const SETTINGS = `
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = authority_settings
[authority_settings]
database = index.txt
serial = serial
new_certs_dir = issued
default_md = sha256
policy = policy
[policy]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[here]
basicConstraints = critical,CA:FALSE
subjectAltName = IP:127.0.0.1
[elsewhere]
basicConstraints = critical,CA:FALSE
subjectAltName = DNS:other.example.test
`;
