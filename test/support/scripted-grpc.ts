import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
  type status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { atEnd } from './at-end.ts';
import { makeTempFolder } from './temp-folder.ts';

/** What comes back: a message, a refusal, or nothing at all. */
export type GrpcAnswer = { readonly reply: object } | { readonly refuse: status } | 'hang';

export interface ScriptedService {
  /** The text of its `.proto`. */
  readonly proto: string;
  /** `runtime.v1.ImageService`. */
  readonly service: string;
  /** By method, looked up at each call; a function is told the request. What is not here is unimplemented. */
  readonly answers: Record<string, GrpcAnswer | ((request: never) => GrpcAnswer)>;
}

export interface ScriptedGrpc {
  readonly socket: string;
  /** Methods that were called so far, in order. */
  readonly calls: readonly string[];
}

/** A gRPC server behind a Unix socket that answers as it is told. A streamed reply is one message. Ends with the test file. */
export async function startScriptedGrpc(services: readonly ScriptedService[]): Promise<ScriptedGrpc> {
  const socket = join(makeTempFolder('grpc', '/tmp'), 'runtime.sock'); // its path is short
  const calls: string[] = [];
  const server = new Server();
  for (const one of services) server.addService(definitionOf(one), handlersOf(one, calls));
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  atEnd(() => server.forceShutdown());
  return { socket, calls };
}

function definitionOf({ proto, service }: ScriptedService) {
  const { root } = protobuf.parse(proto, { keepCase: true });
  const loaded = loadPackageDefinition(
    fromJSON(root.toJSON(), { keepCase: true, longs: String, enums: String, defaults: true }),
  );
  let at: unknown = loaded;
  for (const part of service.split('.')) at = (at as Record<string, unknown>)[part];
  return (at as ServiceClientConstructor).service;
}

function handlersOf(one: ScriptedService, calls: string[]): UntypedServiceImplementation {
  const definition = definitionOf(one);
  return Object.fromEntries(
    Object.keys(definition).map((method) => [
      method,
      (call: ServerUnaryCall<object, object> | ServerWritableStream<object, object>, send?: sendUnaryData<object>) => {
        calls.push(method);
        const scripted = one.answers[method];
        const answer = typeof scripted === 'function' ? scripted(call.request as never) : scripted;
        if (answer === 'hang') return;
        if (answer === undefined) return refuse(call, send, UNIMPLEMENTED);
        if ('refuse' in answer) return refuse(call, send, answer.refuse);
        if (send !== undefined) return send(null, answer.reply);
        const stream = call as ServerWritableStream<object, object>;
        stream.write(answer.reply);
        stream.end();
      },
    ]),
  );
}

const UNIMPLEMENTED: status = 12;

function refuse(
  call: ServerUnaryCall<object, object> | ServerWritableStream<object, object>,
  send: sendUnaryData<object> | undefined,
  code: status,
): void {
  const error = { code, details: 'as the test wants it' };
  if (send !== undefined) send(error);
  else (call as ServerWritableStream<object, object>).emit('error', error);
}
