// The floor: a room broadcast on ws and nothing else. No document, no check, no state for those who come later.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/** @type {Map<string, Set<import('ws').WebSocket>>} */
const rooms = new Map();
const server = createServer();
const webSockets = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });

webSockets.on('connection', (socket, request) => {
  const name = request.url ?? '';
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room);
  room.add(socket);
  socket.on('message', (data) => {
    for (const member of room) if (member !== socket) member.send(data);
  });
  socket.on('close', () => room.delete(socket));
  socket.on('error', () => room.delete(socket));
});

server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
