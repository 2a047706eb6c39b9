import type { Context, Hono } from 'hono';
import { eventsIn, isRegistryHost } from '../../../systems/pulls/index.ts';
import { ServiceError } from '../../errors.ts';
import { peerAddress } from '../access/door.ts';
import { isFromOwnMachine } from '../access/own-machine.ts';
import { sameSecret, secretFiles } from '../access/secret-file.ts';
import { bearerToken } from '../access/tokens.ts';
import { parsed, parseJson } from '../api/read-request.ts';
import type { HttpParts, ServiceEnv } from '../parts.ts';
import { ENVELOPE_TYPE, envelopeSchema } from './envelope.ts';
import { notebook } from './notebook.ts';
import { sharedNotebook } from './shared-notebook.ts';

/**
 * Adds `POST /notifications/:host`. What is answered with 202 lies on the disk, or in the history that replicas share: a registry that hears
 * anything else sends it again.
 */
export function notificationRoutes(app: Hono<ServiceEnv>, parts: HttpParts): void {
  const { nowMs, settings, stateDir, history } = parts;
  const book =
    history.told === undefined
      ? notebook(stateDir, () => settings().notifications.keepForMs)
      : sharedNotebook(history.told);
  const open = secretFiles();

  app.post('/notifications/:host', async (context) => {
    await assertRegistry(context);
    const host = context.req.param('host');
    const doing = `reading what ${JSON.stringify(host.slice(0, 100))} tells`;
    if (!isRegistryHost(host))
      throw new ServiceError('REQUEST_INVALID', `${doing}: it is no host[:port] of a registry`);
    const type = (context.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (type !== ENVELOPE_TYPE && type !== 'application/json')
      throw new ServiceError('REQUEST_TYPE_UNSUPPORTED', `${doing}: it has to be ${ENVELOPE_TYPE}`);
    const value = parseJson(await context.req.text(), doing);
    parsed(envelopeSchema, value, doing);
    const events = eventsIn(value);
    if (events === undefined) throw new ServiceError('REQUEST_INVALID', `${doing}: an event in it is none`);
    await book.append(host, { line: JSON.stringify(value), events }, nowMs());
    return context.body(null, 202);
  });

  /** @throws NOT_SIGNED_IN */
  async function assertRegistry(context: Context<ServiceEnv>): Promise<void> {
    const { tokenFile } = settings().notifications;
    const doing = 'looking who tells of pulls and pushes';
    if (tokenFile === undefined) {
      if (isFromOwnMachine(context.req, peerAddress(context))) return;
      throw new ServiceError(
        'NOT_SIGNED_IN',
        `${doing}: without serve.notifications.tokenFile only this machine is heard`,
      );
    }
    const token = bearerToken(context.req.header('authorization'));
    if (token !== undefined && sameSecret(token, await open(tokenFile).read())) return;
    throw new ServiceError('NOT_SIGNED_IN', `${doing}: it did not bring the token of serve.notifications.tokenFile`);
  }
}
