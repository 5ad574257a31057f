/**
 * Puts the text of a field on the clipboard.
 * @returns false when the browser allows neither way; the field's text is selected then, so that the person can copy it.
 */
export async function copyField(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  field.focus();
  field.select();
  try {
    // Missing on plain http other than localhost, where many self-hosted servers live.
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}

/** Puts a text on the clipboard. @returns false when the browser does not allow it */
export async function copyText(text: string): Promise<boolean> {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  // In a dialog, so that it can be selected while one is open.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  const before = document.activeElement;
  const copied = await copyField(field);
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
