import type { Extension, Transaction } from '@codemirror/state';
import { EditorView, type PluginValue, ViewPlugin } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type { OwnPresence } from './own-presence.ts';
import { personOf } from './people.ts';
import { readableInk } from './readable-ink.ts';
import type { RemoteCarets } from './remote-carets.ts';

/**
 * Scrolls along with somebody: their main caret stays in view, the editor is outlined in their colour with their name.
 * Typing, clicking, moving the own caret, scrolling or Esc ends it, and so does their leaving. The followed person is told
 * by the awareness field `following`.
 */
export class Follow {
  readonly extension: Extension;
  readonly #carets: RemoteCarets;
  readonly #presence: OwnPresence;
  readonly #awareness: Awareness;
  readonly #changed: (clientId: number | null) => void;
  readonly #frame: HTMLElement;
  readonly #label: HTMLElement;
  #view: EditorView | null = null;
  #target: number | null = null;
  #shownAt = -1;

  /** @param changed told whenever who is followed changes */
  constructor(
    carets: RemoteCarets,
    presence: OwnPresence,
    awareness: Awareness,
    changed: (clientId: number | null) => void,
  ) {
    this.#carets = carets;
    this.#presence = presence;
    this.#awareness = awareness;
    this.#changed = changed;
    this.#frame = document.createElement('div');
    this.#frame.className = 'cs-follow';
    this.#label = document.createElement('span');
    this.#label.className = 'cs-follow-label';
    this.#frame.append(this.#label);
    this.#frame.setAttribute('aria-hidden', 'true');
    this.#frame.hidden = true;
    const stop = () => this.set(null);
    this.extension = [
      ViewPlugin.define((view) => this.#attach(view)),
      EditorView.domEventObservers({ wheel: stop, touchmove: stop, pointerdown: stop }),
      EditorView.domEventHandlers({
        keydown: (event) => {
          if (this.#target === null || event.key !== 'Escape') return false;
          stop();
          return true;
        },
      }),
      EditorView.updateListener.of((update) => {
        if (update.transactions.some(isOwnAct)) stop();
        else if (update.docChanged) this.#scroll();
      }),
    ];
  }

  /** The client id of the person followed, or null. */
  get following(): number | null {
    return this.#target;
  }

  /** Begins to follow somebody, or stops with null. Nobody can follow themselves or somebody who is not there. */
  set(clientId: number | null): void {
    const known =
      clientId !== null && clientId !== this.#awareness.clientID && this.#awareness.getStates().has(clientId);
    const target = known ? clientId : null;
    if (target === this.#target) return;
    this.#target = target;
    this.#shownAt = -1;
    this.#presence.setFollowing(target);
    this.#outline();
    this.#scroll();
    this.#changed(target);
  }

  /** Scrolls somebody's main caret into the middle of the view once. @returns false when they have none to see */
  jumpTo(clientId: number): boolean {
    const caret = this.#carets.of(clientId);
    const range = caret?.ranges[caret.main] ?? caret?.ranges[0];
    if (this.#view === null || range === undefined) return false;
    this.#view.dispatch({ effects: EditorView.scrollIntoView(range.head, { y: 'center' }), filter: false });
    return true;
  }

  #attach(view: EditorView): PluginValue {
    this.#view = view;
    view.dom.append(this.#frame);
    const stopListening = this.#carets.onMove(() => {
      if (this.#target === null) return;
      if (!this.#awareness.getStates().has(this.#target)) this.set(null);
      this.#outline();
      this.#scroll();
    });
    const scrollbar = (event: PointerEvent) => {
      if (event.target === view.scrollDOM) this.set(null);
    };
    view.scrollDOM.addEventListener('pointerdown', scrollbar);
    this.#outline();
    return {
      destroy: () => {
        stopListening();
        view.scrollDOM.removeEventListener('pointerdown', scrollbar);
        this.set(null);
        this.#frame.remove();
        this.#view = null;
      },
    };
  }

  #outline(): void {
    this.#frame.hidden = this.#target === null;
    if (this.#target === null) return;
    const person = personOf(this.#target, this.#awareness.getStates().get(this.#target), this.#awareness.clientID);
    this.#frame.style.setProperty('--cs-person', person.color);
    this.#frame.style.setProperty('--cs-person-ink', readableInk(person.color));
    this.#label.textContent = `Following ${this.#carets.nameOf(person)} · Esc to stop`;
  }

  #scroll(): void {
    const view = this.#view;
    const target = this.#target;
    const caret = target === null ? null : this.#carets.of(target);
    const range = caret?.ranges[caret.main] ?? caret?.ranges[0];
    if (view === null || range === undefined || range.head === this.#shownAt) return;
    this.#shownAt = range.head;
    view.dispatch({ effects: EditorView.scrollIntoView(range.head, { y: 'nearest', yMargin: 80 }), filter: false });
  }
}

/** Whether a transaction is something that the person at this editor did. */
function isOwnAct(transaction: Transaction): boolean {
  return ['input', 'delete', 'move', 'select'].some((event) => transaction.isUserEvent(event));
}
