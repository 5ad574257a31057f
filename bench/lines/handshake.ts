import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { CoscribeProvider } from '../../web/provider/provider.ts';
import { writePaper } from '../harness/paper.ts';
import { Person } from '../harness/person.ts';
import { removeFolder, ServerUnderTest, temporaryFolder } from '../harness/server-under-test.ts';
import { storeDocument } from '../harness/stored-document.ts';
import { pause, until } from '../harness/waiting.ts';
import { figure, type Line, times } from '../line.ts';

/** Bytes of messages both ways since it was last set to 0. */
let exchanged = 0;

/** The WebSocket of the provider, which counts the messages that pass. */
class CountingWebSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    // The provider asks for ArrayBuffers.
    this.on('message', (data: ArrayBuffer) => {
      exchanged += data.byteLength;
    });
  }

  override send(data: Uint8Array): void {
    exchanged += data.byteLength;
    super.send(data);
  }
}

export const handshake: Line = {
  name: 'handshake',
  title: 'bytes exchanged when an up-to-date client comes back to a document of 260,000 keystrokes',
  limit: 60,
  async run(say) {
    const paper = writePaper();
    const data = temporaryFolder();
    await storeDocument(data, 'paper', [paper.state], paper.state);
    const server = await ServerUnderTest.start('coscribe', { data });
    try {
      const doc = new Y.Doc();
      const provider = new CoscribeProvider(`${server.url.replace('http', 'ws')}/sync`, 'paper', doc, {
        WebSocket: CountingWebSocket,
        offline: false,
      });
      provider.awareness.setLocalState(null);
      await until(20_000, 'the paper', () => provider.synced && doc.getText('content').toString() === paper.text);
      await pause(200);
      provider.disconnect();
      exchanged = 0;
      provider.connect();
      await until(10_000, 'the provider to be back', () => provider.synced);
      // Whatever comes after being synced belongs to it.
      await pause(300);
      const ours = exchanged;
      provider.destroy();

      // What any client with a state vector exchanges: both step 1, both step 2.
      const stock = new Person({ server, documentName: 'paper', clientId: 9 });
      await stock.connect(paper.stateVector);
      await until(10_000, 'the stock client', () => stock.synced);
      const theirs = stock.bytes + 2 * paper.stateVector.length;
      stock.leave();
      say(`${ours} bytes; by state vector ${theirs}`);
      return [
        {
          work: `an up-to-date client comes back to ${paper.name}: bytes of all messages both ways`,
          ours: `${ours} bytes`,
          peers: `by state vector alone ${figure(theirs)} bytes`,
          ratio: times(ours / theirs),
          target: 'under 200 bytes',
          met: ours < 200,
        },
      ];
    } finally {
      await server.stop();
      removeFolder(data);
    }
  },
};
