import { expect, it } from 'vitest';
import { ApiError, askApi } from './api-request.ts';

const answering = (status: number, body: string | null, headers: Record<string, string> = {}) => {
  const asked: [string, RequestInit | undefined][] = [];
  const request: typeof fetch = async (input, init) => {
    asked.push([String(input), init]);
    return new Response(body, { status, headers });
  };
  return { asked, request };
};

const failure = (asking: Promise<unknown>) => asking.catch((error: unknown) => error);

it('[SEC-3] a token goes in a header, never in the address', async () => {
  const { asked, request } = answering(200, '{}');
  await askApi({ method: 'PATCH', path: '/api/x', token: 'own.a~b', body: { a: 1 } }, request);
  const [path, init] = asked[0] ?? [];
  expect(path).toBe('/api/x');
  expect(init?.headers).toEqual({ Authorization: 'Bearer own.a~b', 'Content-Type': 'application/json' });
  expect(init?.body).toBe('{"a":1}');
  expect(init?.keepalive).toBe(true);
});

it('without token and body there are no headers, and an answer without content is undefined', async () => {
  const { asked, request } = answering(204, null);
  expect(await askApi({ method: 'DELETE', path: '/api/x' }, request)).toBeUndefined();
  expect(asked[0]?.[1]).toMatchObject({ method: 'DELETE', headers: {} });
  expect(asked[0]?.[1]).not.toHaveProperty('body');
});

it('a refusal says what the server said, its code, and how long to wait', async () => {
  const { request } = answering(429, '{"error":{"code":"rate-limited","message":"Too often."}}', {
    'Retry-After': '40',
  });
  const error = await failure(askApi({ method: 'GET', path: '/' }, request));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ message: 'Too often.', status: 429, code: 'rate-limited', retryAfter: 40 });
});

it('a proxy’s page is reported by its status', async () => {
  const { request } = answering(502, '<h1>Bad gateway</h1>');
  const error = await failure(askApi({ method: 'GET', path: '/' }, request));
  expect(error).toMatchObject({ message: 'The server answered with status 502.', code: null, retryAfter: null });
});

it('an unreachable server is called that', async () => {
  const request: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  const error = await failure(askApi({ method: 'GET', path: '/' }, request));
  expect(error).toMatchObject({ message: 'The server cannot be reached right now.', status: null });
});
