/** Bounds of the side panel's width, in CSS pixels. */
export const PANEL_WIDTH = {
  /** Until somebody chooses another. */
  initial: 300,
  min: 200,
  /** What the text keeps at least. */
  textMin: 320,
  /** One press of an arrow key. */
  step: 16,
} as const;

/** The largest width that leaves the text its room. @param space width of text and panel together */
export function maxPanelWidth(space: number): number {
  return Math.max(PANEL_WIDTH.min, Math.floor(space - PANEL_WIDTH.textMin));
}

/** A wanted width within its bounds. */
export function panelWidth(wanted: number | null, space: number): number {
  const width = Math.round(wanted ?? PANEL_WIDTH.initial);
  return Math.min(Math.max(width, PANEL_WIDTH.min), maxPanelWidth(space));
}

/** The width that a key asks for; null for keys that ask for none. The panel is on the right: to the left is wider. */
export function widthByKey(key: string, width: number, space: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return panelWidth(width + PANEL_WIDTH.step, space);
    case 'ArrowRight':
      return panelWidth(width - PANEL_WIDTH.step, space);
    case 'Home':
      return PANEL_WIDTH.min;
    case 'End':
      return maxPanelWidth(space);
    default:
      return null;
  }
}

/** When the panel is a sheet over the text instead of standing beside it; side-panel.css has the same. */
export const SHEET = '(max-width: 46rem)';
