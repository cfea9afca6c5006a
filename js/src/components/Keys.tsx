// The keys that work in a view, in a few lines.

export type KeyWords = readonly (readonly [keys: string, words: string])[];

export function Keys({ label, list }: { label: string; list: KeyWords }) {
  return (
    <dl class="cw-soft cw-keys" aria-label={label}>
      {list.map(([keys, words]) => (
        <div key={keys}>
          <dt>{keys}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
