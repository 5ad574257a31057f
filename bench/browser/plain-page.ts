// The floor of the line first-key: CodeMirror with Markdown and nothing else. The text is fetched, as any page has to.
import { openBareEditor } from '../peers/codemirror.mjs';

const response = await fetch(`./text?lines=${location.hash.slice(1)}`);
const view = openBareEditor(document.querySelector('main') ?? document.body, await response.text());
view.focus();
