import * as Y from 'yjs';
import { CoscribeProvider } from '../provider.ts';
import type { ProviderOptions } from '../provider-options.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeNetwork } from './fake-network.ts';
import { StandInServer } from './stand-in-server.ts';

/** Time enough for a handshake, a gathered frame and its acknowledgement, and none for a retry or a timeout. */
export const A_MOMENT = 100;

/** A server with one document and the people who edit it, in fake time on a fake network. */
export class World {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly server = new StandInServer(this.clock);
  readonly people: CoscribeProvider[] = [];
  /** What `Math.random` would give. */
  chance: () => number = () => 0.5;

  constructor() {
    this.network.serve = this.server.accept;
  }

  /** Somebody opens the document. Without an offline copy unless asked for. */
  join(options: ProviderOptions = {}, doc: Y.Doc = new Y.Doc()): CoscribeProvider {
    const provider = new CoscribeProvider('http://server/sync', 'notes', doc, {
      offline: false,
      WebSocket: this.network.WebSocket,
      clock: this.clock,
      random: () => this.chance(),
      ...options,
    });
    this.people.push(provider);
    return provider;
  }

  /** Lets a moment pass. */
  async moment(): Promise<void> {
    await this.clock.advance(A_MOMENT);
  }

  /** Everybody leaves. */
  end(): void {
    for (const provider of this.people) {
      provider.destroy();
      provider.doc.destroy();
    }
  }
}

/** The text of a provider's document. */
export function textOf(provider: CoscribeProvider): string {
  return provider.doc.getText('content').toString();
}

/** Writes at the end of the text: one edit. */
export function write(provider: CoscribeProvider, text: string): void {
  const content = provider.doc.getText('content');
  content.insert(content.length, text);
}
