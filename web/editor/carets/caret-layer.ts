import { EditorSelection, type Extension } from '@codemirror/state';
import { Direction, EditorView, type LayerMarker, layer, RectangleMarker, type ViewUpdate } from '@codemirror/view';
import { needsMeasuring } from './measure-again.ts';
import type { Person } from './people.ts';
import { readableInk } from './readable-ink.ts';

/** How near the pointer must be to a caret for its name to show, in pixels. */
const HOVER_DISTANCE = 8;
/** Room a name needs above its caret, in pixels; with less it goes below. */
const FLAG_HEIGHT = 22;

/** One selection of somebody else, in positions of the editor's document. */
export interface RemoteRange {
  anchor: number;
  head: number;
}

/** Somebody else's carets. */
export interface RemoteCaret {
  person: Person;
  ranges: RemoteRange[];
  /** Index of the main range: the one with the name, and the one to follow. */
  main: number;
}

/** Where the layers get the carets from. */
export interface CaretSource {
  carets(): Iterable<RemoteCaret>;
  /** What a caret's label says. */
  nameOf(person: Person): string;
  /** Whether a person's name is to be seen. */
  isNamed(clientId: number): boolean;
  /** The pointer is at a person's caret, or at none. */
  hover(clientId: number | null): void;
  /** Whether an update moved carets without changing the text. */
  moved(update: ViewUpdate): boolean;
}

/** The two layers with other people's selections (below the text) and carets with names (above it). */
export interface CaretLayers {
  extension: Extension;
  /** Shows and hides names by what the source says now. */
  showNames(view: EditorView): void;
}

/**
 * Draws carets and selections in layers over and under the text. They are no part of the text, so they neither move the
 * own caret nor disturb input methods. Only what is in the viewport is measured and drawn.
 */
export function caretLayers(source: CaretSource): CaretLayers {
  let drawn: CaretMarker[] = [];
  const showNames = (view: EditorView) => {
    for (const element of view.scrollDOM.querySelectorAll<HTMLElement>('.cs-caret-named')) {
      element.classList.toggle('cs-caret-show', source.isNamed(Number(element.dataset['client'])));
    }
  };
  const changed = (update: ViewUpdate) =>
    update.docChanged || update.viewportChanged || needsMeasuring(update) || source.moved(update);
  const extension = [
    layer({
      above: false,
      class: 'cs-selections',
      update: changed,
      markers: (view) => selectionMarkers(view, source),
    }),
    layer({
      above: true,
      class: 'cs-carets',
      update: changed,
      markers(view) {
        drawn = caretMarkers(view, source);
        return drawn;
      },
    }),
    EditorView.domEventHandlers({
      mousemove(event, view) {
        if (drawn.length === 0) return;
        const box = view.scrollDOM.getBoundingClientRect();
        const x = event.clientX - box.left + view.scrollDOM.scrollLeft;
        const y = event.clientY - box.top + view.scrollDOM.scrollTop;
        const near = drawn.find(
          (at) => Math.abs(at.left - x) <= HOVER_DISTANCE && y >= at.top - 2 && y <= at.top + at.height + 2,
        );
        source.hover(near?.person.clientId ?? null);
      },
      mouseleave: () => source.hover(null),
    }),
  ];
  return { extension, showNames };
}

function* visible(view: EditorView, source: CaretSource) {
  const { from, to } = view.viewport;
  for (const caret of source.carets()) {
    for (const [i, range] of caret.ranges.entries()) {
      if (Math.max(range.anchor, range.head) < from || Math.min(range.anchor, range.head) > to) continue;
      yield { caret, range, isMain: i === caret.main };
    }
  }
}

function selectionMarkers(view: EditorView, source: CaretSource): SelectionMarker[] {
  const { from: top, to: bottom } = view.viewport;
  // Measuring is what costs, and selections that fill the viewport all look the same.
  const measured = new Map<string, readonly RectangleMarker[]>();
  const markers: SelectionMarker[] = [];
  for (const { caret, range } of visible(view, source)) {
    const from = Math.max(top, Math.min(range.anchor, range.head));
    const to = Math.min(bottom, Math.max(range.anchor, range.head));
    if (from >= to) continue;
    const key = `${from} ${to}`;
    let rectangles = measured.get(key);
    if (rectangles === undefined) {
      rectangles = RectangleMarker.forRange(view, 'cs-selection', EditorSelection.range(from, to));
      measured.set(key, rectangles);
    }
    for (const rectangle of rectangles) markers.push(new SelectionMarker(rectangle, caret.person.color));
  }
  return markers;
}

