import type { AccessSettings } from '../../../config/serve-settings.ts';
import type { Person } from '../../desk.ts';
import { ServiceError } from '../../errors.ts';
import { type SecretFile, sameSecret } from './secret-file.ts';

/**
 * Who has a token. Every token is compared, whichever fits: the time tells nothing. A file that can't be read lets nobody in, and
 * keeps nobody else out.
 *
 * @param open - opens a token's file
 * @param onTrouble - told of such a file
 */
export async function holderOf(
  token: string,
  tokens: AccessSettings['tokens'],
  open: (path: string) => SecretFile,
  onTrouble: (trouble: ServiceError) => void,
): Promise<Person | undefined> {
  let holder: Person | undefined;
  for (const { name, role, tokenFile } of tokens) {
    const known = await readable(open(tokenFile), onTrouble);
    if (known !== undefined && sameSecret(token, known)) holder ??= { name, role };
  }
  return holder;
}

/** The token of `Authorization: Bearer …`; undefined where there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(header ?? '')?.[1];
}

/** @throws what is no fault of the file */
export async function readable(
  file: SecretFile,
  onTrouble: (trouble: ServiceError) => void,
): Promise<string | undefined> {
  try {
    return await file.read();
  } catch (failure) {
    if (!(failure instanceof ServiceError)) throw failure;
    onTrouble(failure);
    return undefined;
  }
}
