import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../server/testing/server-process.ts';

/** Names that Coscribe makes for new documents. No other document has one of them. */
const UNGUESSABLE = /^[\w-]{20,}$/;

/** The real server with a data folder of its own, as a process that can be killed. */
export class TestServer {
  readonly #folder: string;
  #process: ServerProcess;
  /** Tests that have borrowed it, this one included; 0 as long as it belongs to one. */
  #test = 0;
  /** How much it had written when this test began. */
  #outputBefore = 0;
  #isDisturbed = false;

  private constructor(folder: string, process: ServerProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** @param settings as on the command line */
  static async start(settings: readonly string[] = []): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), 'coscribe-e2e-'));
    return new TestServer(folder, await ServerProcess.start(folder, ['--port', '0', ...settings]));
  }

  /** Begins another test: documents have other names from now on. */
  beginTest(): void {
    this.#test += 1;
    this.#outputBefore = this.#written.length;
  }

  /** Whether another test may have it: nobody has killed it, nor has it ended by itself. */
  get isUsable(): boolean {
    return !this.#isDisturbed && !this.#process.hasEnded;
  }

  get url(): string {
    return this.#process.url;
  }

  get port(): number {
    return Number(this.#process.port);
  }

  /** Everything it has written in this test, since it was started last. */
  get output(): string {
    return this.#written.slice(this.#outputBefore);
  }

  /**
   * The name on the server of the document that this test calls so, because other tests have documents of that name there, too.
   * On a server that one test has to itself names stay as they are, and so does a name that is one on the server already.
   */
  name(name: string): string {
    if (this.#test === 0) return name;
    const own = `t${this.#test}-`;
    return name.startsWith(own) || UNGUESSABLE.test(name) ? name : own + name;
  }

  /** Path of the page of a document of this test. */
  path(documentName: string): string {
    return `/d/${encodeURIComponent(this.name(documentName))}`;
  }

  /** Address of a document of this test in the HTTP API. */
  api(documentName: string): string {
    return `${this.url}/api/documents/${encodeURIComponent(this.name(documentName))}`;
  }

  /** Sees to it that a document is there, owned by nobody: a page would ask first whether to create it. */
  async provide(documentName: string): Promise<void> {
    const { status } = await fetch(this.api(documentName), { method: 'PUT' });
    // There already; or not for everybody to create, which its page says.
    if (![201, 409, 401, 403].includes(status)) throw new Error(`the document was not created: status ${status}`);
  }

  /** The text as the server has it. */
  async text(documentName: string): Promise<string> {
    const response = await fetch(`${this.api(documentName)}/text`);
    return response.status === 404 ? '' : response.text();
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    this.#isDisturbed = true;
    await this.#process.end('SIGKILL');
  }

  /** Stops it as an administrator does. */
  async stop(): Promise<void> {
    this.#isDisturbed = true;
    await this.#process.end('SIGTERM');
  }

  /** Starts it again where it was, with these settings. */
  async startAgain(settings: readonly string[] = []): Promise<void> {
    this.#isDisturbed = true;
    await this.#process.end('SIGKILL');
    this.#process = await ServerProcess.start(this.#folder, ['--port', String(this.port), ...settings]);
    this.#outputBefore = 0;
  }

  /** Stops it and deletes its documents. */
  async remove(): Promise<void> {
    const endedByItself = !this.#isDisturbed && this.#process.hasEnded;
    await this.#process.end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
    if (endedByItself) throw new Error(`The server ended by itself. Its last words:\n${this.#written.slice(-4_000)}`);
  }

  get #written(): string {
    const { stdout, stderr } = this.#process.output;
    return stdout + stderr;
  }
}

/** One server for the tests of a worker, one after the other. */
export class SharedServer {
  #server: TestServer | null = null;

  /** Lends it to a test. */
  async lend(): Promise<TestServer> {
    this.#server ??= await TestServer.start();
    this.#server.beginTest();
    return this.#server;
  }

  /** Takes it back after a test. One that was disturbed, or has ended by itself, is not lent again. */
  async takeBack(): Promise<void> {
    if (this.#server?.isUsable !== true) await this.remove();
  }

  async remove(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.remove();
  }
}
