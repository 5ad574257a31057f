// The server of y-websocket as it comes; with a folder as argument it keeps documents there with y-leveldb.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const folder = process.argv[2];
if (folder !== undefined) process.env.YPERSISTENCE = folder;
const { setupWSConnection } = await import('@y/websocket-server/utils');

const server = createServer();
const webSockets = new WebSocketServer({ server });
webSockets.on('connection', setupWSConnection);
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
