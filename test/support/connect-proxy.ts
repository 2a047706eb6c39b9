import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { atEnd } from './at-end.ts';

export interface ConnectProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** What it was asked for, in order: `api.example:6443`, with the credentials that came along behind it. */
  readonly asked: readonly string[];
}

/**
 * An HTTP proxy on loopback that tunnels to one place, whatever it is asked for. Ends with the test file.
 *
 * @param targetHost - `127.0.0.1:<port>`
 * @param status - another than 200: it refuses
 */
export async function startConnectProxy(targetHost: string, status = 200): Promise<ConnectProxy> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '', headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    socket.on('error', () => {}); // clients that give up belong to these tests
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const [host = '', port] = targetHost.split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('close', () => target.destroy());
    return undefined;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
