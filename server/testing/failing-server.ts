import { LevelStore } from '../store/level-store.ts';
import { FailingStore } from './failing-store.ts';
import { startTestServer } from './test-server.ts';

/*
 * A process like `coscribe serve`, except that anyone who started it can make its store fail or stall, by messages. Arguments:
 * the data folder, the port and what the documents are.
 */

/** What the store is told to do. */
export type StoreOrder = 'fail' | 'stall' | 'heal';

const [, , dataFolder = '', port = '0', documents = 'text'] = process.argv;
const store = new FailingStore(await LevelStore.open(dataFolder));
const server = await startTestServer({
  store,
  settings: { port: Number(port), documents: documents === 'any' ? 'any' : 'text' },
});

process.on('message', (order: StoreOrder) => {
  switch (order) {
    case 'fail':
      store.failWrites(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      break;
    case 'stall':
      store.stall();
      break;
    case 'heal':
      store.failWrites(null);
      store.proceed();
      break;
    default:
      order satisfies never;
  }
});
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
// Anyone who started it is gone.
process.on('disconnect', () => process.exit(1));
process.stdout.write(`Coscribe is at ${server.url}\n`);
