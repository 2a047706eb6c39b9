import { afterAll } from 'vitest';
import { runEndings } from './at-end.ts';

/** A setup file: it is run for each test file, also where files share the modules that were loaded. */
afterAll(runEndings, 60_000);
