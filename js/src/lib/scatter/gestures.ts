// Pointers and the wheel over the plot, told as what they mean: hover, click, pan, box, zoom. Positions are in CSS
// pixels from the plot's upper left corner. Only a drag takes the pointer; a touch that scrolls the page goes through.
import { clamp } from "../clamp";
import { onAbort } from "../lifetime";

export interface Meanings {
  /** What a drag without keys does now; with Shift one that would pan is a box. */
  drag: () => "pan" | "box" | "lasso";
  /** Whether the plain wheel belongs to the plot. */
  ownsWheel: () => boolean;
  hover: (place: { x: number; y: number; touch: boolean } | null) => void;
  click: (x: number, y: number, touch: boolean, add: boolean) => void;
  /** The last two clicks were one double click, and mean nothing of their own. */
  doubled: () => void;
  dragStart: () => void;
  /** From the place of the start to here, in pixels. */
  pan: (dx: number, dy: number) => void;
  /** The line or box drawn so far, corner by corner: x0 y0 x1 y1 … */
  outline: (loop: readonly number[], done: boolean, add: boolean) => void;
  zoom: (x: number, y: number, factor: number) => void;
  /** The last of a run of pans or zooms. */
  settled: () => void;
  /** A drag was given up: everything as it was at its start. */
  cancelled: () => void;
  wheelRefused: () => void;
}

const SLACK = 4;
const WHEEL_REST_MS = 200;

interface Drag {
  id: number;
  x: number;
  y: number;
  mode: "press" | "pan" | "box" | "lasso" | "pinch";
  path: number[];
}

/** What a drag has gone around: with the lasso its own path, else the box between its ends. */
function outline({ mode, path }: Drag): readonly number[] {
  if (mode === "lasso") return path;
  const [x0, y0] = path;
  const [x1, y1] = path.slice(-2);
  return [x0, y0, x1, y0, x1, y1, x0, y1];
}

/** Listen on `plot` until `signal` is aborted; returns what gives up a drag in progress (true if there was one). */
export function listen(plot: HTMLElement, means: Meanings, signal: AbortSignal): () => boolean {
  let drag: Drag | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const touches = new Map<number, { x: number; y: number }>();
  const place = (event: MouseEvent) => {
    const frame = plot.getBoundingClientRect();
    return { x: event.clientX - frame.left - plot.clientLeft, y: event.clientY - frame.top - plot.clientTop };
  };
  const adds = (event: MouseEvent) => event.shiftKey || event.ctrlKey || event.metaKey;
  const cancel = (): boolean => {
    if (!drag || drag.mode === "press") {
      drag = null;
      return false;
    }
    drag = null;
    means.cancelled();
    return true;
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const at = place(event);
    touches.set(event.pointerId, at);
    if (touches.size === 2 && drag) {
      if (drag.mode === "box" || drag.mode === "lasso") means.cancelled();
      drag.mode = "pinch";
      means.hover(null);
    } else if (touches.size === 1) {
      drag = { id: event.pointerId, ...at, mode: "press", path: [at.x, at.y] };
    }
  };
  const move = (event: PointerEvent) => {
    const at = place(event);
    if (!drag) {
      means.hover({ ...at, touch: event.pointerType === "touch" });
      return;
    }
    const before = touches.get(event.pointerId);
    if (!before) return;
    touches.set(event.pointerId, at);
    if (drag.mode === "pinch") {
      const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
      if (!other) return;
      const was = Math.hypot(before.x - other.x, before.y - other.y);
      const is = Math.hypot(at.x - other.x, at.y - other.y);
      if (was > 0 && is > 0) means.zoom((at.x + other.x) / 2, (at.y + other.y) / 2, is / was);
      return;
    }
    if (event.pointerId !== drag.id) return;
    if (drag.mode === "press") {
      if (Math.hypot(at.x - drag.x, at.y - drag.y) < SLACK) return;
      const wanted = means.drag();
      drag.mode = event.shiftKey && wanted === "pan" ? "box" : wanted;
      plot.setPointerCapture(event.pointerId);
      means.dragStart();
    }
    if (drag.mode === "pan") means.pan(at.x - drag.x, at.y - drag.y);
    else {
      drag.path.push(at.x, at.y);
      means.outline(outline(drag), false, adds(event));
    }
  };
  const up = (event: PointerEvent) => {
    touches.delete(event.pointerId);
    if (!drag) return;
    const at = place(event);
    const ended = drag;
    if (ended.mode === "pinch" ? touches.size > 0 : event.pointerId !== ended.id) return;
    drag = null;
    ended.path.push(at.x, at.y);
    if (ended.mode === "press") means.click(at.x, at.y, event.pointerType === "touch", adds(event));
    else if (ended.mode === "box" || ended.mode === "lasso") means.outline(outline(ended), true, adds(event));
    else means.settled();
  };
  const lost = (event: PointerEvent) => {
    touches.delete(event.pointerId);
    cancel();
  };
  const wheel = (event: WheelEvent) => {
    if (!(event.ctrlKey || event.metaKey || means.ownsWheel())) {
      means.wheelRefused();
      return;
    }
    // Also keeps the page from zooming, and hosts that scroll by themselves from scrolling.
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = place(event);
    const unit = [1, 16, 100][event.deltaMode] ?? 1;
    const step = clamp(event.deltaY * unit, -60, 60);
    // A pinch on a touch pad comes as small steps with Ctrl.
    means.zoom(x, y, Math.exp(-step * (event.ctrlKey && Math.abs(step) < 20 ? 0.01 : 0.004)));
    clearTimeout(rest);
    rest = setTimeout(means.settled, WHEEL_REST_MS);
  };
  const leave = () => {
    if (!drag) means.hover(null);
  };
  const double = (event: MouseEvent) => {
    const { x, y } = place(event);
    means.doubled();
    means.zoom(x, y, event.shiftKey ? 0.5 : 2);
    means.settled();
  };

  const pointer = { down, move, up, cancel: lost, leave };
  for (const [name, listener] of Object.entries(pointer))
    plot.addEventListener(`pointer${name}`, listener as (event: Event) => void, { signal });
  plot.addEventListener("wheel", wheel, { signal, passive: false });
  plot.addEventListener("dblclick", double, { signal });
  onAbort(signal, () => clearTimeout(rest));
  return cancel;
}
