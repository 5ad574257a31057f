import '../inspector/inspector-panel.ts';
import type { CoscribeProvider } from '../provider/index.ts';

/**
 * Shows below an element's text how its connection works, or hides that again. It goes on with the next document that the element
 * opens.
 */
export async function toggleInspector(element: HTMLElement, provider: CoscribeProvider | null): Promise<void> {
  const root = element.shadowRoot;
  const shown = root?.querySelector('coscribe-inspector') ?? null;
  if (shown !== null) {
    shown.remove();
    return;
  }
  const panel = document.createElement('coscribe-inspector');
  panel.setAttribute('part', 'inspector');
  root?.append(panel);
  const watch = async (watched: CoscribeProvider | null) => {
    panel.inspector = watched === null ? null : await watched.inspect();
  };
  element.addEventListener('ready', (event) => {
    const { provider: next } = (event as CustomEvent<{ provider: CoscribeProvider | null }>).detail;
    if (panel.isConnected) void watch(next);
  });
  await watch(provider);
}
