import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';
import { failureWords } from '../../../util/pure/system-failure.ts';
import { RegistryError } from './registry-error.ts';

/** Contexts are made once for all connections: parsing the system's roots anew for each takes longer than a request. */
export interface TlsContexts {
  /** For the registry itself: it alone is shown the client certificate. */
  readonly registry: tls.SecureContext;
  /** For the token service and for where blobs are redirected to. */
  readonly others: tls.SecureContext;
}

export interface TlsFiles {
  /** PEM certificates that are trusted besides the system's roots. */
  readonly caFile?: string | undefined;
  /** PEM client certificate (chain) and its key; both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** @throws {@link RegistryError} REGISTRY_TLS_FILE_INVALID, REGISTRY_SETTINGS_INVALID (a certificate without its key). */
export async function loadTls(files: TlsFiles): Promise<TlsContexts> {
  if ((files.certFile === undefined) !== (files.keyFile === undefined))
    throw new RegistryError(
      'REGISTRY_SETTINGS_INVALID',
      'preparing TLS for the registry: a client certificate and its key are given together, or neither',
      { hint: `name the ${files.certFile === undefined ? 'certificate' : 'key'} file, too` },
    );

  const ca =
    files.caFile === undefined
      ? undefined
      : [...(await systemRoots()), ...(await readCertificates(files.caFile, 'the certificate authority'))];
  const others = tls.createSecureContext(ca === undefined ? {} : { ca });
  if (files.certFile === undefined || files.keyFile === undefined) return { registry: others, others };

  const cert = (await readCertificates(files.certFile, 'the client certificate')).join('\n');
  const key = await readPem(files.keyFile, 'the client key');
  return { registry: clientContext({ ...(ca === undefined ? {} : { ca }), cert, key }, files.keyFile), others };
}

function clientContext(options: tls.SecureContextOptions, keyFile: string): tls.SecureContext {
  try {
    return tls.createSecureContext(options);
  } catch (error) {
    throw fileInvalid('the client key', keyFile, failureWords(error), error);
  }
}

/** Node's roots with those of NODE_EXTRA_CA_CERTS; naming an authority for Node's TLS replaces them otherwise. */
async function systemRoots(): Promise<readonly string[]> {
  const own = tls as { readonly getCACertificates?: (type: 'default') => string[] };
  if (own.getCACertificates !== undefined) return own.getCACertificates('default');
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  return extra === undefined || extra === ''
    ? tls.rootCertificates
    : [...tls.rootCertificates, ...(await readCertificates(extra, 'the certificates of NODE_EXTRA_CA_CERTS'))];
}

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g;

async function readCertificates(path: string, what: string): Promise<readonly string[]> {
  const certificates = (await readPem(path, what)).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw fileInvalid(what, path, 'it holds no certificate');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw fileInvalid(what, path, 'a certificate in it is damaged', error);
    }
  }
  return certificates;
}

async function readPem(path: string, what: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileInvalid(what, path, failureWords(error), error);
  }
  if (!text.includes('-----BEGIN ')) throw fileInvalid(what, path, 'it is not PEM');
  return text;
}

function fileInvalid(what: string, path: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('REGISTRY_TLS_FILE_INVALID', `reading ${what} from ${path}: ${why}`, { cause });
}
