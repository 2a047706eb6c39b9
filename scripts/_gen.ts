import { chartPages } from './docs/chart-pages.ts';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
for (const { path, text } of chartPages()) { let p = ''; try { p = readFileSync(path, 'utf8'); } catch {} mkdirSync(dirname(path), { recursive: true }); const w = text(p); if (w !== p) { writeFileSync(path, w); console.log('wrote', path); } }
