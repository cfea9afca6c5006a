// Discs painted straight into pixels. A canvas path or drawImage a point costs 10 to 50 ms for 60,000 points
// without a GPU; blending small ready-made sprites into one buffer costs a few, whatever the machine.

import { clamp } from "../clamp";
import type { Rgb } from "./palette";

/** Positions within a pixel a disc can be drawn at, each way: smooth enough for slow movement. */
const PHASES = 2;

/** The pixels of one disc: their place relative to its pixel, colour × opacity as 0x00BBGGRR, and 256 − opacity. */
interface Sprite {
  dx: Int8Array;
  dy: Int8Array;
  color: Uint32Array;
  rest: Uint16Array;
  reach: number;
}

/** Share of a pixel at `distance` from the centre that a disc of `radius` covers, by the usual soft edge. */
function coverage(distance: number, radius: number): number {
  return clamp(radius + 0.5 - distance, 0, 1);
}

function makeSprite(radius: number, offX: number, offY: number, fill: Rgb, rim: Rgb, rimWidth: number) {
  const reach = Math.ceil(radius + rimWidth + 1);
  const dx: number[] = [];
  const dy: number[] = [];
  const color: number[] = [];
  const rest: number[] = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const distance = Math.hypot(x + 0.5 - offX, y + 0.5 - offY);
      const inner = 0.9 * coverage(distance, radius);
      const outer = 0.7 * coverage(distance, radius + rimWidth);
      const under = outer * (1 - inner);
      const opacity = inner + under;
      if (opacity < 1 / 64) continue;
      const channel = (c: 0 | 1 | 2) => Math.round(inner * fill[c] + under * rim[c]);
      dx.push(x);
      dy.push(y);
      color.push(((channel(2) << 16) | (channel(1) << 8) | channel(0)) >>> 0);
      // Rounded down: rounded up, a channel could pass 255 and spill into its neighbour.
      rest.push(Math.floor(256 * (1 - opacity)));
    }
  }
  return {
    dx: Int8Array.from(dx),
    dy: Int8Array.from(dy),
    color: Uint32Array.from(color),
    rest: Uint16Array.from(rest),
    reach,
  };
}

/** From this number on small points are plain squares: their soft edges would be painted over by others anyway. */
const SPRITES_AT_MOST = 150_000;
/** Points of a larger radius, in pixels, are discs however many there are. */
const LARGEST_DOT = 2.2;

/** How points are painted that are too many for sprites. */
interface Dots {
  /** Side of the square by radius, 0 for those that stay discs. */
  side: Uint8Array;
  /** Pixel by colour, 0xAABBGGRR. */
  color: Uint32Array;
}

/** Points in the order in which they are painted: read one after the other, not gathered by row in every frame. */
export interface Painted {
  /** In score units. */
  x: Float32Array;
  y: Float32Array;
  /** Indices into the sprites' lists. */
  color: Uint8Array;
  radius: Uint8Array;
}

/** The columns of `rows`, each given by row. */
export function inOrder(rows: Int32Array, { x, y, color, radius }: Painted): Painted {
  const pick = <T extends Float32Array | Uint8Array>(from: T, into: T): T => {
    for (let i = 0; i < rows.length; i++) into[i] = from[rows[i]];
    return into;
  };
  return {
    x: pick(x, new Float32Array(rows.length)),
    y: pick(y, new Float32Array(rows.length)),
    color: pick(color, new Uint8Array(rows.length)),
    radius: pick(radius, new Uint8Array(rows.length)),
  };
}

/** The sprites of a set of colours and radii (in device pixels), made when first used. */
export class Sprites {
  readonly dots: Dots;
  readonly #made = new Map<number, Sprite>();

  constructor(
    private readonly colors: readonly Rgb[],
    private readonly radii: readonly number[],
    private readonly rim: Rgb,
    private readonly rimWidth: number,
    /** The rim of the last colour, which is that of hollow points. */
    private readonly hollow: Rgb = rim,
  ) {
    const square = (radius: number) => (radius > LARGEST_DOT ? 0 : Math.max(1, Math.round(1.8 * radius)));
    this.dots = {
      side: Uint8Array.from(radii, square),
      color: Uint32Array.from(colors, pixelOf),
    };
  }

