import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';
import type { HttpParts, Peer, ServiceEnv, SignedInBy } from '../parts.ts';
import { plainAddress } from './addresses.ts';
import { attempts } from './attempts.ts';
import { type Issuer, isSigned, oidcIssuer } from './oidc.ts';
import { isFromOwnMachine } from './own-machine.ts';
import { type HeaderOf, type SignInProxy, trustedProxy } from './proxy.ts';
import { type Seal, sealBy } from './seal.ts';
import { secretFiles } from './secret-file.ts';
import { SESSION_COOKIE, type Sessions, sessionsBy } from './session.ts';
import { bearerToken, holderOf } from './tokens.ts';

export interface Asker {
  readonly person: Person | undefined;
  readonly by: SignedInBy;
}

/** Finds out who asks. */
export interface Door {
  readonly seal: Seal;
  /**
   * A credential that was sent has to be right: a wrong one is no way to read as nobody.
   *
   * @throws NOT_SIGNED_IN, TOO_MANY_ATTEMPTS, OIDC_UNAVAILABLE
   */
  askerOf(context: Context<ServiceEnv>): Promise<Asker>;
  /** For the form of sign-in. @returns the session's cookie. @throws NOT_SIGNED_IN, TOO_MANY_ATTEMPTS */
  signIn(context: Context<ServiceEnv>, token: string): Promise<string>;
}

export function doorOf(parts: HttpParts): Door {
  const { history, log, nowMs, settings } = parts;
  const open = secretFiles();
  const seal = sealBy(history);
  const tried = attempts();
  const onTrouble = (trouble: ServiceError) => log.warn(trouble.message, { error_code: trouble.code });
  const sessions: Sessions = sessionsBy(seal, open, onTrouble);
  let known: { readonly access: AccessSettings; readonly proxy?: SignInProxy; readonly issuer?: Issuer } | undefined;

  return {
    seal,
    async askerOf(context) {
      const header: HeaderOf = (name) => context.req.header(name);
      const { access, proxy, issuer } = means();
      const address = peerAddress(context);
      const isProxy = proxy !== undefined && (await proxy.isFrom(address, header));
      const sent = tokenIn(header, access);
      if (sent !== undefined) {
        const person = await checked(clientAddress(context, isProxy), () => personBy(sent, access, issuer));
        return { person, by: sent.by };
      }
      const vouchedFor = isProxy ? proxy.personIn(header) : undefined;
      if (vouchedFor !== undefined) return { person: vouchedFor, by: 'proxy' };
      const cookie = getCookie(context, SESSION_COOKIE);
      const signedIn = cookie === undefined ? undefined : await sessions.personOf(cookie, access.tokens, nowMs());
      if (signedIn !== undefined) return { person: signedIn, by: 'session' };
      if (isFromOwnMachine(context.req, address)) return { person: { name: 'local', role: 'viewer' }, by: 'loopback' };
      return { person: undefined, by: 'nobody' };
    },
    async signIn(context, token) {
      const { access, proxy } = means();
      const isProxy = (await proxy?.isFrom(peerAddress(context), (name) => context.req.header(name))) ?? false;
      const sent: Sent = { token, by: 'token' };
      const person = await checked(clientAddress(context, isProxy), () => personBy(sent, access, undefined));
      return await sessions.begin(person, token, nowMs());
    },
  };

  /** What the settings of now say. They are made anew when these were reloaded. */
  function means() {
    const { access } = settings();
    if (known?.access === access) return known;
    known = {
      access,
      ...(access.proxy !== undefined && { proxy: trustedProxy(access.proxy, open, onTrouble) }),
      ...(access.oidc !== undefined && { issuer: oidcIssuer(access.oidc) }),
    };
    return known;
  }

  async function personBy({ token, by }: Sent, access: AccessSettings, issuer: Issuer | undefined): Promise<Person> {
    if (by === 'oidc' && issuer !== undefined) return await issuer.personOf(token, nowMs());
    const holder = await holderOf(token, access.tokens, open, onTrouble);
    if (holder !== undefined) return holder;
    throw new ServiceError('NOT_SIGNED_IN', 'looking for the holder of a token: nobody has it');
  }

  /** Counts what is wrong, and looks at nothing from who was wrong too often. */
  async function checked(address: string, look: () => Promise<Person>): Promise<Person> {
    tried.assertOpen(address, nowMs());
    try {
      return await look();
    } catch (failure) {
      if (!(failure instanceof ServiceError) || failure.code !== 'NOT_SIGNED_IN') throw failure;
      if (tried.noteWrong(address, nowMs())) {
        const note = `too many wrong tokens from ${address}`;
        log.warn(`${note}: for a minute none is looked at`);
        await history.addAudit({ atMs: nowMs(), who: 'nobody', role: 'none', what: 'refused', note });
      }
      throw failure;
    }
  }
}

interface Sent {
  readonly token: string;
  readonly by: 'token' | 'oidc';
}

/** The credential that somebody sent; undefined: none. @throws NOT_SIGNED_IN for an Authorization that is no bearer token */
function tokenIn(header: HeaderOf, { oidc }: AccessSettings): Sent | undefined {
  const ownHeader = oidc === undefined || oidc.header.toLowerCase() === 'authorization' ? undefined : oidc.header;
  const alone = ownHeader === undefined ? undefined : header(ownHeader);
  if (alone !== undefined && alone.trim() !== '') return { token: bearerToken(alone) ?? alone.trim(), by: 'oidc' };
  const authorization = header('authorization');
  if (authorization === undefined) return undefined;
  const token = bearerToken(authorization);
  if (token === undefined) throw new ServiceError('NOT_SIGNED_IN', 'reading Authorization: it holds no bearer token');
  return { token, by: oidc !== undefined && ownHeader === undefined && isSigned(token) ? 'oidc' : 'token' };
}

/** Of who is connected. */
export function peerAddress(context: { readonly env: Peer | undefined }): string | undefined {
  return context.env?.incoming?.socket.remoteAddress;
}

/** Whom wrong tokens are counted for: behind a trusted proxy, whoever that says. */
function clientAddress(context: Context<ServiceEnv>, isProxy: boolean): string {
  const peer = peerAddress(context) ?? 'unknown';
  const last = isProxy ? context.req.header('x-forwarded-for')?.split(',').at(-1) : undefined;
  return (last === undefined ? undefined : plainAddress(last)) ?? plainAddress(peer) ?? peer;
}
