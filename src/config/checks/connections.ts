import type { Check, CheckFinding } from './parts.ts';

/** Settings of the registry that belong together, or rule each other out. */
export const registryConnection: Check = ({ registry }, { nameOf }) => {
  if (registry === undefined) return [];
  const found: CheckFinding[] = [];
  const complain = (key: string, message: string, hint: string) =>
    found.push({ severity: 'error', path: ['registry', key], message, hint });
  const name = (setting: string, beside: string) => nameOf(setting, ['registry', beside]);

  const { clientCertificate, clientKey, certificateAuthority, username, password, passwordFile, url } = registry;
  if (clientCertificate !== undefined && clientKey === undefined)
    complain('clientCertificate', 'it is of no use without its key', `add ${name('clientKey', 'clientCertificate')}`);
  if (clientKey !== undefined && clientCertificate === undefined)
    complain('clientKey', 'it is of no use without its certificate', `add ${name('clientCertificate', 'clientKey')}`);
  if (certificateAuthority !== undefined && registry.forceInsecure)
    complain(
      'forceInsecure',
      'it contradicts certificateAuthority, which asks for a verified connection',
      'remove one of the two',
    );
  if (certificateAuthority !== undefined && url !== undefined && /^\s*http:/i.test(url))
    complain(
      'url',
      'it asks for plain HTTP, which certificateAuthority rules out',
      'write https://, or remove the certificate authority',
    );
  if (username !== undefined && password === undefined && passwordFile === undefined)
    complain(
      'username',
      'it is of no use without a password',
      `add ${name('passwordFile', 'username')}, or set WINNOW_REGISTRY_PASSWORD`,
    );
  const secret = passwordFile === undefined ? 'password' : 'passwordFile';
  if (username === undefined && (password !== undefined || passwordFile !== undefined))
    complain(secret, 'it is of no use without a user name', `add ${name('username', secret)}`);
  if (password !== undefined && passwordFile !== undefined)
    complain('passwordFile', 'WINNOW_REGISTRY_PASSWORD gives a password, too', 'remove one of the two');
  return found;
};

/** A secret in the settings file is read by all who may read the file. */
export const passwordInFile: Check = (_, { giverOf }) => {
  if (giverOf(['registry', 'password']).from !== 'file') return [];
  return [
    {
      severity: 'error',
      path: ['registry', 'password'],
      message: 'a secret does not belong in a settings file',
      hint: 'write it into a file of its own and name that in passwordFile, or set WINNOW_REGISTRY_PASSWORD',
    },
  ];
};

/** Where leases are kept. */
export const leasePlace: Check = ({ lease }) => {
  if (lease === undefined) return [];
  if (lease.kind === 'postgres' && lease.url === undefined)
    return [
      {
        severity: 'error',
        path: ['lease', 'kind'],
        message: 'it needs lease.url',
        hint: 'set lease.url, like postgres://winnow@db.example/ops',
      },
    ];
  const { kind } = lease;
  return [
    ...unused(kind, 'postgres', ['url'], lease),
    ...unused(kind, 'kubernetes', ['namespace', 'kubeconfig', 'context'], lease),
  ];
};

/** Settings that another kind of lease has. */
function unused<Key extends string>(
  kind: string,
  wanted: string,
  keys: readonly Key[],
  lease: Readonly<Partial<Record<Key, unknown>>>,
): readonly CheckFinding[] {
  if (kind === wanted) return [];
  return keys
    .filter((key) => lease[key] !== undefined)
    .map((key) => ({
      severity: 'error',
      path: ['lease', key],
      message: `it is not used with kind: ${kind}`,
      hint: `set lease.kind to ${wanted}, or remove it`,
    }));
}
