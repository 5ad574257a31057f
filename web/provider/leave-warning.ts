/** Makes the browser ask before the page is left, while it is needed. */
export class LeaveWarning {
  readonly #page: EventTarget | null;
  #active = false;

  /** @param page the window, or null where there is none */
  constructor(page: EventTarget | null) {
    this.#page = page;
  }

  /** Switches the question on or off. The listener exists only while it is on: with one a page is not kept for "back". */
  set(active: boolean): void {
    if (active === this.#active) return;
    this.#active = active;
    if (active) this.#page?.addEventListener('beforeunload', ask);
    else this.#page?.removeEventListener('beforeunload', ask);
  }
}

function ask(event: Event): void {
  event.preventDefault();
  // Chromium before 119 asks only when this is set as well.
  (event as BeforeUnloadEvent).returnValue = true;
}
