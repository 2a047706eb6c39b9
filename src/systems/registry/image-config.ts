import * as z from 'zod';
import type { Manifest } from '../../oci/manifest.ts';
import { formatPlatform } from '../../oci/platform.ts';
import { timeIn } from './image-created.ts';

/** What an image's config says, as far as it is asked for. */
export interface ConfigFacts {
  /** UTC milliseconds. Whether it is a placeholder is not judged here. */
  readonly createdAtMs?: number;
  /** By name: `label:KEY`, `platform`. Of what is asked for and not here, the config has none. */
  readonly attributes: Readonly<Record<string, string>>;
}

const LABEL = 'label:';
const ANNOTATION = 'annotation:';

/** Only what is used is asked of it, each by itself: a config with odd labels still has its date. @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties */
const ImageConfig = z.object({
  created: z.string().optional().catch(undefined),
  os: z.string().optional().catch(undefined),
  architecture: z.string().optional().catch(undefined),
  variant: z.string().optional().catch(undefined),
  config: z
    .object({ Labels: z.record(z.string(), z.unknown()).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** @param names - of attributes; others are passed over. */
export function readImageConfig(bytes: Uint8Array, names: readonly string[]): ConfigFacts {
  const config = ImageConfig.safeParse(jsonIn(bytes)).data;
  if (config === undefined) return { attributes: {} };
  const { created, os, architecture, variant } = config;
  const createdAtMs = timeIn(created ?? '');
  const attributes: Record<string, string> = {};
  const labels = config.config?.Labels ?? {};
  for (const name of names) {
    const label = name.startsWith(LABEL) ? labels[name.slice(LABEL.length)] : undefined;
    if (typeof label === 'string') attributes[name] = label;
  }
  if (names.length > 0 && os !== undefined && architecture !== undefined)
    attributes['platform'] = formatPlatform({ os, architecture, ...(variant && { variant }) });
  return { ...(createdAtMs !== undefined && { createdAtMs }), attributes };
}

/** Those annotations of a manifest that are asked for. */
export function annotationsIn(manifest: Manifest, names: readonly string[]): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const value = name.startsWith(ANNOTATION) ? manifest.annotations?.[name.slice(ANNOTATION.length)] : undefined;
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
