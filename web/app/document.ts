// A document's page. Its connection is made first, and the parts that show it come meanwhile: on a slow network the text is then
// here as soon as they are.
import { siteRoot } from './base/site-root.ts';
import { documentNameFromPath } from './link/document-link.ts';
import { readFragment, takeFragment } from './link/link-fragment.ts';
import { DocumentConnection } from './person/document-connection.ts';

/** Brings a document onto the page, or says that it cannot. */
async function open(connecting: Promise<DocumentConnection>): Promise<void> {
  try {
    const { showDocument } = await import('./show-document.ts');
    showDocument(await connecting);
  } catch (error) {
    // The network broke off between two parts of the page, or the server has other parts now.
    sayIncomplete();
    throw error;
  }
}

/** Without any part that may be missing. */
function sayIncomplete(): void {
  const sentence = document.createElement('p');
  sentence.className = 'page-note';
  sentence.setAttribute('role', 'alert');
  sentence.textContent = 'This page did not load completely. Check your network, then reload it. ';
  const reload = document.createElement('button');
  reload.className = 'button';
  reload.textContent = 'Reload';
  reload.addEventListener('click', () => location.reload());
  sentence.append(reload);
  document.querySelector('.pane')?.replaceChildren(sentence);
}

// First of all: from here on the address holds no secret.
const fragment = takeFragment(window);
const name = documentNameFromPath(location.pathname);
if (name === null) location.replace(`${siteRoot()}404.html`);
else void open(DocumentConnection.open(name, fragment));
// A share link of this very document, put into the address bar, changes the fragment and loads nothing.
window.addEventListener('hashchange', () => {
  if (readFragment(location.hash) !== null) location.reload();
});
