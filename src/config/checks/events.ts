import type { Check } from './parts.ts';

/** A token in the clear is anybody's. */
export const webhookTokens: Check = ({ events }) =>
  events.flatMap(({ index, value }) => {
    if (value.to !== 'webhook' || value.tokenFile === undefined) return [];
    const { protocol, hostname } = new URL(value.url);
    if (protocol === 'https:' || /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname)) return [];
    return [
      {
        severity: 'error',
        path: ['events', index, 'tokenFile'],
        message: 'its token would go over the network in the clear',
        hint: 'write https:// in url, or remove it',
      },
    ];
  });
