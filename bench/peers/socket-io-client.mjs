import { io } from 'socket.io-client';

/** A client that polls and never tries a WebSocket. */
export function connectPolling(url, room) {
  return io(url, { transports: ['polling'], upgrade: false, forceNew: true, query: { room } });
}
