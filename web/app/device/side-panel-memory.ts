import { type KeptStrings, readJson } from './local-store.ts';

/** The panels that can stand beside the text. */
export const SIDE_PANEL_NAMES = ['outline', 'connection'] as const;
export type SidePanelName = (typeof SIDE_PANEL_NAMES)[number];

/** How this device's person left the side panel. */
export interface SidePanelMemory {
  /** The panel that is open; null for none. */
  readonly open: SidePanelName | null;
  /** In CSS pixels; null while nobody has chosen one. */
  readonly width: number | null;
}

const KEY = 'coscribe.panel';

/** How the panel was left in this browser. */
export function readSidePanel(store: KeptStrings): SidePanelMemory {
  const kept = (readJson(store, KEY) ?? {}) as Record<string, unknown>;
  const { open, width } = kept;
  return {
    open: SIDE_PANEL_NAMES.find((name) => name === open) ?? null,
    width: typeof width === 'number' && Number.isFinite(width) && width > 0 ? width : null,
  };
}

/** Remembers how the panel is. */
export function keepSidePanel(store: KeptStrings, memory: SidePanelMemory): void {
  store.setItem(KEY, JSON.stringify(memory));
}
