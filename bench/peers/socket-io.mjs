// A room broadcast over socket.io's long polling and nothing else: no document, no check, no state for those who come later.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { transports: ['polling'], serveClient: false });

io.on('connection', (socket) => {
  const room = String(socket.handshake.query['room']);
  socket.join(room);
  socket.on('update', (message) => socket.to(room).emit('update', message));
});

server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
