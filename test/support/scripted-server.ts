import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { atEnd } from './at-end.ts';
import type { KeyPair } from './certificates.ts';

export interface AskedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ScriptedServerOptions {
  /** Serve HTTPS with this certificate. Default: plain HTTP. */
  readonly tls?: KeyPair;
  /** PEM file of the authority whose client certificates are asked for, and demanded. */
  readonly clientCaFile?: string;
  /** Listen on a Unix socket of this path. Default: a port of 127.0.0.1. */
  readonly socketPath?: string;
}

export interface ScriptedServer {
  /** `http://127.0.0.1:<port>` or `https://…`; of no use for a Unix socket. */
  readonly url: string;
  readonly host: string;
  /** Every request so far, in order. */
  readonly requests: readonly AskedRequest[];
  /** `GET /v2/`, one each. */
  lines(): readonly string[];
  /** Sockets that were opened so far, those of failed TLS handshakes too. */
  connections(): number;
  stop(): Promise<void>;
}

/** A server on this machine that answers as it is told, for what real ones do rarely. Ends with the test file. */
export async function startScriptedServer(
  answer: (request: AskedRequest, response: ServerResponse) => void,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const requests: AskedRequest[] = [];
  let connections = 0;
  const onRequest = (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => {}); // clients that give up belong to these tests
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const asked = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(asked);
      answer(asked, response);
    });
  };
  const server = options.tls === undefined ? createHttp(onRequest) : createHttps(tlsOptions(options), onRequest);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => {
    if (options.socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(options.socketPath, resolve);
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  atEnd(stop);
  const host = options.socketPath ?? `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    requests,
    lines: () => requests.map(({ method, path }) => `${method} ${path}`),
    connections: () => connections,
    stop,
  };
}

function tlsOptions({ tls, clientCaFile }: ScriptedServerOptions) {
  return {
    ...(tls === undefined ? {} : { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) }),
    ...(clientCaFile === undefined ? {} : { ca: readFileSync(clientCaFile), requestCert: true }),
  };
}
