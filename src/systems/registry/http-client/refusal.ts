import { answerError, type Errand, type RegistryError } from './registry-error.ts';
import type { RegistryRequest, RegistryResponse, Transport } from './transport-contract.ts';

/** What was going on, for messages. */
export function errandOf(transport: Transport, request: RegistryRequest): Errand {
  return { doing: request.doing, method: request.method, url: `${transport.url}${request.path}` };
}

/** The error for an answer that was accepted for a closer look and is a failure after all. */
export function refusal(transport: Transport, request: RegistryRequest, response: RegistryResponse): RegistryError {
  const answer = { status: response.status, headers: response.headers, body: response.bytes };
  return answerError(errandOf(transport, request), answer, { conceal: (text) => text });
}
