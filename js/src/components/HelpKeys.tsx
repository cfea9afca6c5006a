// The keys that work in the widgets, in a few lines.

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab", "to the next control; a table or the map is one stop"],
  ["Arrows", "rows, points, values"],
  ["Space, Enter", "select a title; explore it"],
  ["Ctrl/Cmd+A, +C", "in a table: select all, copy"],
  ["/", "in a table: to the search"],
  ["+ − 0", "in the map: zoom in, out, all"],
  ["Escape", "close, clear, leave"],
];

export function HelpKeys({ id }: { id: string }) {
  return (
    <dl id={id} class="cw-help">
      {KEYS.map(([keys, words]) => (
        <div key={keys}>
          <dt>{keys}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}
