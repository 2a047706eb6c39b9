import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { impuritiesIn } from './impurities.ts';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const BREAK = fileURLToPath(new URL('./broken/src/report/reads-the-clock.ts', import.meta.url));

const pureRooms = ['oci', 'evidence', 'graph', 'policy', 'plan', 'report', 'util/pure'];

describe('the pure rooms', () => {
  test.each(pureRooms)('%s reads no clock, throws no dice, touches no process and calls nobody', (room) => {
    const files = sourcesIn(join(SOURCE, room));
    const found = files.flatMap((file) =>
      impuritiesIn(readFileSync(file, 'utf8')).map((what) => `${file.slice(SOURCE.length)}:${what}`),
    );

    expect(files.length).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });

  test('would be caught at each of these', () => {
    expect(impuritiesIn(readFileSync(BREAK, 'utf8'))).toEqual([
      '3: Date.now',
      '4: new Date()',
      '5: Math.random',
      '6: process.env',
      '7: fetch()',
      '8: performance.now',
      '9: setTimeout()',
      '10: crypto.randomUUID',
    ]);
  });
});

function sourcesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts') && !/[.](test|suite)[.]ts$/.test(name))
    .map((name) => join(folder, name));
}
