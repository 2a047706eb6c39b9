import type { Paging } from './settings.ts';
import { oneOf, type Parameters, SpecFault, text, whole } from './spec-text.ts';

const styles = ['auto', 'none', 'link', 'next', 'page', 'cursor'] as const;
const own = ['parameter', 'field', 'first', 'size', 'size-parameter'] as const;

/** Which of them belong to which style. */
const takes: Readonly<Record<(typeof styles)[number], readonly (typeof own)[number][]>> = {
  auto: [],
  none: [],
  link: [],
  next: ['field'],
  page: ['parameter', 'first', 'size', 'size-parameter'],
  cursor: ['parameter', 'field'],
};

export const pagingParameters: readonly string[] = ['paging', ...own];

/** Reads `paging=page&parameter=p&first=0` and its like. @throws SpecFault for a parameter that the style lacks or doesn't take */
export function pagingOf(parameters: Parameters): { readonly paging?: Paging } {
  const style = oneOf(parameters, 'paging', styles);
  const given = own.filter((name) => parameters.has(name));
  for (const name of given)
    if (style === undefined || !takes[style].includes(name))
      throw new SpecFault(`the parameter ${name} does not go with paging=${style ?? 'auto'}`);
  if (style === undefined) return {};
  if (style === 'page') {
    const named = {
      ...text(parameters, 'parameter', 'parameter'),
      ...text(parameters, 'size-parameter', 'sizeParameter'),
    };
    return {
      paging: { style, ...named, ...whole(parameters, 'first', 'first'), ...whole(parameters, 'size', 'size') },
    };
  }
  if (style === 'next') return { paging: { style, field: required(parameters, 'field', style) } };
  if (style !== 'cursor') return { paging: { style } };
  return {
    paging: { style, parameter: required(parameters, 'parameter', style), field: required(parameters, 'field', style) },
  };
}

function required(parameters: Parameters, name: string, style: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw new SpecFault(`paging=${style} needs ${name}=…`);
  return value;
}
