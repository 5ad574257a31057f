/** What the tests use of it; its own types are out of reach of its package.json. */
declare module 'y-leveldb' {
  export class LeveldbPersistence {
    constructor(location: string);
    storeUpdate(documentName: string, update: Uint8Array): Promise<number>;
    setMeta(documentName: string, key: string, value: unknown): Promise<void>;
    flushDocument(documentName: string): Promise<void>;
    destroy(): Promise<void>;
  }
}
