import * as Y from 'yjs';

/**
 * A Y.Doc for a copy that belongs to nobody: it takes in what writers wrote and never writes by itself.
 *
 * Left alone, Yjs tidies up formatting after every transaction that brought something from outside: it deletes marks that
 * have no effect any more (two people made the same word bold), in a second transaction with an update of its own. Every
 * writer's copy does that, and what comes of it reaches the server like any edit. On the server it would be work that
 * nobody asked for: while a document is loaded it would change what is stored without a record of it.
 */
export function createServerDoc(): Y.Doc {
  const doc = new Y.Doc();
  // Emitted once the observers have run, and right before Yjs asks whether there is anything to tidy up.
  doc.on('afterTransaction', (transaction) => {
    transaction._needFormattingCleanup = false;
  });
  return doc;
}
