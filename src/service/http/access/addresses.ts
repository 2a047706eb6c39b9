import { BlockList, isIP, isIPv4 } from 'node:net';
import { ServiceError } from '../../errors.ts';

/** Ranges of addresses. */
export interface AddressRanges {
  /** @param address - as a socket tells it; undefined is in none. */
  has(address: string | undefined): boolean;
}

/** @param ranges - addresses or CIDR ranges, v4 and v6. @throws ACCESS_RANGE_INVALID */
export function addressRanges(ranges: readonly string[]): AddressRanges {
  const list = new BlockList();
  for (const range of ranges) add(list, range);
  return {
    has(address) {
      const plain = address === undefined ? undefined : plainAddress(address);
      return plain !== undefined && list.check(plain, familyOf(plain));
    },
  };
}

/** Whether an address is of this machine alone. */
export function isLoopback(address: string | undefined): boolean {
  return loopback.has(address);
}

/** An address without zone; IPv4 within IPv6 as IPv4. Undefined for what is no address. */
export function plainAddress(address: string): string | undefined {
  const bare = address.trim().replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? undefined : mapped;
}

function add(list: BlockList, range: string): void {
  const [first = '', bits, ...rest] = range.trim().split('/');
  const address = plainAddress(first);
  const most = address === undefined || !isIPv4(address) ? 128 : 32;
  const isWhole = bits === undefined;
  if (address === undefined || rest.length > 0 || (!isWhole && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)))
    throw new ServiceError(
      'ACCESS_RANGE_INVALID',
      `reading serve.access.proxy.trusted: ${JSON.stringify(range)} is no range`,
    );
  if (isWhole) list.addAddress(address, familyOf(address));
  else list.addSubnet(address, Number(bits), familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

const loopback = addressRanges(['127.0.0.0/8', '::1']);