function caretMarkers(view: EditorView, source: CaretSource): CaretMarker[] {
  const { from: first, to: last } = view.viewport;
  const markers: CaretMarker[] = [];
  let frame: ScrollFrame | null = null;
  for (const { caret, range, isMain } of visible(view, source)) {
    const { head } = range;
    if (head < first || head > last) continue;
    const place = view.coordsAtPos(head, 1);
    if (place === null) continue;
    frame ??= scrollFrame(view);
    const { person } = caret;
    const look = {
      name: isMain ? source.nameOf(person) : '',
      shown: isMain && source.isNamed(person.clientId),
      below: place.top - frame.visibleTop < FLAG_HEIGHT,
      leftward: place.left - frame.visibleLeft > frame.width / 2,
    };
    const height = place.bottom - place.top;
    markers.push(new CaretMarker(person, place.left - frame.left, place.top - frame.top, height, look));
  }
  return markers;
}

/** Where the editor's content lies on the screen, in pixels. */
interface ScrollFrame {
  /** Origin of the layers: where they would begin were nothing scrolled away. */
  left: number;
  top: number;
  /** Where the part begins that is seen. */
  visibleLeft: number;
  visibleTop: number;
  width: number;
}

/** Read once for all carets, since reading is what costs. */
function scrollFrame({ scrollDOM, textDirection, scaleX, scaleY }: EditorView): ScrollFrame {
  const box = scrollDOM.getBoundingClientRect();
  const width = scrollDOM.clientWidth * scaleX;
  const visibleLeft = textDirection === Direction.LTR ? box.left : box.right - width;
  return {
    left: visibleLeft - scrollDOM.scrollLeft * scaleX,
    top: box.top - scrollDOM.scrollTop * scaleY,
    visibleLeft,
    visibleTop: box.top,
    width,
  };
}

class SelectionMarker implements LayerMarker {
  readonly #rectangle: RectangleMarker;
  readonly #color: string;

  constructor(rectangle: RectangleMarker, color: string) {
    this.#rectangle = rectangle;
    this.#color = color;
  }

  eq(other: SelectionMarker): boolean {
    return this.#color === other.#color && this.#rectangle.eq(other.#rectangle);
  }

  draw(): HTMLElement {
    const element = this.#rectangle.draw();
    element.style.setProperty('--cs-person', this.#color);
    return element;
  }

  update(element: HTMLElement, old: SelectionMarker): boolean {
    if (!(old instanceof SelectionMarker)) return false;
    element.style.setProperty('--cs-person', this.#color);
    return this.#rectangle.update(element, old.#rectangle);
  }
}

interface CaretLook {
  /** What its label says; '' for none: only the main caret has one. */
  name: string;
  shown: boolean;
  below: boolean;
  leftward: boolean;
}

class CaretMarker implements LayerMarker {
  readonly person: Person;
  readonly left: number;
  readonly top: number;
  readonly height: number;
  readonly #look: CaretLook;

  constructor(person: Person, left: number, top: number, height: number, look: CaretLook) {
    this.person = person;
    this.left = left;
    this.top = top;
    this.height = height;
    this.#look = look;
  }

  eq(other: CaretMarker): boolean {
    return (
      this.#samePerson(other) &&
      this.left === other.left &&
      this.top === other.top &&
      this.height === other.height &&
      this.#look.shown === other.#look.shown &&
      this.#look.below === other.#look.below &&
      this.#look.leftward === other.#look.leftward
    );
  }

  draw(): HTMLElement {
    const element = document.createElement('div');
    element.dataset['client'] = String(this.person.clientId);
    element.style.setProperty('--cs-person', this.person.color);
    element.style.setProperty('--cs-person-ink', readableInk(this.person.color));
    if (this.#look.name !== '') {
      const flag = document.createElement('span');
      flag.className = 'cs-caret-flag';
      // Apart from the name, so that a long one cannot push out what is said of it.
      const name = document.createElement('bdi');
      name.textContent = this.person.name;
      flag.append(name, this.#look.name.slice(this.person.name.length));
      if (this.person.known) flag.classList.add('cs-caret-known');
      element.append(flag);
    }
    this.#place(element);
    return element;
  }

  update(element: HTMLElement, old: LayerMarker): boolean {
    if (!(old instanceof CaretMarker) || !this.#samePerson(old)) return false;
    this.#place(element);
    return true;
  }

  #samePerson(other: CaretMarker): boolean {
    const { person } = other;
    return (
      person.clientId === this.person.clientId &&
      person.name === this.person.name &&
      person.color === this.person.color &&
      person.known === this.person.known &&
      other.#look.name === this.#look.name
    );
  }

  #place(element: HTMLElement): void {
    const { name, shown, below, leftward } = this.#look;
    const classes = ['cs-caret'];
    if (name !== '') classes.push('cs-caret-named');
    if (shown) classes.push('cs-caret-show');
    if (below) classes.push('cs-caret-below');
    if (leftward) classes.push('cs-caret-leftward');
    element.className = classes.join(' ');
    element.style.left = `${this.left}px`;
    element.style.top = `${this.top}px`;
    element.style.height = `${this.height}px`;
  }
}
