import type { DashboardView } from '../../../protocol/dashboard.ts';
import { ApiError, askApi } from '../api/api-request.ts';
import { siteRoot } from '../base/site-root.ts';
import type { DeletedDocument, ShownDocument } from './shown-document.ts';

/** What the dashboard asks the server for and has it do (docs/http-api.md). Each rejects with an ApiError. */
export const adminApi = {
  /** Null when the right has ended. */
  async view(query: string): Promise<DashboardView | null> {
    try {
      return (await askApi({ method: 'GET', path: `/api/admin/view?${query}` })) as DashboardView;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },

  async nameOf(id: string): Promise<string> {
    const answer = await askApi({ method: 'POST', path: '/api/admin/names', body: { id } });
    return (answer as { name: string }).name;
  },

  async show(name: string): Promise<ShownDocument> {
    return (await askApi({ method: 'GET', path: pathOf(name) })) as ShownDocument;
  },

  /** Where the text of a document, or all of it as Yjs has it, is downloaded from. */
  exportAddress(name: string, format: 'text' | 'yjs'): string {
    return `${siteRoot()}${pathOf(name).slice(1)}/export?format=${format}`;
  },

  async rename(name: string, title: string): Promise<void> {
    await askApi({ method: 'PATCH', path: pathOf(name), body: { title } });
  },

  async unload(name: string): Promise<void> {
    await askApi({ method: 'POST', path: `${pathOf(name)}/unload` });
  },

  async delete(name: string): Promise<void> {
    await askApi({ method: 'DELETE', path: pathOf(name) });
  },

  async deleted(): Promise<readonly DeletedDocument[]> {
    const answer = await askApi({ method: 'GET', path: '/api/admin/deleted' });
    return (answer as { deleted: DeletedDocument[] }).deleted;
  },

  async restore(id: string, name: string): Promise<void> {
    await askApi({ method: 'POST', path: `/api/admin/deleted/${encodeURIComponent(id)}`, body: { name } });
  },

  async addressOf(connection: number): Promise<string> {
    const answer = await askApi({ method: 'GET', path: `/api/admin/connections/${connection}` });
    return (answer as { address: string }).address;
  },

  async closeConnection(connection: number): Promise<void> {
    await askApi({ method: 'DELETE', path: `/api/admin/connections/${connection}` });
  },

  async signOut(person: string): Promise<void> {
    await askApi({ method: 'POST', path: '/api/admin/sign-outs', body: { person } });
  },

  async announce(text: string, until: string | null): Promise<void> {
    await askApi({ method: 'PUT', path: '/api/admin/announcement', body: { text, until } });
  },

  async takeBack(): Promise<void> {
    await askApi({ method: 'DELETE', path: '/api/admin/announcement' });
  },

  async leave(): Promise<void> {
    await askApi({ method: 'DELETE', path: '/api/admin/session' });
  },
};

function pathOf(name: string): string {
  return `/api/admin/documents/${encodeURIComponent(name)}`;
}