  at(color: number, radius: number, phaseX: number, phaseY: number): Sprite {
    const key = ((color * 64 + radius) * PHASES + phaseX) * PHASES + phaseY;
    let sprite = this.#made.get(key);
    if (!sprite) {
      const off = (phase: number) => (phase + 0.5) / PHASES;
      const fill = this.colors[color];
      const rim = color === this.colors.length - 1 ? this.hollow : this.rim;
      sprite = makeSprite(this.radii[radius], off(phaseX), off(phaseY), fill, rim, this.rimWidth);
      this.#made.set(key, sprite);
    }
    return sprite;
  }
}

const pixelOf = ([r, g, b]: Rgb): number => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;

/** Pixels of an image, 0xAABBGGRR as ImageData holds them on little-endian machines. */
export class Raster {
  readonly pixels: Uint32Array;

  constructor(
    readonly width: number,
    readonly height: number,
    buffer: ArrayBufferLike,
  ) {
    this.pixels = new Uint32Array(buffer);
  }

  clear(color: Rgb): void {
    this.pixels.fill(pixelOf(color));
  }

  fill(left: number, top: number, width: number, height: number, color: Rgb): void {
    const right = Math.min(this.width, left + width);
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      const line = y * this.width;
      this.pixels.fill(pixelOf(color), line + Math.max(0, left), line + Math.max(0, right));
    }
  }

  /** The discs of `points`, in their order: place (x, y) lies at (ax·x + bx, ay·y + by), in pixels of the image. */
  discs(points: Painted, ax: number, bx: number, ay: number, by: number, sprites: Sprites): void {
    const { width, height, pixels } = this;
    const { x: xs, y: ys, color, radius } = points;
    const n = xs.length;
    const dots = n > SPRITES_AT_MOST ? sprites.dots : null;
    for (let i = 0; i < n; i++) {
      const x = xs[i] * ax + bx;
      const y = ys[i] * ay + by;
      const side = dots ? dots.side[radius[i]] : 0;
      if (side > 0) {
        // Corner of a square around the place.
        const left = x - side / 2;
        const top = y - side / 2;
        if (!(left >= 0 && top >= 0 && left + side < width && top + side < height)) continue;
        const column = (left + 0.5) | 0;
        const line = (top + 0.5) | 0;
        const paint = (dots as Dots).color[color[i]];
        for (let from = line * width + column, j = 0; j < side; j++, from += width) {
          for (let at = from; at < from + side; at++) pixels[at] = paint;
        }
        continue;
      }
      // Also false for what is no number.
      if (!(x > -64 && y > -64 && x < width + 64 && y < height + 64)) continue;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const phaseX = Math.floor((x - left) * PHASES);
      const phaseY = Math.floor((y - top) * PHASES);
      const sprite = sprites.at(color[i], radius[i], phaseX, phaseY);
      const { dx, dy, color: paint, rest, reach } = sprite;
      const inside = left >= reach && top >= reach && left + reach < width && top + reach < height;
      const origin = top * width + left;
      for (let k = 0; k < dx.length; k++) {
        if (!inside) {
          const column = left + dx[k];
          const line = top + dy[k];
          if (column < 0 || line < 0 || column >= width || line >= height) continue;
        }
        const at = origin + dy[k] * width + dx[k];
        const old = pixels[at];
        const share = rest[k];
        // Red and blue are blended in one multiplication, 16 bits apart.
        const rb = (Math.imul(old & 0xff00ff, share) >>> 8) & 0xff00ff;
        const g = (Math.imul(old & 0x00ff00, share) >>> 8) & 0x00ff00;
        pixels[at] = 0xff000000 + ((rb | g) + paint[k]);
      }
    }
  }
}
