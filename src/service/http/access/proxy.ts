import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';
import { addressRanges } from './addresses.ts';
import { roleOf } from './roles.ts';
import { type SecretFile, sameSecret } from './secret-file.ts';
import { readable } from './tokens.ts';

/** In which a proxy sends its secret. */
export const PROXY_SECRET_HEADER = 'X-Winnow-Proxy-Secret';

type ProxySettings = NonNullable<AccessSettings['proxy']>;

/** A proxy that signs people in. */
export interface SignInProxy {
  /** Whether it was the proxy that sent this: by its address, and its secret where it has one. */
  isFrom(peerAddress: string | undefined, header: HeaderOf): Promise<boolean>;
  /** Whom it vouches for; undefined: nobody. @throws NOT_SIGNED_IN for a user without a role */
  personIn(header: HeaderOf): Person | undefined;
}

export type HeaderOf = (name: string) => string | undefined;

/** @throws ACCESS_RANGE_INVALID */
export function trustedProxy(
  settings: ProxySettings,
  open: (path: string) => SecretFile,
  onTrouble: (trouble: ServiceError) => void,
): SignInProxy {
  const { userHeader, groupsHeader, secretFile, roles } = settings;
  const trusted = addressRanges(settings.trusted);
  return {
    async isFrom(peerAddress, header) {
      if (!trusted.has(peerAddress)) return false;
      if (secretFile === undefined) return true;
      const secret = await readable(open(secretFile), onTrouble);
      return secret !== undefined && sameSecret(header(PROXY_SECRET_HEADER) ?? '', secret);
    },
    personIn(header) {
      const name = (header(userHeader) ?? '').trim();
      if (name === '') return undefined;
      const groups = (header(groupsHeader) ?? '').split(',').map((group) => group.trim());
      const role = roleOf(
        groups.filter((group) => group !== '' && group !== '*'),
        roles,
      );
      if (role !== undefined) return { name, role };
      throw new ServiceError('NOT_SIGNED_IN', `looking for the role of ${name}: none of his groups has one here`);
    },
  };
}
