import { counted } from '../../../report/words.ts';
import { formatBytes } from '../../../util/pure/bytes.ts';

const digits = new Intl.NumberFormat('en-US');

/** A size in binary units; the exact bytes stand in its title. */
export function Bytes({ of }: { readonly of: number | undefined }) {
  if (of === undefined) return <span class="none">unknown</span>;
  return (
    <data class="num" value={`${of}`} title={`${digits.format(of)} bytes`}>
      {shortBytes(of)}
    </data>
  );
}

/** A whole number, with its thousands apart. */
export function Count({ of }: { readonly of: number | undefined }) {
  if (of === undefined) return <span class="none">–</span>;
  return <span class="num">{digits.format(of)}</span>;
}

/** `12,345 actions` */
export function countedWith(count: number, noun: string): string {
  return counted(count, noun).replace(/^\d+/, digits.format(count));
}

/** Three digits that count, which is enough to the eye: `1.23 GiB`, `12.3 MiB`, `123 KiB`. */
export function shortBytes(sizeBytes: number): string {
  const [value, unit] = formatBytes(sizeBytes).split(' ');
  return `${Number(Number(value).toPrecision(3)) || value} ${unit}`;
}
