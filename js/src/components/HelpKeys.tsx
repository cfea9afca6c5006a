// The keys that work in the widgets, in a few lines.

const KEYS: readonly (readonly [string, string])[] = [
  ["Ctrl/Cmd+Z, with Shift", "undo and redo: selection, filter, axes, part of the map; never training"],
  ["Tab", "from control to control; a table or the map is one stop"],
  ["Arrows", "rows of a table, points of the map, values of a slider"],
  ["Space, Enter", "select a title; explore it"],
  ["Ctrl/Cmd+A, Ctrl/Cmd+C", "in a table: select all that it shows; copy"],
  ["/", "in a table: to the search"],
  ["+ − 0", "in the map: zoom in, out, all"],
  ["Escape", "close a list, clear the selection, leave the widget"],
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
