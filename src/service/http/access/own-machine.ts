import type { HonoRequest } from 'hono';
import { isLoopback } from './addresses.ts';

/** By any of these somebody between us and the asker is known: then its loopback address is not the asker's. */
const PASSED_ON = ['forwarded', 'via', 'x-real-ip', 'x-client-ip', 'true-client-ip'];

/**
 * Whether a request was made on this machine, for this machine. The name in `Host` counts too: a page of elsewhere whose name was
 * pointed at 127.0.0.1 makes a browser ask from here, but under that name.
 */
export function isFromOwnMachine(request: HonoRequest, peerAddress: string | undefined): boolean {
  if (!isLoopback(peerAddress) || !isLoopbackName(request.header('host'))) return false;
  const names = Object.keys(request.header());
  return !names.some(
    (name) => name.startsWith('x-forwarded') || name.startsWith('x-auth-request') || PASSED_ON.includes(name),
  );
}

/** @param host - of the header, with a port or without */
export function isLoopbackName(host: string | undefined): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec((host ?? '').trim())?.[1]?.toLowerCase() ?? '';
  return name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}
