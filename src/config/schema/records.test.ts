import { expect, test } from 'vitest';
import { defaultActive, defaultInactive } from '../../systems/records/mapping.ts';
import { fileFormats, sslModes } from '../../systems/records/settings.ts';
import { settingsShape } from '../shape.ts';
import * as here from './records.ts';

test('the words are those of the record sources', () => {
  expect(here.fileFormats).toEqual(fileFormats);
  expect(here.sslModes).toEqual(sslModes);
});

test('the descriptions tell the default words for active and inactive', () => {
  const map = settingsShape().properties?.['records']?.items?.anyOf?.[1]?.oneOf?.[0]?.properties ?? {};
  expect(map['active']?.description).toContain(`\`${defaultActive.join(' ')}\``);
  expect(map['inactive']?.description).toContain(`\`${defaultInactive.join(' ')}\``);
});
