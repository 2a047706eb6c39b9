import { tableOf } from './markdown.ts';

/** A rule of `.dependency-cruiser.mjs`, as far as it is told here. */
export interface FenceRule {
  readonly name?: string;
  readonly comment?: string;
}

/** Who may import whom, from the comments that the fences themselves show. */
export function importTable(rules: readonly FenceRule[]): readonly string[] {
  const rows = rules.flatMap(({ name = '', comment = '' }) => {
    const room = /^room-(.+)$/.exec(name)?.[1];
    const others = /may import only (.*?)\. Move/.exec(comment)?.[1]?.split(', ') ?? [];
    return room === undefined
      ? []
      : [
          [
            `\`${room}\``,
            others
              .filter((one) => one !== room)
              .map((one) => `\`${one}\``)
              .join(' '),
          ],
        ];
  });
  return tableOf(['room', 'may import, besides itself'], rows);
}
