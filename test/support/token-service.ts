import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from './at-end.ts';
import { makeCertificates } from './certificates.ts';

export interface TokenServiceOptions {
  readonly username: string;
  readonly password: string;
  /** Which of the actions asked for on a resource (`repository:team/app`, `registry:catalog`) are granted. Default: all. */
  readonly grant?: (resource: string, actions: readonly string[]) => readonly string[];
  /** Default 60. */
  readonly expiresInSeconds?: number;
}

export interface TokenRequest {
  readonly method: string;
  /** `repository:team/app:pull,delete`; may be several. */
  readonly scopes: readonly string[];
  readonly authorized: boolean;
}

export interface TokenService {
  readonly url: string;
  /** For `startDockerRegistry({ auth: { token } })`. */
  readonly token: Readonly<Record<string, string>>;
  /** Every request for a token so far. */
  readonly requests: readonly TokenRequest[];
  stop(): Promise<void>;
}

const SERVICE = 'winnow-registry';
const ISSUER = 'winnow-tokens';

/**
 * A token service as registries with bearer authentication send clients to, on loopback. Its tokens are signed, and the
 * real registry verifies them. Ends with the test file.
 *
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export async function startTokenService(options: TokenServiceOptions): Promise<TokenService> {
  const { caFile, server: signer } = await makeCertificates();
  const issue = tokenIssuer(signer.certificateFile, signer.keyFile, options);
  const requests: TokenRequest[] = [];
  const server = createServer((incoming, answer) => {
    readParameters(incoming).then((parameters) => {
      const authorized = isAuthorized(incoming, parameters, options);
      const scopes = parameters.getAll('scope').flatMap((scope) => scope.split(' '));
      requests.push({ method: incoming.method ?? '', scopes, authorized });
      answer.writeHead(authorized ? 200 : 401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(authorized ? issue(scopes) : { errors: [{ code: 'UNAUTHORIZED' }] }));
    }, answer.destroy);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  atEnd(stop);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = { realm: `${url}/token`, service: SERVICE, issuer: ISSUER, rootcertbundle: caFile };
  return { url, token, requests, stop };
}

/** Basic credentials (GET), or the OAuth 2 form's (POST). */
function isAuthorized(incoming: IncomingMessage, parameters: URLSearchParams, wanted: TokenServiceOptions): boolean {
  const basic = `Basic ${Buffer.from(`${wanted.username}:${wanted.password}`).toString('base64')}`;
  if (incoming.headers.authorization === basic) return true;
  return parameters.get('username') === wanted.username && parameters.get('password') === wanted.password;
}

async function readParameters(incoming: IncomingMessage): Promise<URLSearchParams> {
  if (incoming.method !== 'POST') return new URL(incoming.url ?? '/', 'http://loopback').searchParams;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function tokenIssuer(certificateFile: string, keyFile: string, options: TokenServiceOptions) {
  const key = createPrivateKey(readFileSync(keyFile));
  const x5c = [new X509Certificate(readFileSync(certificateFile)).raw.toString('base64')];
  const { grant = (_resource, actions) => actions, expiresInSeconds = 60 } = options;

  return (scopes: readonly string[]): object => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      ...{ iss: ISSUER, sub: options.username, aud: SERVICE, jti: randomUUID() },
      ...{ iat: now, nbf: now - 5, exp: now + expiresInSeconds },
      access: scopes.filter((scope) => scope !== '').map((scope) => accessOf(scope, grant)),
    };
    const signed = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    const token = `${signed}.${signature}`;
    return { token, access_token: token, expires_in: expiresInSeconds, issued_at: new Date(now * 1000).toISOString() };
  };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** `repository:team/app:pull,push` in its parts; the name may hold colons. */
function accessOf(scope: string, grant: NonNullable<TokenServiceOptions['grant']>): object {
  const type = scope.slice(0, scope.indexOf(':'));
  const name = scope.slice(scope.indexOf(':') + 1, scope.lastIndexOf(':'));
  const actions = scope.slice(scope.lastIndexOf(':') + 1).split(',');
  return { type, name, actions: grant(`${type}:${name}`, actions) };
}
