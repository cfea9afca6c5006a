// What keys do in the map: moves from point to point, choices about the point reached, zoom.

export type KeyMeaning =
  | { kind: "move"; dx: number; dy: number }
  | { kind: "home" | "next" | "previous" | "choose" | "add" | "label" | "leave" | "fit" | "keys" }
  | { kind: "zoom"; factor: number };

const KEYS: Record<string, KeyMeaning> = {
  ArrowLeft: { kind: "move", dx: -1, dy: 0 },
  ArrowRight: { kind: "move", dx: 1, dy: 0 },
  ArrowUp: { kind: "move", dx: 0, dy: -1 },
  ArrowDown: { kind: "move", dx: 0, dy: 1 },
  Home: { kind: "home" },
  n: { kind: "next" },
  p: { kind: "previous" },
  Enter: { kind: "choose" },
  " ": { kind: "add" },
  l: { kind: "label" },
  Escape: { kind: "leave" },
  "+": { kind: "zoom", factor: 1.5 },
  "=": { kind: "zoom", factor: 1.5 },
  "-": { kind: "zoom", factor: 1 / 1.5 },
  _: { kind: "zoom", factor: 1 / 1.5 },
  0: { kind: "fit" },
  "?": { kind: "keys" },
};

/** The meaning of a key press; undefined for keys that belong to the browser or the host. */
export function keyMeaning(event: KeyboardEvent): KeyMeaning | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}
