import { sha256Hex } from '../../../util/pure/hash.ts';
import { pictureStyle } from '../../pictures/style.ts';
import { appJs } from './app-js.ts';
import { baseCss } from './base-css.ts';
import { coloursCss } from './colours-css.ts';
import { iconSvg } from './icon-svg.ts';
import { partsCss } from './parts-css.ts';
import { tablesCss } from './tables-css.ts';

/** One file that a page loads. */
export interface Asset {
  readonly type: string;
  readonly text: string;
  /** Of its text: what has another one is another file, so the one can be kept for ever. */
  readonly hash: string;
}

/** The only files that pages load; nothing comes from elsewhere. */
export const assets = {
  'app.css': asset('text/css; charset=utf-8', [coloursCss, baseCss, partsCss, tablesCss, pictureStyle].join('')),
  'app.js': asset('text/javascript; charset=utf-8', appJs),
  'icon.svg': asset('image/svg+xml', iconSvg),
} as const satisfies Readonly<Record<string, Asset>>;

/** Where they are, for links. */
export function assetPaths(basePath: string): { readonly css: string; readonly js: string; readonly icon: string } {
  const path = (name: keyof typeof assets) => `${basePath}/assets/${name}?v=${assets[name].hash}`;
  return { css: path('app.css'), js: path('app.js'), icon: path('icon.svg') };
}

function asset(type: string, text: string): Asset {
  return { type, text, hash: sha256Hex(text).slice(0, 12) };
}
