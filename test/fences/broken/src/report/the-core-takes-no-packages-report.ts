import { RE2JS } from 're2js';
import { parse } from 'yaml';

export const value: unknown = [RE2JS.compile('a'), parse('a: 1')];
