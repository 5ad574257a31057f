import { html, nothing, type TemplateResult } from 'lit';
import type { ConnectionRow, DocumentRow, Failure, Rows, SecurityEvent } from '../../../protocol/dashboard.ts';
import type { DeletedDocument } from './shown-document.ts';
import { bytes, duration, short, timeOfDay } from './units.ts';

// The lists of the dashboard. Each is a table that scrolls by itself where the page is narrow.

/** How many of how many are shown. */
export function countLine({ total, found, rows }: Rows<unknown>, what: string): string {
  const all = `${total.toLocaleString('en')} ${what}`;
  if (found === total) return rows.length === total ? all : `${all}; the first ${rows.length}`;
  return `${found.toLocaleString('en')} of ${all}${rows.length < found ? `; the first ${rows.length}` : ''}`;
}

export function documentTable(rows: readonly DocumentRow[], open: (row: DocumentRow) => void): TemplateResult {
  if (rows.length === 0) return html`<p class="tool-lead">No document.</p>`;
  return scrolling(
    'Documents',
    ['Title', 'Id'],
    ['People', 'Stored/s', 'Size', 'Log'],
    rows.map(
      (row) => html`<tr data-testid="document-row">
        <th scope="row">
          <button class="admin-link" type="button" @click=${() => open(row)}>${row.title === '' ? 'Untitled' : row.title}</button>
          ${row.failure === null ? nothing : html`<span class="admin-failure">${timeOfDay(row.failure.at)} ${row.failure.message}</span>`}
          ${row.isDurable ? nothing : html`<span class="admin-state">waits for the disk</span>`}
        </th>
        <td><code>${row.id}</code></td>
        <td class="number">${row.people.toLocaleString('en')}</td>
        <td class="number">${short(row.updates)}</td>
        <td class="number">${bytes(row.bytes)}</td>
        <td class="number">${row.logRecords.toLocaleString('en')}</td>
      </tr>`,
    ),
  );
}

export function connectionTable(
  rows: readonly ConnectionRow[],
  {
    close,
    signOut,
    lookUp,
  }: {
    close: (row: ConnectionRow) => void;
    signOut: (row: ConnectionRow) => void;
    lookUp: (row: ConnectionRow) => void;
  },
): TemplateResult {
  if (rows.length === 0) return html`<p class="tool-lead">Nobody is connected.</p>`;
  return scrolling(
    'Connections',
    ['Person', 'From', 'Document', 'Transport'],
    ['Age', 'Backlog', ''],
    rows.map(
      (row) => html`<tr data-testid="connection-row">
        <th scope="row">${row.person ?? row.personId ?? 'Guest'} <span class="admin-state">${row.role}</span></th>
        <td><button class="admin-link" type="button" aria-label="Look up the address of connection ${row.id}" @click=${() => lookUp(row)}>${row.network ?? 'unknown'}</button></td>
        <td>${row.title === '' ? 'Untitled' : row.title}</td>
        <td data-testid="transport">${row.transport}</td>
        <td class="number">${duration(row.age)}</td>
        <td class="number">${bytes(row.backlog)}</td>
        <td class="admin-row-acts">
          <button class="admin-link" type="button" aria-label="Close connection ${row.id}" @click=${() => close(row)}>Close…</button>
          ${
            row.personId === null
              ? nothing
              : html`<button class="admin-link" type="button" aria-label="Sign ${row.person ?? row.personId} out" @click=${() => signOut(row)}>Sign out…</button>`
          }
        </td>
      </tr>`,
    ),
  );
}

export function eventTable(events: readonly SecurityEvent[]): TemplateResult {
  if (events.length === 0) return html`<p class="tool-lead">Nothing since the server started.</p>`;
  return scrolling(
    'Security events',
    ['Time', 'Event', 'From', 'Person', 'Document', 'Reason'],
    [],
    events.map(
      ({ at, event, network, person, document, reason, code }) => html`<tr>
        <th scope="row">${timeOfDay(at)}</th>
        <td>${event}</td>
        <td>${network ?? ''}</td>
        <td>${person ?? ''}</td>
        <td>${document === null ? '' : html`<code>${document}</code>`}</td>
        <td class="admin-words">${reason ?? code ?? ''}</td>
      </tr>`,
    ),
  );
}

export function failureTable(failures: readonly Failure[]): TemplateResult {
  if (failures.length === 0) return html`<p class="tool-lead">Nothing failed since the server started.</p>`;
  return scrolling(
    'Failures',
    ['Time', 'What', 'Cause', 'Document'],
    [],
    failures.map(
      ({ at, message, cause, document }) => html`<tr>
        <th scope="row">${timeOfDay(at)}</th>
        <td class="admin-words">${message}</td>
        <td class="admin-words">${cause ?? ''}</td>
        <td>${document === null ? '' : html`<code>${document}</code>`}</td>
      </tr>`,
    ),
  );
}

export function deletedTable(
  deleted: readonly DeletedDocument[],
  restore: (one: DeletedDocument) => void,
): TemplateResult {
  if (deleted.length === 0) return html`<p class="tool-lead">Nothing was deleted in the last 30 days.</p>`;
  return scrolling(
    'Deleted documents',
    ['Title', 'Deleted'],
    ['Size', ''],
    deleted.map(
      (one) => html`<tr data-testid="deleted-row">
        <th scope="row">${one.title === '' ? 'Untitled' : one.title}</th>
        <td>${new Date(one.deletedAt).toLocaleString('en-GB')}</td>
        <td class="number">${bytes(one.bytes)}</td>
        <td class="admin-row-acts"><button class="admin-link" type="button" @click=${() => restore(one)}>Bring back…</button></td>
      </tr>`,
    ),
  );
}

/** Counts by what they count, the largest first. */
export function countList(counts: Readonly<Record<string, number>>, none: string): TemplateResult {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return html`<p class="tool-lead">${none}</p>`;
  return html`<dl class="admin-facts">${entries.map(([what, count]) => html`<dt>${what}</dt><dd>${count.toLocaleString('en')}</dd>`)}</dl>`;
}

function scrolling(
  label: string,
  words: readonly string[],
  numbers: readonly string[],
  rows: readonly TemplateResult[],
): TemplateResult {
  return html`<div class="admin-scroll" tabindex="0" role="group" aria-label="${label}, a table">
    <table class="admin-table">
      <thead>
        <tr>
          ${words.map((word) => html`<th scope="col">${word}</th>`)}
          ${numbers.map((word) =>
            word === ''
              ? html`<th scope="col"><span class="visually-hidden">Acts</span></th>`
              : html`<th scope="col" class="number">${word}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
