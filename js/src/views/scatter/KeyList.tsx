// The keys of the map, for those who ask.

const LIST = [
  ["Arrows", "next title there"],
  ["Home", "title in the middle"],
  ["N, P", "its true neighbours, or those near"],
  ["Enter", "explore it"],
  ["Space", "select it"],
  ["L", "its label on or off"],
  ["+ − 0", "closer, further, all"],
  ["?", "this list"],
  ["Escape", "close, clear, leave"],
];

export function KeyList({ id }: { id: string }) {
  return (
    <dl id={id} class="cw-scatter-keys" aria-label="Keys of the map">
      {LIST.map(([key, does]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
