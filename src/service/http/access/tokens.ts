import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { type SecretFile, sameSecret } from './secret-file.ts';

/** Who has a token. Every token is compared, whichever fits: the time tells nothing. @param read - opens a token's file */
export async function holderOf(
  token: string,
  tokens: AccessSettings['tokens'],
  read: (path: string) => SecretFile,
): Promise<Person | undefined> {
  let holder: Person | undefined;
  for (const { name, role, tokenFile } of tokens) {
    const isHis = sameSecret(token, await read(tokenFile).read());
    if (isHis) holder ??= { name, role };
  }
  return holder;
}

/** The token of `Authorization: Bearer …`; undefined where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header ?? '')?.[1];
}
