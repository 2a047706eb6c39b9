import { buildConnector } from 'undici';

/** Makes sockets, and remembers with which TLS alert a server ended one. */
export interface AlertingConnector {
  readonly connect: buildConnector.connector;
  /** The alert that is behind a failed request, or else the failure itself. */
  causeOf(failure: unknown): unknown;
}

/** Alerts that nobody asked about; more than this many are forgotten. */
const MAX_KEPT = 100;

/**
 * With TLS 1.3 a server looks at the client's certificate only after the handshake is over for the client. Its alert reaches
 * the socket, but undici tells of the end of the connection that follows: "other side closed". The port tells which is whose.
 */
export function createAlertingConnector(options: buildConnector.BuildOptions): AlertingConnector {
  const connect = buildConnector(options);
  const alerts = new Map<number, Error>();

  return {
    connect(target, callback) {
      connect(target, (...result) => {
        const [failure, socket] = result;
        const port = failure === null ? socket.localPort : undefined;
        if (failure === null && port !== undefined)
          socket.once('error', (error: NodeJS.ErrnoException) => {
            if (error.code?.startsWith('ERR_SSL_') !== true) return;
            if (alerts.size >= MAX_KEPT) alerts.clear();
            alerts.set(port, error);
          });
        callback(...result);
      });
    },
    causeOf(failure) {
      const port = localPortOf(failure);
      const alert = port === undefined ? undefined : alerts.get(port);
      if (port === undefined || alert === undefined) return failure;
      alerts.delete(port);
      return alert;
    },
  };
}

function localPortOf(failure: unknown): number | undefined {
  if (!(failure instanceof Error)) return undefined;
  const { code, socket } = failure as { readonly code?: unknown; readonly socket?: { readonly localPort?: unknown } };
  const port = socket?.localPort;
  return code === 'UND_ERR_SOCKET' && typeof port === 'number' ? port : undefined;
}
