import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programPath } from './requirements.ts';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

export interface KeyPair {
  /** PEM file paths. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  /** The authority's certificate: its path, and the PEM text. */
  readonly caFile: string;
  readonly ca: string;
  /** For `localhost`, `127.0.0.1` and `::1`. */
  readonly server: KeyPair;
  /** For servers that ask clients for a certificate. Common name `winnow-client`. */
  readonly client: KeyPair;
}

/** A certificate authority of its own, a server's and a client's certificate from it, valid for two days. Needs `openssl`. */
export async function makeCertificates(folder: string = makeTempFolder('certificates')): Promise<Certificates> {
  const authority = pair('ca');
  await request(authority, '/CN=winnow test authority', [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign,cRLSign',
  ]);
  const server = pair('server');
  await request(server, '/CN=localhost', leaf('serverAuth', 'DNS:localhost,IP:127.0.0.1,IP:::1'), authority);
  const client = pair('client');
  await request(client, '/CN=winnow-client', leaf('clientAuth', 'DNS:winnow-client'), authority);
  const caFile = authority.certificateFile;
  return { caFile, ca: readFileSync(caFile, 'utf8'), server, client };

  function pair(name: string): KeyPair {
    return { certificateFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  }
}

function leaf(usage: string, names: string): readonly string[] {
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    `extendedKeyUsage=${usage}`,
    `subjectAltName=${names}`,
  ];
}

/** A certificate, signed by `by` or by itself. The settings come from a file of ours: the system's would add a second CA constraint. */
async function request(target: KeyPair, subject: string, extensions: readonly string[], by?: KeyPair): Promise<void> {
  const settingsFile = `${target.certificateFile}.cnf`;
  writeFileSync(
    settingsFile,
    ['[req]', 'distinguished_name=dn', 'x509_extensions=ext', '[dn]', '[ext]', ...extensions, ''].join('\n'),
  );
  const signedBy = by === undefined ? [] : ['-CA', by.certificateFile, '-CAkey', by.keyFile];
  await run(programPath('openssl'), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-config', settingsFile, '-subj', subject, ...signedBy],
    ...['-out', target.certificateFile, '-keyout', target.keyFile],
  ]);
}
