const editor = /** @type {import('coscribe/editor').CoscribeEditorElement} */ (
  document.querySelector('coscribe-editor')
);

// Asked at every connection, and again before a token runs out.
editor.token = async () => {
  const response = await fetch('/token');
  if (!response.ok) throw new Error(`The backend gives no token: ${response.status}`);
  return (await response.json()).token;
};

editor.addEventListener('people', ({ detail }) => {
  const names = detail.people.map(({ name }) => name);
  const line = document.querySelector('#people');
  if (line !== null) line.textContent = `Here now: ${names.join(', ')}`;
});

// Somebody whose access ended comes to the sign-in again.
editor.addEventListener('closed', () => location.reload());
