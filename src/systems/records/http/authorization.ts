import { recordsError } from '../errors.ts';
import { percentDecode } from '../percent-decode.ts';
import { type Hider, readSecret } from '../secrets.ts';
import type { HttpRecords } from '../settings.ts';

/**
 * The header that proves who asks, from a token, or a user and password (those in the URL too).
 *
 * @throws RECORDS_SETTINGS_INVALID for both, and for a password without a user; RECORDS_SECRET_UNREADABLE
 */
export async function authorization(
  settings: HttpRecords,
  url: URL,
  hider: Hider,
): Promise<Readonly<Record<string, string>>> {
  const token = await readSecret('token', { value: settings.token, file: settings.tokenFile, env: settings.tokenEnv });
  const password = await readSecret('password', {
    value: url.password === '' ? settings.password : percentDecode(url.password),
    file: settings.passwordFile,
    env: settings.passwordEnv,
  });
  const username = url.username === '' ? settings.username : percentDecode(url.username);
  if (token !== undefined) {
    if (username !== undefined || password !== undefined)
      throw invalid('a token and a user are given: only one of them is sent');
    hider.hide(token);
    return settings.tokenHeader === undefined
      ? { authorization: `Bearer ${token}` }
      : { [settings.tokenHeader]: token };
  }
  if (username === undefined) {
    if (password !== undefined) throw invalid('a password is given, but no user');
    return {};
  }
  hider.hide(password ?? '');
  const pair = hider.hide(Buffer.from(`${username}:${password ?? ''}`).toString('base64'));
  return { authorization: `Basic ${pair}` };
}

function invalid(why: string) {
  return recordsError('RECORDS_SETTINGS_INVALID', `preparing the HTTP source of records: ${why}`);
}
