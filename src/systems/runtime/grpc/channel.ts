import { setMaxListeners } from 'node:events';
import {
  type Client,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { type RuntimeErrorCode, runtimeFailure } from '../errors.ts';

/** A service of a daemon behind a Unix socket. Replies are plain objects with the fields' own names; 64-bit numbers are decimal text. */
export interface Channel {
  /** @throws RUNTIME_… ; a reply of `NotFound` is `undefined` */
  call<Reply>(method: string, request: object, signal: AbortSignal): Promise<Reply | undefined>;
  /** The same where `NotFound` makes no sense: of a list it is a failure, and never an empty list. @throws RUNTIME_… */
  ask<Reply>(method: string, request: object, signal: AbortSignal): Promise<Reply>;
  /** All parts of a streamed reply, in order. */
  stream<Part>(method: string, request: object, signal: AbortSignal): AsyncIterable<Part>;
  close(): void;
}

export interface ChannelOptions {
  /** Absolute path of the socket. */
  readonly socket: string;
  /** The text of the service's `.proto`. */
  readonly proto: string;
  /** `runtime.v1.ImageService`. */
  readonly service: string;
  /** How long a call may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Sent with each call: `containerd-namespace`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A node with thousands of images answers in more than gRPC's usual 4 MiB. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** Opens a channel; nothing is sent yet. */
export function openChannel(options: ChannelOptions): Channel {
  const { socket, service, timeoutMs } = options;
  const client = clientOf(options);
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.metadata ?? {})) metadata.set(name, value);
  const doing = (method: string) => `asking ${socket} for ${service.split('.').at(-1)}.${method}`;

  const callMethod = <Reply>(method: string, request: object, signal: AbortSignal) =>
    new Promise<Reply | undefined>((resolve, reject) => {
      signal.throwIfAborted();
      setMaxListeners(0, signal); // one a call that is under way, which may be hundreds
      const call = methodOf(client, method)(
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, reply: Reply) => {
          signal.removeEventListener('abort', cancel);
          if (error === null) resolve(reply);
          else if (signal.aborted) reject(signal.reason);
          else if (error.code === status.NOT_FOUND) resolve(undefined);
          else reject(failureOf(error, doing(method), timeoutMs));
        },
      ) as { cancel(): void };
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  return {
    call: callMethod,
    ask: async <Reply>(method: string, request: object, signal: AbortSignal) => {
      const reply = await callMethod<Reply>(method, request, signal);
      if (reply === undefined) throw runtimeFailure('RUNTIME_FAILED', `${doing(method)}: it is not found`);
      return reply;
    },
    stream: async function* <Part>(method: string, request: object, signal: AbortSignal) {
      signal.throwIfAborted();
      const parts = methodOf(client, method)(request, metadata, {
        deadline: Date.now() + timeoutMs,
      }) as ClientReadableStream<Part>;
      const cancel = () => parts.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        for await (const part of parts) yield part as Part;
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(error as ServiceError, doing(method), timeoutMs);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    close: () => client.close(),
  };
}

type Method = (...args: unknown[]) => unknown;

function methodOf(client: Client, method: string): Method {
  return ((client as unknown as Record<string, Method>)[method] as Method).bind(client);
}

function clientOf({ socket, proto, service }: ChannelOptions): Client {
  const root = protobuf.parse(proto, { keepCase: true }).root;
  const loaded = loadPackageDefinition(
    fromJSON(root.toJSON(), { keepCase: true, longs: String, enums: String, defaults: true }),
  );
  let at: unknown = loaded;
  for (const part of service.split('.')) at = (at as Record<string, unknown>)[part];
  const Service = at as new (address: string, ...more: unknown[]) => Client;
  return new Service(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_retries': 0,
    // A restarted runtime is found again at once.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.default_authority': 'localhost',
  });
}

const codes: Readonly<Partial<Record<status, RuntimeErrorCode>>> = {
  [status.DEADLINE_EXCEEDED]: 'RUNTIME_TIMED_OUT',
  [status.UNIMPLEMENTED]: 'RUNTIME_UNSUPPORTED',
  [status.UNAVAILABLE]: 'RUNTIME_UNREACHABLE',
  [status.PERMISSION_DENIED]: 'RUNTIME_FORBIDDEN',
};

function failureOf(error: ServiceError, doing: string, timeoutMs: number): CodedError<RuntimeErrorCode> {
  if (error instanceof CodedError) return error as CodedError<RuntimeErrorCode>;
  const details = (error.details ?? error.message).replace(/\s+/g, ' ').trim();
  if (error.code === status.UNAVAILABLE && /ENOENT/.test(details))
    return runtimeFailure('RUNTIME_SOCKET_MISSING', `${doing}: there is no such socket`, error);
  if (error.code === status.UNAVAILABLE && /EACCES|EPERM/.test(details))
    return runtimeFailure('RUNTIME_FORBIDDEN', `${doing}: permission denied`, error);
  const code = codes[error.code] ?? 'RUNTIME_FAILED';
  const why = code === 'RUNTIME_TIMED_OUT' ? `no answer within ${timeoutMs / 1000} s` : details;
  return runtimeFailure(code, `${doing}: ${why}`, error);
}
