/** As much of a client of socket.io as the bench uses. */
export interface PollingClient {
  on(event: 'connect' | 'disconnect', listener: () => void): void;
  on(event: 'connect_error', listener: (error: Error) => void): void;
  on(event: 'update', listener: (message: Uint8Array) => void): void;
  emit(event: 'update', message: Uint8Array): void;
  disconnect(): void;
}

/** A client that polls and never tries a WebSocket. */
export function connectPolling(url: string, room: string): PollingClient;
