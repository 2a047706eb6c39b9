import protobuf from 'protobufjs';
import { CodedError } from '../../../util/pure/coded-error.ts';
import { runtimeFailure } from '../errors.ts';
import type { ContainerdServices } from './containerd-services.ts';

/** What is transferred, from where to where: each goes as an `Any` that is called by its full name. */
const { root } = protobuf.parse(
  `
syntax = "proto3";
package containerd.types.transfer;
message OCIRegistry { string reference = 1; RegistryResolver resolver = 2; }
message RegistryResolver { string host_dir = 3; }
message ImageStore { string name = 1; repeated Platform platforms = 3; }
message Platform { string os = 1; string architecture = 2; }
`,
  { keepCase: true },
);

/** Where `ctr` and nerdctl keep what they know of registries, in the eyes of the daemon. One that is not there is no error. */
const HOSTS = '/etc/containerd/certs.d';

/** Node's names of processors, where Go has others. */
const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/**
 * Has containerd pull an image by itself, for the processor of this machine, and gives it a name. It is not unpacked: whoever makes a container of it
 * does that.
 *
 * @param reference - with its registry and a digest
 * @throws RUNTIME_UNSUPPORTED by containerd 1.6, RUNTIME_FAILED, RUNTIME_TIMED_OUT
 */
export async function pullInto(
  { channel }: ContainerdServices,
  reference: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const platforms = [{ os: 'linux', architecture: goArchitectures[process.arch] ?? process.arch }];
  const request = {
    source: anyOf('OCIRegistry', { reference, resolver: { host_dir: HOSTS } }),
    destination: anyOf('ImageStore', { name, platforms }),
  };
  try {
    if ((await channel.transfer.call('Transfer', request, signal)) !== undefined) return;
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'RUNTIME_UNSUPPORTED')) throw error;
    throw runtimeFailure(
      'RUNTIME_UNSUPPORTED',
      `pulling ${reference}: containerd before 1.7 can not do that by itself`,
    );
  }
  throw runtimeFailure('RUNTIME_FAILED', `pulling ${reference}: its registry has no such image`);
}

function anyOf(type: string, value: object): { readonly type_url: string; readonly value: Uint8Array } {
  const name = `containerd.types.transfer.${type}`;
  const message = root.lookupType(name);
  return { type_url: name, value: message.encode(message.create(value)).finish() };
}
