import { expect, it } from 'vitest';
import type { DashboardView } from '../../../protocol/dashboard.ts';
import { FakeClock } from '../../provider/testing/fake-clock.ts';
import { Feed, type FeedState, MISSED_AFTER, POLL_INTERVAL, type PushStream, RETRY_PUSH_AFTER } from './feed.ts';

function view(samples: readonly number[], events: readonly number[] = []): DashboardView {
  return {
    series: { names: ['connections'], samples: samples.map((number) => ({ number, at: number, values: [number] })) },
    events: events.map((number) => ({ number, at: 0, event: 'refused', document: null, network: null })),
    failures: [],
  } as unknown as DashboardView;
}

function world() {
  const clock = new FakeClock();
  const [streams, queries, states, views]: [PushStream[], string[], FeedState[], DashboardView[]] = [[], [], [], []];
  let answer: () => Promise<DashboardView | null> = async () => view([]);
  let open = 0;
  const feed = new Feed({
    openStream: (query) => {
      queries.push(`stream ${query}`);
      open += 1;
      const close = () => {
        open -= 1;
      };
      const stream: PushStream = { onPush: null, onFailure: null, onEnd: null, close };
      streams.push(stream);
      return stream;
    },
    ask: (query) => {
      queries.push(`ask ${query}`);
      return answer();
    },
    clock,
    onView: (taken) => views.push(taken),
    onState: (state) => states.push(state),
  });
  feed.start();
  return {
    ...{ clock, feed, streams, queries, states, views },
    answers: (next: () => Promise<DashboardView | null>) => {
      answer = next;
    },
    push: (pushed: DashboardView) => streams.at(-1)?.onPush?.(pushed),
    get open() {
      return open;
    },
    get kind() {
      return states.at(-1)?.kind;
    },
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('[OPS-5] is live while pushes come, asks when two are missed, and goes back to the push', async () => {
  const it = world();
  expect(it.kind).toBe('starting');
  it.push(view([1, 2]));
  expect(it.kind).toBe('live');
  await it.clock.advance(MISSED_AFTER - 1);
  expect(it.kind).toBe('live');
  it.answers(async () => view([3]));
  await it.clock.advance(1);
  await settled();
  expect([it.kind, it.open]).toEqual(['polling', 0]);
  // What is asked for follows what was pushed.
  expect(new URLSearchParams(it.queries.at(-1)?.replace('ask ', '')).get('samples')).toBe('2');
  it.answers(async () => view([4]));
  await it.clock.advance(POLL_INTERVAL);
  await settled();
  for (let waited = POLL_INTERVAL; waited < RETRY_PUSH_AFTER; waited += POLL_INTERVAL) {
    await it.clock.advance(POLL_INTERVAL);
    await settled();
  }
  expect(it.open).toBe(1);
  it.push(view([5]));
  expect(it.kind).toBe('live');
  const asked = it.queries.length;
  await it.clock.advance(MISSED_AFTER - 1);
  expect(it.queries).toHaveLength(asked);
  expect(it.views.flatMap(({ series }) => series.samples.map(({ number }) => number))).toEqual([1, 2, 3, 4, 5]);
});

it('[OPS-5] is stale while neither works, and says since when', async () => {
  const it = world();
  it.push(view([1]));
  const at = it.clock.now();
  it.answers(() => Promise.reject(new Error('no network')));
  it.streams[0]?.onFailure?.();
  await settled();
  expect(it.states.at(-1)).toEqual({ kind: 'stale', since: at });
  it.answers(async () => view([1, 2]));
  await it.clock.advance(POLL_INTERVAL);
  await settled();
  expect(it.kind).toBe('polling');
  // A sample that came twice is one.
  expect(it.views.at(-1)?.series.samples.map(({ number }) => number)).toEqual([2]);
});

it('[OPS-5] ends when the right has ended, by a push or an answer, and asks nothing more', async () => {
  const pushed = world();
  pushed.streams[0]?.onEnd?.();
  expect(pushed.kind).toBe('ended');
  const asked = world();
  asked.answers(async () => null);
  asked.streams[0]?.onFailure?.();
  await settled();
  expect(asked.kind).toBe('ended');
  const count = asked.queries.length;
  await asked.clock.advance(RETRY_PUSH_AFTER * 2);
  expect(asked.queries).toHaveLength(count);
});

it('[OPS-5] opens the stream again for other rows, and hears the old one no more', () => {
  const it = world();
  it.push(view([1], [7]));
  it.feed.wants({ documents: 'bytes', find: 'plan' });
  expect([it.open, it.queries.at(-1)]).toEqual([
    1,
    'stream documents=bytes&connections=backlog&find=plan&samples=1&events=7',
  ]);
  expect(it.streams[0]?.onPush).toBeNull();
});
