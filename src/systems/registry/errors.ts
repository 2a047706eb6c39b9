/** What `docs/errors.md` says of a code. */
export interface ErrorMeaning {
  /** One sentence: what is the matter. */
  readonly meaning: string;
  /** One next step. An error may carry a nearer one. */
  readonly hint: string;
}

/** Every code that a registry's connection or its verbs can fail with. `docs/errors.md` is made from this table. */
export const REGISTRY_ERRORS = {
  REGISTRY_URL_INVALID: {
    meaning:
      'The address of the registry is not one: it is `host[:port]`, with `https://` or `http://` before it if need be.',
    hint: 'give --registry-url as registry.example.com:5000 or https://registry.example.com',
  },
  REGISTRY_SETTINGS_INVALID: {
    meaning: 'Two settings of the registry connection contradict each other, or one is incomplete.',
    hint: 'remove one of the two settings that the message names',
  },
  REGISTRY_UNREACHABLE: {
    meaning: 'No connection to the registry could be made: its name is unknown, or nothing listens there.',
    hint: 'check the address, or name a route that is reachable from here with --registry-url',
  },
  REGISTRY_TIMEOUT: {
    meaning: 'The registry did not answer, or stopped in the middle of an answer, for longer than the time-out.',
    hint: 'check the load of the registry, or raise the time-out',
  },
  REGISTRY_CONNECTION_LOST: {
    meaning: 'The connection broke before the answer was complete, and trying again did not help.',
    hint: 'look into the logs of the registry and of the proxy before it',
  },
  REGISTRY_PLAIN_HTTP: {
    meaning: 'The registry speaks plain HTTP where HTTPS was asked for.',
    hint: 'secure the registry; or allow plain HTTP for it with --force-insecure, which lets anyone on the way read and change the traffic',
  },
  REGISTRY_SPEAKS_TLS: {
    meaning: 'The registry speaks TLS where plain HTTP was asked for.',
    hint: 'give the address with https:// or without a scheme',
  },
  REGISTRY_TLS_UNTRUSTED: {
    meaning: "The registry's certificate is signed by an authority that is not trusted here, or by itself.",
    hint: 'name the file of its certificate authority with --certificate-authority FILE',
  },
  REGISTRY_TLS_EXPIRED: {
    meaning: "The registry's certificate has expired, or is not valid yet.",
    hint: 'renew the certificate, and check the clock of this machine',
  },
  REGISTRY_TLS_WRONG_HOST: {
    meaning: "The registry's certificate is for other host names than the one in the address.",
    hint: 'use a host name that the certificate names',
  },
  REGISTRY_TLS_CLIENT_CERTIFICATE: {
    meaning: 'The registry asks for a client certificate, and got none or refused it.',
    hint: 'name a client certificate and its key in the settings of the registry',
  },
  REGISTRY_TLS_FAILED: {
    meaning: 'The TLS handshake with the registry failed for another reason.',
    hint: 'compare the TLS versions and ciphers that the registry offers with those of this machine',
  },
  REGISTRY_TLS_FILE_INVALID: {
    meaning: 'A file of certificates or a key cannot be read, or holds no PEM.',
    hint: 'check the path, and that the file begins with -----BEGIN',
  },
  REGISTRY_NOT_A_REGISTRY: {
    meaning:
      'Something answers at the address, but it is not a registry: /v2/ is answered neither with 200 nor with 401.',
    hint: 'check the host and the port: is this the address that images are pulled from?',
  },
  REGISTRY_REDIRECT_REFUSED: {
    meaning:
      'The registry redirects in a way that is not followed: too often, to a less secure place, or for a request that changes something.',
    hint: 'use the address that it redirects to, or have the redirect corrected',
  },
  REGISTRY_BAD_ANSWER: {
    meaning: 'The registry answered with something that the specification does not know.',
    hint: 'check that no proxy answers in its place',
  },
  REGISTRY_TOO_LARGE: {
    meaning: 'The answer is larger than what is read of its kind.',
    hint: 'look at the object that the message names: something other than a manifest or config may have been pushed',
  },
  REGISTRY_UNAUTHORIZED: {
    meaning: 'The registry, or its token service, does not accept the credentials, or wants some and there are none.',
    hint: 'see with `winnow doctor` which credentials are used for this registry',
  },
  REGISTRY_DENIED: {
    meaning: 'The registry knows the user, who may not do this.',
    hint: 'give the user the right that the message names',
  },
  REGISTRY_NOT_FOUND: {
    meaning: 'The registry does not know the repository, tag, manifest or blob.',
    hint: 'check the name',
  },
  REGISTRY_UNSUPPORTED: {
    meaning: 'The registry does not do this at all, or not as it is configured (deletion disabled, read-only mode).',
    hint: 'see with `winnow doctor` what the registry can do; for Distribution, enable storage.delete.enabled',
  },
  REGISTRY_READ_ONLY: {
    meaning: 'The registry is in read-only mode and refuses to change anything.',
    hint: 'end the read-only mode of the registry, then run again',
  },
  REGISTRY_TOO_MANY_REQUESTS: {
    meaning: 'The registry limits the rate of requests, and waiting as it asked did not help.',
    hint: 'lower the concurrency, or go on later',
  },
  REGISTRY_UNAVAILABLE: {
    meaning: 'The registry, or a proxy before it, answered with a server error, and trying again did not help.',
    hint: 'look into the logs of the registry',
  },
  REGISTRY_REFUSED: {
    meaning: 'The registry refused the request as a wrong one.',
    hint: 'the message names what it said; if the request is right, report this as a bug',
  },
  REGISTRY_CREDENTIALS_INVALID: {
    meaning: 'A file with credentials cannot be read, or is not what it should be.',
    hint: 'check the file that the message names: it is JSON as `docker login` or `podman login` writes it',
  },
  REGISTRY_CREDENTIAL_HELPER_FAILED: {
    meaning: 'A credential helper that a configuration file names is missing, failed, or took too long.',
    hint: 'run it by hand: echo HOST | docker-credential-NAME get',
  },
  REGISTRY_TOKEN_REALM_REFUSED: {
    meaning: 'The registry sends clients to a token service to which credentials cannot be sent safely.',
    hint: "have the registry's token realm corrected: it must be an https:// address",
  },
  REGISTRY_DIGEST_MISMATCH: {
    meaning: 'The content that came is not the content that its digest names.',
    hint: 'check the storage of the registry, and that no proxy changes content on the way',
  },
  REGISTRY_NO_CATALOG: {
    meaning: 'The registry does not list its repositories, and the settings name none.',
    hint: 'name the repositories in the settings',
  },
} as const satisfies Record<string, ErrorMeaning>;

/** Codes of this room. */
export type RegistryErrorCode = keyof typeof REGISTRY_ERRORS;
