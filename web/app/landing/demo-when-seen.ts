/**
 * Loads the demonstration once its sheet is on the screen, and lets it play only while somebody can see it. People who want
 * less motion keep the still text that stands in the page.
 */
export function demonstrateWhenSeen(sheet: HTMLElement): void {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  let player: Promise<{ play(): void; pause(): void }> | null = null;
  let onScreen = false;

  const decide = async () => {
    const wanted = onScreen && !document.hidden && !calm.matches;
    if (player === null) {
      if (!wanted) return;
      player = import('./demo/demo-player.ts').then(({ DemoPlayer }) => new DemoPlayer(sheet));
    }
    try {
      const loaded = await player;
      // Asked again: it may have changed while the player was loading.
      if (onScreen && !document.hidden && !calm.matches) loaded.play();
      else loaded.pause();
    } catch {
      observer.disconnect(); // It did not load: the still text is a whole page too.
    }
  };

  const observer = new IntersectionObserver((entries) => {
    onScreen = entries.some(({ isIntersecting }) => isIntersecting);
    void decide();
  });
  observer.observe(sheet);
  calm.addEventListener('change', () => void decide());
  document.addEventListener('visibilitychange', () => void decide());
}
