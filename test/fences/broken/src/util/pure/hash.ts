import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const hash = createHash('sha256').update(readFileSync('a')).digest('hex');
