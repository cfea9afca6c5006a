// The colours of the picture, read from the custom properties that its element has at this moment.

import { categoryColors } from "./categories";
import { COLORS, type Colors } from "./paint";
import { CIVIDIS, type ColorScale, type Rgb, ramp, VIRIDIS } from "./palette";

/** Resolves properties such as `--cw-bg`, whatever they are made of, to what the browser would paint. */
export function readColors(el: HTMLElement): { colors: Colors; family: string } {
  const document = el.ownerDocument;
  const probe = document.createElement("span");
  // Where colours are forced, the property would read as one of the system's, whatever it is made of.
  probe.style.setProperty("forced-color-adjust", "none");
  el.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const read = (name: string): Rgb => {
    probe.style.color = `var(${name})`;
    if (!context) return [128, 128, 128];
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(probe).color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b];
  };
  const colors = Object.fromEntries(
    Object.entries(COLORS).map(([name, property]) => [name, read(property)]),
  ) as Colors;
  const family = getComputedStyle(el).fontFamily;
  probe.remove();
  return { colors, family };
}

function isDark([r, g, b]: Rgb): boolean {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

/** The colours of a colouring by bin; the end of a ramp that would vanish in the background is left out. */
export function rampFor({ by, own }: ColorScale, colors: Colors): Rgb[] {
  if (own === "categories") return categoryColors(colors);
  const plain = {
    bias: [colors.biasLow, colors.biasMiddle, colors.biasHigh],
    none: [colors.neutral, colors.neutral],
  }[by];
  const [from, to] = plain ? [0, 1] : isDark(colors.background) ? [0.22, 1] : [0, 0.86];
  return [...ramp(plain ?? (own ? CIVIDIS : VIRIDIS), from, to), colors.border];
}
