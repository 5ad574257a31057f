/**
 * Puts the text of a field on the clipboard.
 * @returns false when the browser allows neither way; the field's text is selected then, so that the person can copy it.
 */
export async function copyField(field: HTMLInputElement): Promise<boolean> {
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
