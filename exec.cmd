@rem Scripts of package.json say "exec", so that on Linux and macOS a signal to npm reaches Node.js itself. Windows has no such command.
@%*
