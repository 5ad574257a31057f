import type { DashboardView } from '../../../protocol/dashboard.ts';
import { siteRoot } from '../base/site-root.ts';
import type { PushStream } from './feed.ts';

/** The stream of the server, by EventSource. It is not left to open itself again: the feed decides when. */
export function openStream(query: string): PushStream {
  const source = new EventSource(`${siteRoot()}api/admin/stream?${query}`);
  const stream: PushStream = { onPush: null, onFailure: null, onEnd: null, close: () => source.close() };
  source.onmessage = (event) => stream.onPush?.(JSON.parse(String(event.data)) as DashboardView);
  source.addEventListener('end', () => stream.onEnd?.());
  source.onerror = () => stream.onFailure?.();
  return stream;
}
