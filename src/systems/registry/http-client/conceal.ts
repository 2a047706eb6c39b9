import { basicAuthorization } from './basic-authorization.ts';
import type { FoundCredential } from './credentials.ts';

/** Keeps the secrets that are in use out of messages, should a server repeat what it was sent. */
export interface Concealer {
  remember(found: FoundCredential): void;
  conceal(text: string, tokens: Iterable<string>): string;
}

/** Shorter ones would blot out ordinary words. */
const MIN_CONCEALED = 4;

export function createConcealer(): Concealer {
  const secrets = new Set<string>();
  const seen = new WeakSet<FoundCredential['credential']>();
  return {
    remember(found) {
      if (seen.has(found.credential)) return;
      seen.add(found.credential);
      for (const secret of secretsOf(found)) secrets.add(secret);
    },
    conceal(text, tokens) {
      let concealed = text;
      for (const secret of [...secrets, ...tokens])
        if (secret.length >= MIN_CONCEALED) concealed = concealed.replaceAll(secret, '***');
      return concealed;
    },
  };
}

function secretsOf({ credential }: FoundCredential): readonly string[] {
  if ('identityToken' in credential) return [credential.identityToken];
  if ('registryToken' in credential) return [credential.registryToken];
  const { username, password } = credential;
  return [password, basicAuthorization(username, password).slice('Basic '.length)];
}
