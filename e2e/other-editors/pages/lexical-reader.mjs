import * as Y from 'yjs';
import { doc, ready } from './desk.mjs';
import { shownAfresh } from './lexical-afresh.mjs';

// Somebody who only looks: an open Lexical tidies up the document that it finds.
doc.get('root', Y.XmlText);
ready(
  () => shownAfresh(doc),
  () => '',
);
