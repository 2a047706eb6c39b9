export const zot = 'zot';
