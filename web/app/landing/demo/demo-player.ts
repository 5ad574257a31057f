import { createEditor } from '../../../editor/index.ts';
import { styleNonce } from '../../base/style-nonce.ts';
import { DEMO_PEOPLE } from './demo-script.ts';
import { DemoStage } from './demo-stage.ts';

/** Time between two keystrokes, in milliseconds: a base and a random part. People are not metronomes. */
const STROKE = { base: 55, spread: 95 } as const;
/** How long the finished text stays before it begins again. */
const REST = 7_000;

/** Shows people writing on a sheet, again and again, while it is allowed to play. */
export class DemoPlayer {
  readonly #sheet: HTMLElement;
  readonly #timers: (ReturnType<typeof setTimeout> | undefined)[] = [];
  #stage: DemoStage | null = null;
  #editor: ReturnType<typeof createEditor> | null = null;
  #writing = 0;
  #playing = false;

  constructor(sheet: HTMLElement) {
    this.#sheet = sheet;
    this.#begin();
  }

  /** Goes on writing. */
  play(): void {
    if (this.#playing) return;
    this.#playing = true;
    if (this.#writing === 0) this.#rest();
    else for (let person = 0; person < DEMO_PEOPLE.length; person++) this.#next(person);
  }

  /** Stands still until `play`. */
  pause(): void {
    this.#playing = false;
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #begin(): void {
    const stage = new DemoStage(DEMO_PEOPLE);
    const place = document.createElement('div');
    place.className = 'demo-editor';
    const editor = createEditor(place, {
      doc: stage.doc,
      awareness: stage.awareness,
      language: 'Markdown',
      theme: 'system',
      readOnly: true,
      lineNumbers: false,
      lineWrapping: true,
      extensions: styleNonce(),
    });
    const before = { stage: this.#stage, editor: this.#editor };
    this.#stage = stage;
    this.#editor = editor;
    this.#writing = DEMO_PEOPLE.length;
    this.#sheet.replaceChildren(place);
    before.editor?.destroy();
    before.stage?.destroy();
  }

  #next(person: number): void {
    this.#timers[person] = setTimeout(
      () => {
        if (this.#stage?.strike(person) === true) {
          this.#next(person);
        } else {
          this.#writing -= 1;
          if (this.#writing === 0) this.#rest();
        }
      },
      STROKE.base + Math.random() * STROKE.spread,
    );
  }

  #rest(): void {
    this.#timers[0] = setTimeout(() => {
      this.#begin();
      this.#playing = false;
      this.play();
    }, REST);
  }
}
