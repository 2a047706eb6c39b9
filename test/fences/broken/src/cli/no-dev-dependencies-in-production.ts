import { test } from 'vitest';

export const tool: unknown = test;
