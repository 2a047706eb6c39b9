import { buildConnector } from 'undici';
import { messageOf } from '../../../util/pure/coded-error.ts';
import { unlessAborted } from '../../../util/wait.ts';
import { eventsError } from '../errors.ts';

/** Where to connect to. */
export interface Target {
  readonly url: URL;
  /** For messages: the URL without its query. */
  readonly name: string;
  /** PEM: trusted in place of the system's authorities. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

/**
 * Connects, with TLS where the URL says so, and hangs up: no request is sent, since a receiver might take it for an event.
 *
 * @throws EVENTS_UNREACHABLE; the signal's reason.
 */
export async function connectOnce({ url, name, ca, timeoutMs }: Target, signal: AbortSignal): Promise<void> {
  const connector = buildConnector({ timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) });
  const { protocol, host } = url;
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (protocol === 'https:' ? '443' : '80') : url.port;
  const connecting = new Promise<void>((resolve, reject) => {
    connector({ protocol, host, hostname, port }, (error, socket) => {
      socket?.destroy();
      if (error === null) resolve();
      else reject(error);
    });
  });
  try {
    await unlessAborted(connecting, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error)) throw error;
    const said = messageOf(error) || String(error.code);
    throw eventsError('EVENTS_UNREACHABLE', `connecting to the ${name}: ${said}`, { cause: error });
  }
}
