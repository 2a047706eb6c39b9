/** A choice among words, with `any` first. Its id is its name: a `label` stands before it. */
export function Options(props: {
  readonly name: string;
  readonly chosen: string | undefined;
  readonly options: readonly { readonly value: string; readonly words: string }[];
}) {
  const { name, chosen, options } = props;
  return (
    <select name={name} id={name}>
      <option value="">any</option>
      {options.map(({ value, words }) => (
        <option value={value} selected={value === chosen}>
          {words}
        </option>
      ))}
    </select>
  );
}
