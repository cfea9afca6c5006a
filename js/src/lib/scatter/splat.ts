// Discs painted straight into pixels. A canvas path or drawImage a point costs 10 to 50 ms for 60,000 points
// without a GPU; blending small ready-made sprites into one buffer costs a few, whatever the machine.

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
  return Math.min(1, Math.max(0, radius + 0.5 - distance));
}

function makeSprite(
  radius: number,
  offX: number,
  offY: number,
  fill: Rgb,
  rim: Rgb,
  rimWidth: number,
): Sprite {
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

/** The sprites of a set of colours and radii (in device pixels), made when first used. */
export class Sprites {
  readonly #made = new Map<number, Sprite>();

  constructor(
    private readonly colors: readonly Rgb[],
    private readonly radii: readonly number[],
    private readonly rim: Rgb,
    private readonly rimWidth: number,
  ) {}

  at(color: number, radius: number, phaseX: number, phaseY: number): Sprite {
    const key = ((color * 64 + radius) * PHASES + phaseX) * PHASES + phaseY;
    let sprite = this.#made.get(key);
    if (!sprite) {
      const off = (phase: number) => (phase + 0.5) / PHASES;
      const fill = this.colors[color];
      sprite = makeSprite(this.radii[radius], off(phaseX), off(phaseY), fill, this.rim, this.rimWidth);
      this.#made.set(key, sprite);
    }
    return sprite;
  }
}

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

  clear([r, g, b]: Rgb): void {
    this.pixels.fill((0xff000000 | (b << 16) | (g << 8) | r) >>> 0);
  }

  /** A line across the whole image, `thick` pixels wide. */
  horizontal(y: number, thick: number, color: Rgb): void {
    this.#fill(0, y, this.width, thick, color);
  }

  vertical(x: number, thick: number, color: Rgb): void {
    this.#fill(x, 0, thick, this.height, color);
  }

  #fill(left: number, top: number, width: number, height: number, [r, g, b]: Rgb): void {
    const color = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
    const right = Math.min(this.width, left + width);
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      this.pixels.fill(color, y * this.width + Math.max(0, left), y * this.width + Math.max(0, right));
    }
  }

  /**
   * The discs of `rows`, in their order: centre (ax·x + bx, ay·y + by) in pixels of the image, colour and radius
   * by row as indices into the sprites' lists.
   */
  discs(
    rows: Int32Array,
    x: Float32Array,
    y: Float32Array,
    ax: number,
    bx: number,
    ay: number,
    by: number,
    color: Uint8Array,
    radius: Uint8Array,
    sprites: Sprites,
  ): void {
    const { width, height, pixels } = this;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      const px = x[row] * ax + bx;
      const py = y[row] * ay + by;
      // Also false for what is no number.
      if (!(px > -64 && py > -64 && px < width + 64 && py < height + 64)) continue;
      const left = Math.floor(px);
      const top = Math.floor(py);
      const phaseX = Math.floor((px - left) * PHASES);
      const phaseY = Math.floor((py - top) * PHASES);
      const sprite = sprites.at(color[row], radius[row], phaseX, phaseY);
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
