import { SYNC_PATH } from '../../protocol/version.ts';
import { isLanguage, type ThemeChoice } from '../editor/index.ts';

/** The attributes of `<coscribe-editor>` that it reacts to while it runs. */
export const ATTRIBUTES = [
  'server',
  'document',
  'token',
  'field',
  'language',
  'theme',
  'readonly',
  'disabled',
  'placeholder',
  'line-numbers',
  'required',
  'user-name',
  'user-color',
  'label',
  'offline',
] as const;

export type AttributeName = (typeof ATTRIBUTES)[number];

/** Attributes that decide which document is shown, so that a change shows another one. */
export const ADDRESS_ATTRIBUTES: ReadonlySet<string> = new Set(['server', 'document', 'field', 'offline']);

/** An attribute's value was not one it can have. The message says which, what was given and what was expected. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError';
}

/** Whether an attribute that is on by presence is on: there, and not "false". */
export function isOn(value: string | null): boolean {
  return value !== null && value !== 'false';
}

/** `theme`; absent is `system`. @throws AttributeError */
export function readTheme(value: string | null): ThemeChoice {
  if (value === null || value === '') return 'system';
  if (value === 'light' || value === 'dark' || value === 'system') return value;
  throw new AttributeError(`theme is "${value}", but must be light, dark or system.`);
}

/** `language`; absent is ''. @throws AttributeError */
export function readLanguage(value: string | null): string {
  if (value === null || value === '' || isLanguage(value)) return value ?? '';
  throw new AttributeError(`language is "${value}", which is none that the editor knows.`);
}

/** `line-numbers`; absent goes by the kind of text, as a word it is `on` or `off`. @throws AttributeError */
export function readLineNumbers(value: string | null): boolean | 'auto' {
  if (value === null) return 'auto';
  if (value === '' || value === 'on' || value === 'true') return true;
  if (value === 'off' || value === 'false') return false;
  throw new AttributeError(`line-numbers is "${value}", but must be on or off.`);
}

/** `user-color`; absent is null. @throws AttributeError */
export function readColor(value: string | null): string | null {
  if (value === null || value === '') return null;
  if (/^#[0-9a-f]{6}$/i.test(value)) return value.toLowerCase();
  throw new AttributeError(`user-color is "${value}", but must be a colour such as #2f6fb4.`);
}

/**
 * The address to synchronise with: that of the Coscribe server (`https://notes.example`), or of its sync path itself.
 * @param value the `server` attribute; absent is the page's own server
 * @throws AttributeError
 */
export function readServer(value: string | null, base: string): string {
  const given = value === null || value === '' ? '/' : value;
  if (!URL.canParse(given, base)) throw serverError(given);
  const url = new URL(given, base);
  if (!/^(https?|wss?):$/.test(url.protocol)) throw serverError(given);
  const sync = SYNC_PATH.slice(0, -1);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(sync) ? path : path + sync;
  return url.href;
}

function serverError(given: string): AttributeError {
  return new AttributeError(`server is "${given}", but must be an address such as https://notes.example.`);
}
