// What Python sends for a column of texts.

/** The inverse of `decodeText`, for exported pages and tests. */
export function encodeText(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = texts.map((text) => encoder.encode(text));
  const start = 4 * (texts.length + 2);
  const out = new Uint8Array(start + parts.reduce((sum, part) => sum + part.length, 0));
  const header = new DataView(out.buffer);
  header.setUint32(0, texts.length, true);
  let at = 0;
  parts.forEach((part, row) => {
    header.setUint32(4 * (row + 1), at, true);
    out.set(part, start + at);
    at += part.length;
  });
  header.setUint32(4 * (texts.length + 1), at, true);
  return out;
}
