import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import * as Y from 'yjs';
import { TextBinding } from '../binding/text-binding.ts';
import { textContent, toDocument } from '../binding/text-content.ts';

// jsdom lays nothing out, and CodeMirror asks for places when it brings something into view.
Range.prototype.getClientRects ??= () => [] as unknown as DOMRectList;

/** One simulated person: a document, an editor on it, and what has been received but not applied. */
export interface Replica {
  doc: Y.Doc;
  text: Y.Text;
  view: EditorView;
  binding: TextBinding;
  inbox: Uint8Array[];
  errors: unknown[];
  /** Whether an input method is composing in the editor. */
  composing: boolean;
  /** What the editor shows. */
  shown(): string;
  /** What the document holds, embeds as U+FFFC. */
  held(): string;
  destroy(): void;
}

/** A person with an editor that only has the binding. */
export function replica(clientID: number, doc = new Y.Doc(), extensions: Extension = []): Replica {
  doc.clientID = clientID;
  const text = doc.getText('content');
  const errors: unknown[] = [];
  const binding = new TextBinding(text, (error) => errors.push(error));
  const view = new EditorView({
    state: EditorState.create({
      doc: toDocument(textContent(text)),
      extensions: [
        EditorState.lineSeparator.of('\n'),
        EditorState.allowMultipleSelections.of(true),
        binding.extension,
        EditorView.exceptionSink.of((error) => errors.push(error)),
        extensions,
      ],
    }),
  });
  const person: Replica = {
    doc,
    text,
    view,
    binding,
    inbox: [],
    errors,
    composing: false,
    shown: () => view.state.doc.toString(),
    held: () => textContent(text),
    destroy() {
      view.destroy();
      binding.destroy();
      doc.destroy();
    },
  };
  Object.defineProperty(view, 'composing', { get: () => person.composing });
  return person;
}

/** People whose updates go into each other's inbox. */
export function linked(count: number, extensions: Extension = []): Replica[] {
  const people = Array.from({ length: count }, (_, i) => replica(i + 1, new Y.Doc(), extensions));
  for (const sender of people) {
    sender.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network') return;
      for (const receiver of people) if (receiver !== sender) receiver.inbox.push(update);
    });
  }
  return people;
}

/** Applies what a person has received, all or the first few, without showing it yet. */
export function receive(person: Replica, count = person.inbox.length): void {
  for (const update of person.inbox.splice(0, count)) Y.applyUpdate(person.doc, update, 'network');
}

/** Delivers and shows everything everywhere. */
export function settle(people: readonly Replica[]): void {
  for (const person of people) receive(person);
  for (const person of people) person.binding.flush();
}
