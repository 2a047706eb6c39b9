import * as sdk from '@aws-sdk/client-s3';
import { type DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { writerOf } from './bucket-writer.ts';
import type { Connection } from './connection.ts';

interface Batch {
  readonly Delete: { readonly Objects: readonly { readonly Key: string }[] };
}

/** A server that answers deletions as it is told. */
function serverThat(answer: (batch: Batch) => object, single: (key: string) => object = () => ({})) {
  const sent: string[] = [];
  const client = {
    send: async (command: unknown) => {
      if (command instanceof DeleteObjectsCommand) {
        sent.push(`batch of ${command.input.Delete?.Objects?.length}`);
        return answer(command.input as Batch);
      }
      const { Key = '' } = (command as DeleteObjectCommand).input;
      sent.push(Key);
      return single(Key);
    },
  };
  const connection = { sdk, client, bucket: 'bucket', prefix: 'store/' } as unknown as Connection;
  return { writer: writerOf(connection), sent };
}

const keys = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}` }));
const allGone = ({ Delete }: Batch) => ({ Deleted: Delete.Objects.map(({ Key }) => ({ Key })) });

describe('removing many objects', () => {
  test('asks for a thousand at a time', async () => {
    const { writer, sent } = serverThat(allGone);

    await writer.removeMany(keys(2001));

    expect(sent).toEqual(['batch of 1000', 'batch of 1000', 'batch of 1']);
  });

  test('fails for a key that was refused, though the answer is a success, after all were tried', async () => {
    const { writer, sent } = serverThat(({ Delete }) => ({
      Deleted: Delete.Objects.slice(1).map(({ Key }) => ({ Key })),
      Errors: [{ Key: Delete.Objects[0]?.Key, Code: 'AccessDenied', Message: 'Access Denied' }],
    }));

    await expect(writer.removeMany(keys(1500))).rejects.toMatchObject({
      code: 'STORE_NOT_WRITABLE',
      message: expect.stringContaining('2 were refused: k0: AccessDenied Access Denied; k1000: AccessDenied'),
    });

    expect(sent).toHaveLength(2);
  });

  test('fails for a key that the answer does not mention', async () => {
    const { writer } = serverThat(() => ({ Deleted: [{ Key: 'store/k0' }] }));

    await expect(writer.removeMany(keys(2))).rejects.toMatchObject({
      message: expect.stringContaining('k1: not mentioned in the answer'),
    });
  });

  test('is content with a key that was gone before', async () => {
    const { writer } = serverThat(() => ({ Errors: [{ Key: 'store/k0', Code: 'NoSuchKey' }] }));

    await expect(writer.removeMany(keys(1))).resolves.toBeUndefined();
  });

  test('removes one by one where the server takes no batches', async () => {
    const refuse = () => {
      throw Object.assign(new Error('unknown'), { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
    };
    const { writer, sent } = serverThat(refuse);

    await writer.removeMany(keys(3));

    expect(sent.sort()).toEqual(['batch of 3', 'store/k0', 'store/k1', 'store/k2']);
  });

  test('does not try one by one what the server forbids', async () => {
    const forbid = () => {
      throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    };
    const { writer, sent } = serverThat(forbid);

    await expect(writer.removeMany(keys(3))).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });

    expect(sent).toEqual(['batch of 3']);
  });
});
