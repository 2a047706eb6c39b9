import { randomBytes } from 'node:crypto';
import type { RegistryLogin } from '../settings.ts';
import type { Connection } from './connection.ts';
import { type Answer, type Errand, exchange } from './exchange.ts';

/** Sends requests as a user. */
export interface Sender {
  /** Once; a token that has ended is renewed, and the request sent again. @throws what the sockets throw, or the signal's reason */
  send(errand: Errand, signal: AbortSignal): Promise<Answer>;
  /** What must not be shown, should the server repeat it. */
  secrets(): readonly string[];
}

export function openSender(connection: Connection, login: RegistryLogin): Sender {
  // The name of the user is of no account to the registry: his token is.
  const user = `winnow-${randomBytes(4).toString('hex')}`;
  const secrets = new Set<string>();
  let { token } = login;

  const send = async (errand: Errand, signal: AbortSignal): Promise<Answer> => {
    if (token === undefined) return await exchange(connection, errand, signal);
    const basic = Buffer.from(`${user}:${token}`).toString('base64');
    secrets.add(token).add(basic);
    const headers = { ...errand.headers, authorization: `Basic ${basic}` };
    return await exchange(connection, { ...errand, headers }, signal);
  };

  return {
    secrets: () => [...secrets],
    send: async (errand, signal) => {
      const answer = await send(errand, signal);
      const renewed = answer.status === 401 ? await login.renew?.() : undefined;
      if (renewed === undefined || renewed === token) return answer;
      token = renewed;
      return await send(errand, signal);
    },
  };
}
