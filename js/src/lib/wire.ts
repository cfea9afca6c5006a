// Binary traits ↔ typed arrays and text columns; the other end is collabwidgets/widgets/wire.py.
import type { AnyModel } from "@anywidget/types";
import { ARRAYS } from "../protocol";

/** What a host hands over for a bytes trait: a view, a buffer, or base64 text where buffers do not survive. */
export type Binary = ArrayBufferView | ArrayBuffer | string | null | undefined;

/** A column of texts, decoded one by one as they are asked for. */
export interface Titles {
  readonly length: number;
  at(row: number): string;
}

export function bytesOf(value: Binary): Uint8Array {
  if (!value) return new Uint8Array(0);
  if (typeof value === "string") return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

// A DataView into a larger message may start at any byte; typed arrays may not, so those are copied.
function words(value: Binary): [buffer: ArrayBuffer, offset: number, length: number] {
  const bytes = bytesOf(value);
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 ? bytes.slice() : bytes;
  return [buffer as ArrayBuffer, byteOffset, Math.floor(byteLength / 4)];
}

export const float32 = (value: Binary): Float32Array => new Float32Array(...words(value));
export const int32 = (value: Binary): Int32Array => new Int32Array(...words(value));

const DECODERS = { text: decodeText, float32, int32, uint8: bytesOf };

type Arrays = typeof ARRAYS;

/** A binary trait as what the contract says it holds. */
export function readArray<Name extends keyof Arrays>(model: AnyModel, name: Name) {
  return DECODERS[ARRAYS[name]](model.get(name) as Binary) as ReturnType<(typeof DECODERS)[Arrays[Name]]>;
}

class TextColumn implements Titles {
  readonly length: number;
  #decoder = new TextDecoder();
  #cache: (string | undefined)[];

  constructor(
    private readonly offsets: Int32Array,
    private readonly text: Uint8Array,
  ) {
    this.length = offsets.length - 1;
    this.#cache = new Array(this.length);
  }

  at(row: number): string {
    if (!(row >= 0 && row < this.length)) return "";
    let text = this.#cache[row];
    if (text === undefined) {
      text = this.#decoder.decode(this.text.subarray(this.offsets[row], this.offsets[row + 1]));
      this.#cache[row] = text;
    }
    return text;
  }
}

/** uint32 n, n + 1 uint32 offsets from the start of the text, then the text in UTF-8. */
export function decodeText(value: Binary): Titles {
  const bytes = bytesOf(value);
  if (bytes.byteLength < 8) return new TextColumn(new Int32Array(1), bytes);
  const [n] = int32(bytes.subarray(0, 4));
  const start = 4 * (n + 2);
  if (start > bytes.byteLength)
    throw new Error(`a text column of ${n} rows does not fit ${bytes.byteLength} bytes`);
  return new TextColumn(int32(bytes.subarray(4, start)), bytes.subarray(start));
}
