import { gzipSync } from 'node:zlib';

export interface TarFile {
  /** Relative, at most 100 bytes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits. Default 0644. */
  readonly mode?: number;
}

const BLOCK = 512;

/**
 * A tar archive in POSIX ustar form: a header block and padded content for each file, two empty blocks at the end.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */
export function makeTar(files: readonly TarFile[], modifiedAt: Date): Uint8Array {
  const parts = files.flatMap((file) => [
    header(file, modifiedAt),
    file.bytes,
    Buffer.alloc(padding(file.bytes.byteLength)),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** Stored, not squeezed: what is in it can't be squeezed, and compressors differ from one version to the next. */
export function gzipStored(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 0 });
}

function padding(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
}

function header({ path, bytes, mode = 0o644 }: TarFile, modifiedAt: Date): Uint8Array {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`a path in a tar archive has at most 100 bytes, not ${path}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(path, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(bytes.byteLength, 11), 124);
  block.write(octal(Math.floor(modifiedAt.getTime() / 1000), 11), 136);
  block.write(' '.repeat(8), 148); // the checksum counts as blanks while it is summed
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write('root', 265);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
