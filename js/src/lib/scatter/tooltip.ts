// Where a tooltip goes: above the point, below where there is no room, shifted sideways, never out of the widget.

export interface Size {
  width: number;
  height: number;
}

/**
 * Upper left corner of a box of `size` for the point (x, y) in a widget of `room`, `gap` pixels from the point;
 * clamped to the room on all four sides.
 */
export function placeTooltip(
  x: number,
  y: number,
  size: Size,
  room: Size,
  gap: number,
): { left: number; top: number } {
  const above = y - gap - size.height;
  const below = y + gap;
  // Where neither side has room, the wider one is taken.
  const top = above >= 0 || (below + size.height > room.height && y > room.height - y) ? above : below;
  return {
    left: clamp(x - size.width / 2, room.width - size.width),
    top: clamp(top, room.height - size.height),
  };
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
