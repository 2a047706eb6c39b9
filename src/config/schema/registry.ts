import type { z } from 'zod';
import { registryAddress } from './addresses.ts';
import { listOf, section } from './containers.ts';
import { choice, count, path, size, text, timeout, yesNo } from './leaves.ts';
import { repositoryName } from './names.ts';

/** Ids of the products that the registry client knows; a test holds them to its list. */
export const registryProducts = [
  ...(['zot', 'trow', 'trow-files', 'harbor', 'gitlab'] as const),
  ...(['distribution', 'quay', 'generic'] as const),
] as const;

const can = (what: string) => yesNo().exactOptional().describe(what);

const capabilities = section({
  catalog: can('The catalog can be listed.'),
  linkPagination: can('Lists are cut into pages with a `Link` header; otherwise they come whole.'),
  writable: can('Content can be written and deleted at all.'),
  deleteByDigest: can('Manifests can be deleted by digest.'),
  deleteByTag: can('A tag can be deleted alone, its manifest and its other tags stay.'),
  referrersApi: can('The Referrers API answers.'),
});

export const registrySchema = section({
  url: registryAddress()
    .exactOptional()
    .describe(
      'The registry: `host[:port]`. With `https://` or `http://` before it, the scheme binds; otherwise HTTPS is tried first.',
    ),
  certificateAuthority: path('/etc/winnow/ca.pem')
    .exactOptional()
    .describe(
      "PEM file of a certificate authority, trusted besides the system's. Rules every insecure connection out.",
    ),
  clientCertificate: path('/etc/winnow/client.pem')
    .exactOptional()
    .describe('PEM file of the certificate by which Winnow identifies itself; `clientKey` goes with it.'),
  clientKey: path('/etc/winnow/client-key.pem').exactOptional().describe('PEM file of the key of `clientCertificate`.'),
  forceInsecure: yesNo()
    .prefault(false)
    .describe(
      'Accept a certificate that is not valid and, where the address names no scheme, plain HTTP: anyone on the way can then read and change what is sent.',
    ),
  username: text('winnow').exactOptional().describe('User name; `passwordFile` goes with it.'),
  passwordFile: path('/run/secrets/registry-password')
    .exactOptional()
    .describe('File that holds the password or token, and nothing else.'),
  password: text('…')
    .exactOptional()
    .describe(
      'The password itself, for lack of a file to mount. Only as a variable: a secret does not belong in a settings file.',
    )
    .meta({ secret: true, onlyVariable: true }),
  authFile: path('/run/secrets/registry/.dockerconfigjson')
    .exactOptional()
    .describe(
      "Credentials as `docker login` or `podman login` write them, or a mounted pull secret. Searched before `REGISTRY_AUTH_FILE` and docker's own file.",
    ),
  repositories: listOf(repositoryName('team/app'), '[team/app, team/base]')
    .prefault([])
    .describe('The repositories there are, for registries without a catalog. Given, the catalog is not asked.'),
  product: choice(registryProducts)
    .exactOptional()
    .describe('What the registry is, where its answers do not tell. Normally recognised.'),
  capabilities: capabilities
    .prefault({})
    .describe(
      'What the registry can do, declared instead of probed. What is not given is probed, without a side effect.',
    ),
  concurrency: count(8, 1, 256).prefault(8).describe('Requests to the registry at a time.'),
  timeout: timeout('30s')
    .prefault('30s')
    .describe('How long to wait for the head of an answer, and for each further piece of it.'),
  retries: count(5, 0, 100)
    .prefault(5)
    .describe('How often a request is repeated after 429, 5xx or a broken connection.'),
  maxManifestSize: size('4Mi')
    .prefault('4Mi')
    .describe('Larger manifests are not read; what they could refer to stays.'),
});

export type RegistryInput = z.output<typeof registrySchema>;
