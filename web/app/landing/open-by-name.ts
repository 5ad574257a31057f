import { documentPath, readTypedName } from '../link/document-link.ts';

/** Makes the "open by name" form go to the document that was typed, or say beside the field why it cannot. */
export function wireOpenByName(form: HTMLFormElement, page: Location): void {
  const field = form.querySelector('input');
  const problem = form.querySelector('.problem');
  if (field === null || problem === null) throw new Error('the form lacks its field or its line for problems');

  const say = (sentence: string) => {
    problem.textContent = sentence;
    field.setAttribute('aria-invalid', String(sentence !== ''));
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = readTypedName(field.value, page.origin);
    if ('problem' in typed) {
      say(typed.problem);
      field.focus();
    } else {
      say('');
      page.assign(documentPath(typed.name) + typed.fragment);
    }
  });
  field.addEventListener('input', () => say(''));
}
